// SPDX-License-Identifier: GPL-2.0-only
#include "capture/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "capture/function_words.h"
#include "capture/interface.h"
#include "util/clock.h"

/* Nanoseconds. */
#define TSRESOL 9

/* An account of a killed capture is at most so old. */
#define ACCOUNT_NS (10 * NS_PER_SEC)

/* The most that blocks without records need. */
#define SHB_LEN 4096
#define IDB_LEN 1024
#define ISB_LEN 256

void stream_put(struct capture_stream *stream, bool last)
{
	struct writer_buf *buf = stream->buf;

	if (!buf)
		return;
	buf->len = stream->out.len;
	buf->last = last;
	stream->file_put += buf->len;
	stream->buf = NULL;
	writer_put(stream->writer, buf);
}

bool stream_room(struct capture_stream *stream, size_t len, bool wait)
{
	struct block_out *out = &stream->out;

	if (stream->buf && out->room - out->len < len)
		stream_put(stream, false);
	if (stream->buf)
		return true;
	stream->buf = writer_get(stream->writer, wait);
	if (!stream->buf)
		return false;
	*out = (struct block_out){ .data = stream->buf->data,
				   .room = WRITER_BUF_LEN,
				   .little = stream->options->writer.little };
	stream->buf_since = mono_ns();
	return true;
}

static bool put_section(struct capture_stream *stream, bool wait)
{
	struct block_out *out = &stream->out;
	struct utsname host;
	char os[sizeof(host.sysname) + sizeof(host.release) + 2];

	if (!stream_room(stream, SHB_LEN, wait))
		return false;
	if (uname(&host))
		memset(&host, 0, sizeof(host));
	snprintf(os, sizeof(os), "%s %s", host.sysname, host.release);
	block_begin(out, PCAPNG_SHB);
	block_u32(out, 0x1a2b3c4d);
	block_u16(out, 1);
	block_u16(out, 0);
	/* Its length is not known beforehand. */
	block_u64(out, UINT64_MAX);
	block_option_text(out, SHB_HARDWARE, host.machine);
	block_option_text(out, SHB_OS, os);
	block_option_text(out, SHB_USERAPPL, stream->options->application);
	block_options_end(out);
	return block_end(out);
}

static bool describe_interface(struct capture_stream *stream, const struct function *fn, bool wait)
{
	struct block_out *out = &stream->out;
	char description[DESCRIPTION_LEN];
	const uint8_t resolution = TSRESOL;

	if (!stream_room(stream, IDB_LEN, wait))
		return false;
	function_describe(fn, description, sizeof(description));
	block_begin(out, PCAPNG_IDB);
	block_u16(out, LINKTYPE_USER3);
	block_u16(out, 0);
	block_u32(out, 0);
	block_option_text(out, IF_NAME, fn->address);
	block_option_text(out, IF_DESCRIPTION, description);
	block_option(out, IF_TSRESOL, &resolution, 1);
	block_options_end(out);
	return block_end(out);
}

static const struct summary_function *find_function(const struct summary *summary,
						    const struct function *fn)
{
	size_t i;

	for (i = 0; i < summary->nr_functions; i++)
		if (function_same(summary->functions[i].fn, fn))
			return &summary->functions[i];
	return NULL;
}

/* pcapng's own counts, for tools that know nothing of our account. */
static bool put_statistics(struct capture_stream *stream, size_t id, const struct summary *summary,
			   bool wait)
{
	const struct stream_interface *interface = &stream->interfaces[id];
	const struct summary_function *f = find_function(summary, &interface->fn);
	uint64_t lost = f ? f->lost.accesses : 0;
	uint64_t filtered = f ? f->filtered.accesses : 0;
	struct block_out *out = &stream->out;

	if (!stream_room(stream, ISB_LEN, wait))
		return false;
	block_begin(out, PCAPNG_ISB);
	block_u32(out, (uint32_t)id);
	block_time(out, (uint64_t)stream->account.end_ns);
	block_option_time(out, ISB_STARTTIME, (uint64_t)stream->account.begin_ns);
	block_option_time(out, ISB_ENDTIME, (uint64_t)stream->account.end_ns);
	block_option_u64(out, ISB_IFRECV, interface->accesses + lost + filtered);
	block_option_u64(out, ISB_IFDROP, lost);
	block_option_u64(out, ISB_FILTERACCEPT, interface->accesses + lost);
	block_option_u64(out, ISB_USRDELIV, interface->accesses);
	block_options_end(out);
	return block_end(out);
}

