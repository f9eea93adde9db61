// SPDX-License-Identifier: GPL-2.0-only
#include "capture/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/inflate_pool.h"

#define READ_ROOM (256u << 10)

enum input_form { FORM_NEW, FORM_PLAIN, FORM_PACKED };

struct capture_input {
	int fd;
	unsigned int threads;
	enum input_form form;
	uint8_t buf[READ_ROOM];
	size_t from, to; /* what is in buf */
	uint64_t at;	 /* offset in the file of buf[from] */
	bool eof;
	bool cut;
	char error[96];

	struct inflate_pool *pool;
	bool holding;	 /* the pool's oldest job is the caller's */
	bool alone;	 /* the next member does not say its size, or is the last */
	z_stream stream; /* piece by piece */
	bool has_stream, inside;
	uint64_t member_at;
	uint8_t *out;
};

int input_open(struct capture_input **result, int fd, unsigned int threads)
{
	struct capture_input *input = malloc(sizeof(*input));

	if (!input)
		return -ENOMEM;
	/* Set everything to 0 but the buffer. */
	memset(input, 0, offsetof(struct capture_input, buf));
	memset(&input->from, 0, sizeof(*input) - offsetof(struct capture_input, from));
	input->fd = fd;
	input->threads = threads;
	*result = input;
	return 0;
}

static size_t available(const struct capture_input *input)
{
	return input->to - input->from;
}

/* Have at least want bytes in the buffer, or all there are.  0 or -errno. */
static int fill(struct capture_input *input, size_t want)
{
	ssize_t got;

	if (available(input) >= want)
		return 0;
	memmove(input->buf, input->buf + input->from, available(input));
	input->to -= input->from;
	input->from = 0;
	while (!input->eof && input->to < want) {
		got = read(input->fd, input->buf + input->to, READ_ROOM - input->to);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		input->eof = !got;
		input->to += got;
	}
	return 0;
}

static void consume(struct capture_input *input, size_t len)
{
	input->from += len;
	input->at += len;
}

static int bad(struct capture_input *input, const char *what, uint64_t at)
{
	snprintf(input->error, sizeof(input->error), "%s at byte %" PRIu64, what, at);
	return -EBADMSG;
}

/* Decide by the first bytes whether the file is compressed. */
static int begin(struct capture_input *input)
{
	int err = fill(input, 2);

	if (err)
		return err;
	input->form = FORM_PLAIN;
	if (available(input) < 2 || input->buf[input->from] != 0x1f ||
	    input->buf[input->from + 1] != 0x8b)
		return 0;
	input->form = FORM_PACKED;
	return pool_new(&input->pool, input->threads);
}

static int plain_chunk(struct capture_input *input, const uint8_t **data, size_t *len)
{
	int err = fill(input, 1);

	if (err || !available(input))
		return err;
	*data = input->buf + input->from;
	*len = available(input);
	consume(input, *len);
	return 1;
}

/* Move a member's bytes from the file to the job; fewer at the file's end. */
static int job_fill(struct capture_input *input, struct inflate_job *job, size_t len)
{
	size_t part;
	int err;

	job->at = input->at;
	job->packed_len = 0;
	while (job->packed_len < len) {
		err = fill(input, 1);
		if (err)
			return err;
		part = available(input);
		if (!part)
			break;
		if (part > len - job->packed_len)
			part = len - job->packed_len;
		memcpy(job->packed + job->packed_len, input->buf + input->from, part);
		job->packed_len += part;
		consume(input, part);
	}
	job->cut = job->packed_len < len;
	return 0;
}

/* gzip pads with zeros on tapes, and ignores them. */
static bool only_zeros(struct capture_input *input)
{
	while (!fill(input, 1) && available(input)) {
		if (input->buf[input->from])
			return false;
		consume(input, 1);
	}
	return true;
}

/*
 * Look at the member that comes next.  1 with *member, 0 at the end of the file,
 * or -errno; what is too short to be one is the beginning of a cut one.
 */
static int next_member(struct capture_input *input, struct gzmember *member)
{
	size_t want = 64;
	int got, err;

	for (;;) {
		err = fill(input, want);
		if (err)
			return err;
		if (!available(input))
			return 0;
		got = gzmember_parse(input->buf + input->from, available(input), member);
		if (got < 0) {
			if (!input->buf[input->from] && only_zeros(input))
				return 0;
			return bad(input, "no gzip member", input->at);
		}
		if (got)
			return 1;
		if (input->eof) {
			input->cut = true;
			consume(input, available(input));
			return 0;
		}
		want = available(input) < GZMEMBER_HEADER_MAX ? GZMEMBER_HEADER_MAX : READ_ROOM;
	}
}

