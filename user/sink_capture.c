// SPDX-License-Identifier: GPL-2.0-only
#include "sink_capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

#include "capture_account.h"
#include "capture_function.h"
#include "capture_record.h"
#include "pcapng.h"

#define LINKTYPE_USER3	150
/* Nanoseconds. */
#define TSRESOL		9

#define SECOND_NS	1000000000ULL
/* A killed capture loses at most so much, and its account is at most so old. */
#define FLUSH_NS	SECOND_NS
#define ACCOUNT_NS	(10 * SECOND_NS)

/* Of a packet without its data: frame, fixed part, flags, end of options. */
#define EPB_OVERHEAD	(12 + 20 + 8 + 4)
/* The most that the others need. */
#define SHB_LEN		4096
#define IDB_LEN		1024
#define ISB_LEN		256

struct interface {
	struct function fn;	/* as it was described */
	uint64_t accesses;	/* of it, in all files of the trace */
};

struct sink_capture {
	struct sink sink;
	struct sink_capture_options options;
	struct writer *writer;
	struct writer_buf *buf;	/* being filled; NULL: there was none */
	struct block_out out;	/* into it */
	uint64_t buf_since;	/* CLOCK_MONOTONIC of its first block, ns */

	struct interface *interfaces;
	size_t nr_interfaces;
	const struct function *last_fn;
	size_t last_interface;

	struct account account;
	uint64_t file_since, account_since;	/* CLOCK_MONOTONIC */
	uint64_t file_put;	/* bytes handed to the writer for this file */
};