bool stream_account(struct capture_stream *stream, const struct summary *summary, uint32_t flags,
		    bool wait)
{
	struct account *account = &stream->account;
	size_t i, first = 0;

	account->flags = flags | (stream->options->has_cc ? ACCOUNT_CC : 0) |
			 (stream->options->writer.little ? ACCOUNT_LITTLE : 0);
	account->end_ns = summary->end_ns;
	account->filtered = summary->filtered;
	account->unopened = summary->unopened;
	account->lost = summary->lost;
	for (i = 0; i < stream->nr_interfaces; i++)
		if (!put_statistics(stream, i, summary, wait))
			return false;
	/* Last, so that a file that ends before it is known to be cut. */
	do {
		if (!stream_room(stream, account_size(summary), wait) ||
		    !account_put(&stream->out, 0, account, summary, &first))
			return false;
	} while (first < summary->nr_functions);
	account->serial++;
	stream->account_since = mono_ns();
	return true;
}

bool stream_describe(struct capture_stream *stream, const struct function *fn, bool wait)
{
	struct summary empty = { .end_ns = stream->account.begin_ns };
	size_t nr = stream->nr_interfaces;
	struct stream_interface *interfaces;

	interfaces = reallocarray(stream->interfaces, nr + 1, sizeof(*interfaces));
	if (!interfaces)
		return false;
	stream->interfaces = interfaces;
	/* Both or neither: no packet must come before an account. */
	if (!nr && !stream_room(stream, IDB_LEN + ISB_LEN + account_size(&empty), wait))
		return false;
	if (!describe_interface(stream, fn, wait))
		return false;
	interfaces[nr] = (struct stream_interface){ .fn = *fn };
	stream->nr_interfaces++;
	/*
	 * A file says at its beginning which trace it is of and when that began;
	 * statistics are of an interface, so the first had to be waited for.
	 */
	return nr || stream_account(stream, &empty, 0, wait);
}

/* What is known now: a killed capture has at least this.  NULL: not now. */
static struct summary *interim(struct capture_stream *stream)
{
	struct summary *summary;

	/* To ask is not cheap, so not if there is no room for the answer. */
	if (!stream->nr_interfaces || !stream_room(stream, ISB_LEN, false))
		return NULL;
	summary = summary_new();
	if (!summary)
		return NULL;
	summary->end_ns = (int64_t)mono_ns() + stream->options->mono_offset_ns;
	if (stream->options->account && stream->options->account(stream->options->arg, summary)) {
		summary_free(summary);
		return NULL;
	}
	return summary;
}

static void put_interim(struct capture_stream *stream)
{
	struct summary *summary = interim(stream);

	if (summary)
		stream_account(stream, summary, 0, false);
	summary_free(summary);
}

bool stream_preamble(struct capture_stream *stream, const struct summary *summary, bool wait)
{
	size_t i;

	stream->file_since = mono_ns();
	stream->file_put = 0;
	stream->account.in_file = 0;
	stream->account.insns_in_file = 0;
	if (!put_section(stream, wait))
		return false;
	for (i = 0; i < stream->nr_interfaces; i++)
		if (!describe_interface(stream, &stream->interfaces[i].fn, wait))
			return false;
	return !stream->nr_interfaces || stream_account(stream, summary, 0, wait);
}

/* Close this file and begin the next one. */
static void rotate(struct capture_stream *stream)
{
	struct summary *summary = interim(stream);

	if (!summary)
		return;
	if (stream_account(stream, summary, ACCOUNT_FILE_END, false)) {
		stream_put(stream, true);
		stream->account.file++;
		/* From here on there must be no hole, even if it has to be waited for. */
		stream_preamble(stream, summary, true);
	}
	summary_free(summary);
}

static bool too_old(const struct capture_stream *stream, uint64_t time)
{
	return stream->options->max_ns && time - stream->file_since >= stream->options->max_ns;
}

static bool too_long(const struct capture_stream *stream, size_t more)
{
	uint64_t max = stream->options->max_size;

	if (!max)
		return false;
	if (stream->options->writer.level == WRITER_PLAIN)
		return stream->file_put + (stream->buf ? stream->out.len : 0) + more > max;
	return writer_file_bytes(stream->writer) >= max;
}

void stream_keep_house(struct capture_stream *stream, size_t more)
{
	uint64_t time = mono_ns();

	if (!stream->account.in_file && !stream->account.insns_in_file)
		more = 0;
	if (too_old(stream, time) || (more && too_long(stream, more)))
		rotate(stream);
	else if (time - stream->account_since >= ACCOUNT_NS)
		put_interim(stream);
}

long stream_interface_of(struct capture_stream *stream, const struct function *fn)
{
	const struct stream_interface *interfaces = stream->interfaces;
	size_t i = stream->last_interface;

	if (stream->last_fn == fn && !memcmp(&stream->last_seen, fn, sizeof(*fn)))
		return (long)i;
	for (i = 0; i < stream->nr_interfaces; i++)
		if (function_same(&interfaces[i].fn, fn))
			break;
	if (i == stream->nr_interfaces && !stream_describe(stream, fn, false))
		return -1;
	stream->last_fn = fn;
	memcpy(&stream->last_seen, fn, sizeof(*fn));
	stream->last_interface = i;
	return (long)i;
}
