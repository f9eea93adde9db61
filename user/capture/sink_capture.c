// SPDX-License-Identifier: GPL-2.0-only
#include "capture/sink_capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "capture/record.h"
#include "capture/stream.h"
#include "util/clock.h"

/* A killed capture loses at most so much. */
#define FLUSH_NS NS_PER_SEC

struct sink_capture {
	struct sink sink;
	struct sink_capture_options options;
	struct capture_stream stream;
	uint64_t shape;			 /* of the last access, if it is alike any; ... */
	uint8_t last[RECORD_ACCESS_LEN]; /* ... and then its record */
};

static struct sink_capture *to_capture(struct sink *sink)
{
	return (struct sink_capture *)sink;
}

static struct capture_stream *to_stream(struct sink *sink)
{
	return &to_capture(sink)->stream;
}

/*
 * A packet but for its data: room for len bytes of it, of full that there were.
 * NULL if there is no buffer.
 */
static uint8_t *put_packet(struct capture_stream *stream, const struct function *fn, int64_t ts,
			   size_t len, uint64_t full, bool inbound)
{
	struct block_out *out = &stream->out;
	size_t need = PACKET_OVERHEAD + len + 3;
	long interface;

	if (stream->options->max_size || !stream->buf || out->room - out->len < need)
		stream_keep_house(stream, need);
	interface = stream_interface_of(stream, fn);
	if (interface < 0 || !stream_room(stream, need, false))
		return NULL;
	return block_packet(out, (uint32_t)interface, (uint64_t)ts, len,
			    full < UINT32_MAX ? (uint32_t)full : UINT32_MAX,
			    inbound ? EPB_INBOUND : EPB_OUTBOUND);
}

static void put_access(struct sink_capture *capture, uint8_t *p, const struct access *access)
{
	if (access->shape && access->shape == capture->shape) {
		record_put_cached(p, capture->last, access);
		return;
	}
	record_put_access(p, access);
	capture->shape = access->shape;
	if (access->shape)
		memcpy(capture->last, p, RECORD_ACCESS_LEN);
}

static int capture_access_record(struct sink *sink, const struct access *access)
{
	struct capture_stream *stream = to_stream(sink);
	size_t payload = access->payload ? access->payload_len : 0;
	uint64_t full = access->raw.len < UINT32_MAX - RECORD_ACCESS_LEN
				? access->raw.len + RECORD_ACCESS_LEN
				: UINT32_MAX;
	uint8_t *p;
	int err;

	/* A record must fit in a buffer, whatever length the source says. */
	if (payload > WRITER_BUF_LEN / 2)
		payload = WRITER_BUF_LEN / 2;
	p = put_packet(stream, access->fn, access->ts, RECORD_ACCESS_LEN + payload, full,
		       access->raw.op == ISMT_READ);
	if (!p) {
		err = writer_error(stream->writer);
		return err ? err : SINK_DROPPED;
	}
	put_access(to_capture(sink), p, access);
	if (payload)
		memcpy(p + RECORD_ACCESS_LEN, access->payload, payload);
	stream->buf->accesses++;
	stream->interfaces[stream->last_interface].accesses++;
	stream->account.recorded++;
	stream->account.in_file++;
	return 0;
}

static int capture_insn_record(struct sink *sink, const struct insn *insn)
{
	struct capture_stream *stream = to_stream(sink);
	uint8_t kind = insn->raw.kind, *p;
	int err;

	p = put_packet(stream, insn->fn, insn->ts, RECORD_INSN_LEN,
		       RECORD_INSN_LEN + (uint64_t)insn->raw.len,
		       kind == ISMT_PCILG || kind == ISMT_MIO_LOAD);
	if (!p) {
		err = writer_error(stream->writer);
		return err ? err : SINK_DROPPED;
	}
	record_put_insn(p, insn);
	stream->buf->insns++;
	stream->account.insn_records++;
	stream->account.insns_in_file++;
	return 0;
}

static int capture_begin_file(struct sink *sink)
{
	struct capture_stream *stream = to_stream(sink);
	struct summary empty = { .end_ns = stream->account.begin_ns };

	if (!stream_preamble(stream, &empty, true))
		return writer_error(stream->writer) ?: -ENOMEM;
	/* Write at once: a reader may be waiting, and a file can be read from then on. */
	stream_put(stream, false);
	return stream->options->at_once ? 0 : writer_sync(stream->writer);
}

static int capture_flush(struct sink *sink)
{
	struct capture_stream *stream = to_stream(sink);

	stream_keep_house(stream, 0);
	if (stream->buf && stream->out.len &&
	    (stream->options->at_once || mono_ns() - stream->buf_since >= FLUSH_NS) &&
	    !writer_behind(stream->writer))
		stream_put(stream, false);
	return writer_error(stream->writer);
}

static int capture_end(struct sink *sink, const struct summary *summary)
{
	static const struct function none;
	struct capture_stream *stream = to_stream(sink);

	/* There has to be an interface to say it of. */
	if (!stream->nr_interfaces &&
	    !stream_describe(stream, summary->nr_functions ? summary->functions[0].fn : &none,
			     true))
		return writer_error(stream->writer) ?: -ENOMEM;
	if (!stream_account(stream, summary, ACCOUNT_FINAL | ACCOUNT_FILE_END, true) &&
	    !writer_error(stream->writer))
		return -ENOMEM;
	stream_put(stream, false);
	return writer_finish(stream->writer);
}

void sink_capture_stats(struct sink *sink, struct writer_stats *stats)
{
	struct capture_stream *stream = to_stream(sink);

	stream_put(stream, false);
	writer_finish(stream->writer);
	writer_get_stats(stream->writer, stats);
}

static void capture_free(struct sink *sink)
{
	struct capture_stream *stream = to_stream(sink);

	stream_put(stream, false);
	writer_free(stream->writer);
	free(stream->interfaces);
	free(to_capture(sink));
}

static const struct sink_ops capture_ops = {
	.begin = capture_begin_file,
	.access = capture_access_record,
	.insn = capture_insn_record,
	.end = capture_end,
	.flush = capture_flush,
	.free = capture_free,
};

struct sink *sink_capture_new(const struct sink_capture_options *options)
{
	struct sink_capture *capture = calloc(1, sizeof(*capture));
	struct account *account;
	int err;

	if (!capture)
		return NULL;
	capture->sink.ops = &capture_ops;
	capture->options = *options;
	capture->stream.options = &capture->options;
	account = &capture->stream.account;
	account->begin_ns = options->begin_ns;
	account->end_ns = options->begin_ns;
	account->mono_offset = options->mono_offset_ns;
	/* A random number, so that it differs from trace to trace; early after boot there is none. */
	if (getrandom(&account->trace, sizeof(account->trace), GRND_NONBLOCK) !=
	    sizeof(account->trace))
		account->trace = (uint64_t)options->begin_ns;
	err = writer_new(&capture->stream.writer, &options->writer);
	if (!err)
		return &capture->sink;
	free(capture);
	errno = -err;
	return NULL;
}