static struct sink_capture *to_capture(struct sink *sink)
{
	return (struct sink_capture *)sink;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

static void put_buf(struct sink_capture *capture, bool last)
{
	struct writer_buf *buf = capture->buf;

	if (!buf)
		return;
	buf->len = capture->out.len;
	buf->last = last;
	capture->file_put += buf->len;
	capture->buf = NULL;
	writer_put(capture->writer, buf);
}

/* A buffer with room for len bytes more.  False: there is none. */
static bool have_room(struct sink_capture *capture, size_t len, bool wait)
{
	struct block_out *out = &capture->out;

	if (capture->buf && out->room - out->len < len)
		put_buf(capture, false);
	if (capture->buf)
		return true;
	capture->buf = writer_get(capture->writer, wait);
	if (!capture->buf)
		return false;
	*out = (struct block_out){ .data = capture->buf->data, .room = WRITER_BUF_LEN,
				   .little = capture->options.writer.little };
	capture->buf_since = now();
	return true;
}

static bool put_section(struct sink_capture *capture, bool wait)
{
	struct block_out *out = &capture->out;
	struct utsname host;
	char os[sizeof(host.sysname) + sizeof(host.release) + 2];

	if (!have_room(capture, SHB_LEN, wait))
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
	block_option_text(out, SHB_USERAPPL, capture->options.application);
	block_options_end(out);
	return block_end(out);
}

static bool describe_interface(struct sink_capture *capture, const struct function *fn, bool wait)
{
	struct block_out *out = &capture->out;
	char description[DESCRIPTION_LEN];
	const uint8_t resolution = TSRESOL;

	if (!have_room(capture, IDB_LEN, wait))
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
static bool put_statistics(struct sink_capture *capture, size_t id,
			   const struct summary *summary, bool wait)
{
	const struct interface *interface = &capture->interfaces[id];
	const struct summary_function *f = find_function(summary, &interface->fn);
	uint64_t lost = f ? f->lost.accesses : 0;
	uint64_t filtered = f ? f->filtered.accesses : 0;
	struct block_out *out = &capture->out;

	if (!have_room(capture, ISB_LEN, wait))
		return false;
	block_begin(out, PCAPNG_ISB);
	block_u32(out, (uint32_t)id);
	block_time(out, capture->account.end_ns);
	block_option_time(out, ISB_STARTTIME, capture->account.begin_ns);
	block_option_time(out, ISB_ENDTIME, capture->account.end_ns);
	block_option_u64(out, ISB_IFRECV, interface->accesses + lost + filtered);
	block_option_u64(out, ISB_IFDROP, lost);
	block_option_u64(out, ISB_FILTERACCEPT, interface->accesses + lost);
	block_option_u64(out, ISB_USRDELIV, interface->accesses);
	block_options_end(out);
	return block_end(out);
}

static bool put_account(struct sink_capture *capture, const struct summary *summary,
			uint32_t flags, bool wait)
{
	struct account *account = &capture->account;
	size_t i, first = 0;

	account->flags = flags | (capture->options.has_cc ? ACCOUNT_CC : 0) |
			 (capture->options.writer.little ? ACCOUNT_LITTLE : 0);
	account->end_ns = summary->end_ns;
	account->filtered = summary->filtered;
	account->unopened = summary->unopened;
	account->lost = summary->lost;
	for (i = 0; i < capture->nr_interfaces; i++)
		if (!put_statistics(capture, i, summary, wait))
			return false;
	/* Last, so that a file that ends before it is known to be cut. */
	do {
		if (!have_room(capture, account_size(summary), wait) ||
		    !account_put(&capture->out, 0, account, summary, &first))
			return false;
	} while (first < summary->nr_functions);
	account->serial++;
	capture->account_since = now();
	return true;
}

static bool put_interface(struct sink_capture *capture, const struct function *fn, bool wait)
{
	struct summary empty = { .end_ns = capture->account.begin_ns };
	size_t nr = capture->nr_interfaces;
	struct interface *interfaces;

	interfaces = reallocarray(capture->interfaces, nr + 1, sizeof(*interfaces));
	if (!interfaces)
		return false;
	capture->interfaces = interfaces;
	if (!describe_interface(capture, fn, wait))
		return false;
	interfaces[nr] = (struct interface){ .fn = *fn };
	capture->nr_interfaces++;
	/*
	 * A file says at its beginning which trace it is of and when that began;
	 * statistics are of an interface, so the first had to be waited for.
	 */
	return nr || put_account(capture, &empty, 0, wait);
}

/* What is known now: a killed capture has at least this.  NULL: not now. */
static struct summary *interim(struct sink_capture *capture)
{
	struct summary *summary;

	/* To ask is not cheap, so not if there is no room for the answer. */
	if (!capture->nr_interfaces || !have_room(capture, ISB_LEN, false))
		return NULL;
	summary = summary_new();
	if (!summary)
		return NULL;
	summary->end_ns = now() + capture->options.mono_offset_ns;
	if (capture->options.account &&
	    capture->options.account(capture->options.arg, summary)) {
		summary_free(summary);
		return NULL;
	}
	return summary;
}

static void put_interim(struct sink_capture *capture)
{
	struct summary *summary = interim(capture);

	if (summary)
		put_account(capture, summary, 0, false);
	summary_free(summary);
}

/* What a file begins with: readers want interfaces before their packets. */
static bool put_preamble(struct sink_capture *capture, const struct summary *summary, bool wait)
{
	size_t i;

	capture->file_since = now();
	capture->file_put = 0;
	capture->account.in_file = 0;
	capture->account.insns_in_file = 0;
	if (!put_section(capture, wait))
		return false;
	for (i = 0; i < capture->nr_interfaces; i++)
		if (!describe_interface(capture, &capture->interfaces[i].fn, wait))
			return false;
	return !capture->nr_interfaces || put_account(capture, summary, 0, wait);
}

/* Close this file and begin the next one. */
static void rotate(struct sink_capture *capture)
{
	struct summary *summary = interim(capture);

	if (!summary)
		return;
	if (put_account(capture, summary, ACCOUNT_FILE_END, false)) {
		put_buf(capture, true);
		capture->account.file++;
		/* From here on there must be no hole, even if it has to be waited for. */
		put_preamble(capture, summary, true);
	}
	summary_free(summary);
}

static bool too_old(const struct sink_capture *capture, uint64_t time)
{
	return capture->options.max_ns && time - capture->file_since >= capture->options.max_ns;
}

static bool too_long(const struct sink_capture *capture, size_t more)
{
	uint64_t max = capture->options.max_size;

	if (!max)
		return false;
	if (capture->options.writer.level == WRITER_PLAIN)
		return capture->file_put + (capture->buf ? capture->out.len : 0) + more > max;
	return writer_file_bytes(capture->writer) >= max;
}

static void keep_house(struct sink_capture *capture, size_t more)
{
	uint64_t time = now();

	if (!capture->account.in_file && !capture->account.insns_in_file)
		more = 0;
	if (too_old(capture, time) || (more && too_long(capture, more)))
		rotate(capture);
	else if (time - capture->account_since >= ACCOUNT_NS)
		put_interim(capture);
}

/* The interface of a function, described anew when it has changed.  -1: no room. */
static long interface_of(struct sink_capture *capture, const struct function *fn)
{
	const struct interface *interfaces = capture->interfaces;
	size_t i = capture->last_interface;

	if (capture->last_fn == fn && function_same(&interfaces[i].fn, fn))
		return (long)i;
	for (i = 0; i < capture->nr_interfaces; i++)
		if (function_same(&interfaces[i].fn, fn))
			break;
	if (i == capture->nr_interfaces && !put_interface(capture, fn, false))
		return -1;
	capture->last_fn = fn;
	capture->last_interface = i;
	return (long)i;
}

/*
 * A packet up to its data: room for len bytes of it, of full that there were.
 * NULL if there is no buffer.
 */
static uint8_t *packet_begin(struct sink_capture *capture, const struct function *fn,
			     uint64_t ts, size_t len, uint64_t full)
{
	struct block_out *out = &capture->out;
	size_t need = EPB_OVERHEAD + len + 3;
	long interface;

	if (capture->options.max_size || !capture->buf || out->room - out->len < need)
		keep_house(capture, need);
	interface = interface_of(capture, fn);
	if (interface < 0 || !have_room(capture, need, false))
		return NULL;
	block_begin(out, PCAPNG_EPB);
	block_u32(out, (uint32_t)interface);
	block_time(out, ts);
	block_u32(out, (uint32_t)len);
	block_u32(out, full < UINT32_MAX ? (uint32_t)full : UINT32_MAX);
	return block_room(out, len);
}

static void packet_end(struct sink_capture *capture, bool inbound)
{
	struct block_out *out = &capture->out;

	block_option_u32(out, EPB_FLAGS, inbound ? EPB_INBOUND : EPB_OUTBOUND);
	block_options_end(out);
	block_end(out);
}

static int capture_access_record(struct sink *sink, const struct access *access)
{
	struct sink_capture *capture = to_capture(sink);
	size_t payload = access->payload ? access->payload_len : 0;
	uint64_t full = access->raw.len < UINT32_MAX - RECORD_ACCESS_LEN ?
				access->raw.len + RECORD_ACCESS_LEN : UINT32_MAX;
	uint8_t *p;
	int err;

	/* It has to fit in a buffer, whatever the source says. */
	if (payload > WRITER_BUF_LEN / 2)
		payload = WRITER_BUF_LEN / 2;
	p = packet_begin(capture, access->fn, access->ts, RECORD_ACCESS_LEN + payload, full);
	if (!p) {
		err = writer_error(capture->writer);
		return err ? err : SINK_DROPPED;
	}
	record_put_access(p, access);
	if (payload)
		memcpy(p + RECORD_ACCESS_LEN, access->payload, payload);
	packet_end(capture, access->raw.op == ISMT_READ);
	capture->buf->accesses++;
	capture->interfaces[capture->last_interface].accesses++;
	capture->account.recorded++;
	capture->account.in_file++;
	return 0;
}

static int capture_insn_record(struct sink *sink, const struct insn *insn)
{
	struct sink_capture *capture = to_capture(sink);
	uint8_t kind = insn->raw.kind, *p;
	int err;

	p = packet_begin(capture, insn->fn, insn->ts, RECORD_INSN_LEN,
			 RECORD_INSN_LEN + (uint64_t)insn->raw.len);
	if (!p) {
		err = writer_error(capture->writer);
		return err ? err : SINK_DROPPED;
	}
	record_put_insn(p, insn);
	packet_end(capture, kind == ISMT_PCILG || kind == ISMT_MIO_LOAD);
	capture->buf->insns++;
	capture->account.insn_records++;
	capture->account.insns_in_file++;
	return 0;
}

static int capture_begin_file(struct sink *sink)
{
	struct sink_capture *capture = to_capture(sink);
	struct summary empty = { .end_ns = capture->account.begin_ns };

	if (!put_preamble(capture, &empty, true))
		return writer_error(capture->writer) ?: -ENOMEM;
	/* Somebody may wait for it, and a file is readable from the start. */
	put_buf(capture, false);
	return 0;
}

static int capture_flush(struct sink *sink)
{
	struct sink_capture *capture = to_capture(sink);

	keep_house(capture, 0);
	if (capture->buf && capture->out.len &&
	    (capture->options.at_once || now() - capture->buf_since >= FLUSH_NS) &&
	    !writer_behind(capture->writer))
		put_buf(capture, false);
	return writer_error(capture->writer);
}

static int capture_end(struct sink *sink, const struct summary *summary)
{
	static const struct function none;
	struct sink_capture *capture = to_capture(sink);

	/* There has to be an interface to say it of. */
	if (!capture->nr_interfaces &&
	    !put_interface(capture, summary->nr_functions ? summary->functions[0].fn : &none, true))
		return writer_error(capture->writer) ?: -ENOMEM;
	if (!put_account(capture, summary, ACCOUNT_FINAL | ACCOUNT_FILE_END, true) &&
	    !writer_error(capture->writer))
		return -ENOMEM;
	put_buf(capture, false);
	return writer_finish(capture->writer);
}

void sink_capture_stats(struct sink *sink, struct writer_stats *stats)
{
	struct sink_capture *capture = to_capture(sink);

	put_buf(capture, false);
	writer_finish(capture->writer);
	writer_get_stats(capture->writer, stats);
}

static void capture_free(struct sink *sink)
{
	struct sink_capture *capture = to_capture(sink);

	put_buf(capture, false);
	writer_free(capture->writer);
	free(capture->interfaces);
	free(capture);
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
	int err;

	if (!capture)
		return NULL;
	capture->sink.ops = &capture_ops;
	capture->options = *options;
	capture->account.begin_ns = options->begin_ns;
	capture->account.end_ns = options->begin_ns;
	capture->account.mono_offset = options->mono_offset_ns;
	/* It only has to differ from trace to trace; early after boot there is none. */
	if (getrandom(&capture->account.trace, sizeof(capture->account.trace), GRND_NONBLOCK) !=
	    sizeof(capture->account.trace))
		capture->account.trace = options->begin_ns;
	err = writer_new(&capture->writer, &options->writer);
	if (!err)
		return &capture->sink;
	free(capture);
	errno = -err;
	return NULL;
}