/* Keep the threads busy.  0 or -errno. */
static int feed(struct capture_input *input)
{
	struct gzmember member;
	struct inflate_job *job;
	int got;

	/* Read only as far as there is room: a pipe may be slow to deliver more. */
	while (!input->alone && !input->inside && !pool_full(input->pool)) {
		got = next_member(input, &member);
		if (got <= 0 || !member.packed) {
			input->alone = true;
			return got < 0 ? got : 0;
		}
		got = pool_job(input->pool, &member, &job);
		if (got)
			return got;
		got = job_fill(input, job, member.packed);
		if (got)
			return got;
		pool_submit(input->pool, job);
	}
	return 0;
}

static int job_result(struct capture_input *input, const struct inflate_job *job,
		      const uint8_t **data, size_t *len)
{
	if (job->result == -ENOMEM)
		return -ENOMEM;
	if (job->result < 0)
		return bad(input, "damaged gzip member", job->at);
	input->cut |= job->cut;
	*data = job->out;
	*len = job->result;
	return 1;
}

static int stream_begin(struct capture_input *input)
{
	if (!input->out)
		input->out = malloc(READ_ROOM);
	if (!input->has_stream)
		input->has_stream = !gzmember_inflate_init(&input->stream);
	if (!input->out || !input->has_stream)
		return -ENOMEM;
	inflateReset(&input->stream);
	input->inside = true;
	input->member_at = input->at;
	return 0;
}

/* Some more of the member that is inflated piece by piece; *len may be 0. */
static int stream_piece(struct capture_input *input, size_t *len)
{
	z_stream *z = &input->stream;
	size_t before;
	int got = fill(input, 1);

	if (got)
		return got;
	before = available(input);
	z->next_in = input->buf + input->from;
	z->avail_in = before;
	z->next_out = input->out;
	z->avail_out = READ_ROOM;
	got = inflate(z, Z_NO_FLUSH);
	consume(input, before - z->avail_in);
	*len = READ_ROOM - z->avail_out;
	if (got == Z_STREAM_END) {
		input->inside = false;
		input->alone = false;
	} else if (got == Z_MEM_ERROR) {
		return -ENOMEM;
	} else if (got != Z_OK && got != Z_BUF_ERROR) {
		return bad(input, "damaged gzip member", input->member_at);
	} else if (!*len && !before) {
		input->cut = true;
		input->inside = false;
	}
	return 0;
}

static int packed_chunk(struct capture_input *input, const uint8_t **data, size_t *len)
{
	struct gzmember member;
	struct inflate_job *job;
	int got, fed;

	if (input->holding)
		pool_release(input->pool);
	input->holding = false;
	for (;;) {
		/* What came before an error is delivered before it. */
		fed = input->cut || input->error[0] ? 0 : feed(input);
		job = pool_wait(input->pool);
		if (job) {
			input->holding = true;
			return job_result(input, job, data, len);
		}
		if (fed < 0 || input->error[0])
			return fed < 0 ? fed : -EBADMSG;
		if (input->cut)
			return 0;
		if (!input->inside) {
			got = next_member(input, &member);
			if (got <= 0)
				return got;
			got = stream_begin(input);
			if (got)
				return got;
		}
		got = stream_piece(input, len);
		if (got)
			return got;
		*data = input->out;
		if (*len)
			return 1;
	}
}

int input_chunk(struct capture_input *input, const uint8_t **data, size_t *len)
{
	int err = 0;

	*len = 0;
	if (input->form == FORM_NEW)
		err = begin(input);
	if (err)
		return err;
	return input->form == FORM_PLAIN ? plain_chunk(input, data, len)
					 : packed_chunk(input, data, len);
}

bool input_cut(const struct capture_input *input)
{
	return input->cut;
}

const char *input_error(const struct capture_input *input)
{
	return input->error;
}

bool input_packed(const struct capture_input *input)
{
	return input->form == FORM_PACKED;
}

uint64_t input_done(const struct capture_input *input)
{
	return input->at;
}

void input_close(struct capture_input *input)
{
	if (!input)
		return;
	pool_free(input->pool);
	if (input->has_stream)
		inflateEnd(&input->stream);
	free(input->out);
	close(input->fd);
	free(input);
}
