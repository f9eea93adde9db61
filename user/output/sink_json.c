// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_json.c - one JSON object per line.
 *
 * Lines per access and per instruction are written by hand: building them as
 * jansson objects costs about ten times as much, on the machine that is
 * traced.  The summary, once a run, is jansson's (summary_json.c).
 */
#include "model/sink.h"

#include <stdlib.h>
#include <string.h>

#include "model/region.h"
#include "model/words.h"
#include "output/line_cache.h"
#include "output/summary_json.h"
#include "util/clock.h"
#include "util/escape.h"
#include "util/hexdump.h"
#include "util/outbuf.h"

#define MILLI_NS     (NS_PER_SEC / 1000)
#define MILLI_DIGITS 16

struct sink_json {
	struct sink sink;
	struct sink_options options;

	/* A millisecond of late, ns since 1970, and its digits: up to MILLI_DIGITS. */
	uint64_t milli;
	char milli_text[AT_ROOM];
	size_t milli_len;

	struct line_cache cache;
	struct outbuf out;
};

static struct sink_json *to_json(struct sink *sink)
{
	return (struct sink_json *)sink;
}

/* The digits of a time down to milliseconds are likely those of the next one. */
static bool keep_milli(struct sink_json *json, int64_t ts)
{
	uint64_t ns = (uint64_t)ts;

	/* Before all else: the earliest time is, as bits, behind the latest. */
	if (ts < (int64_t)MILLI_NS)
		return false;
	if (ns - json->milli < MILLI_NS && json->milli_len)
		return true;
	json->milli = ns / MILLI_NS * MILLI_NS;
	json->milli_len = (size_t)(at_u64(json->milli_text, ns / MILLI_NS) - json->milli_text);
	return true;
}

static void put_ts(struct sink_json *json, int64_t ts)
{
	if (!keep_milli(json, ts)) {
		out_i64(&json->out, ts);
		return;
	}
	out_mem(&json->out, json->milli_text, json->milli_len);
	out_zeros(&json->out, (uint32_t)((uint64_t)ts - json->milli), 6);
}

static void put_escaped(struct outbuf *out, const char *word, size_t len)
{
	char escaped[ESCAPE_JSON_LEN(255)];

	out_mem(out, escaped, escape_json(escaped, sizeof(escaped), word, len));
}

static void put_space(struct outbuf *out, uint8_t space)
{
	const char *name = space_name(space);

	if (name[0] == '-') {
		out_lit(out, "null");
		return;
	}
	out_char(out, '"');
	out_str(out, name);
	out_char(out, '"');
}

/* The value of "error". */
static void put_error(struct outbuf *out, const struct ismt_error *error)
{
	if (!error->flags) {
		out_lit(out, "null");
		return;
	}
	out_lit(out, "{\"insn\":\"");
	out_str(out, insn_name(error->kind));
	out_lit(out, "\",\"rc\":");
	if (error->flags & ISMT_ERR_RC)
		out_i64(out, error->rc);
	else
		out_lit(out, "null");
	if (error_has_cc(error)) {
		out_lit(out, ",\"cc\":");
		out_u64(out, error->cc);
		out_lit(out, ",\"status\":");
		out_u64(out, error->status);
	} else {
		out_lit(out, ",\"cc\":null,\"status\":null");
	}
	out_lit(out, ",\"region\":");
	put_space(out, error->space);
	out_lit(out, ",\"offset\":");
	out_json_u64(out, error->offset);
	out_lit(out, ",\"len\":");
	out_u64(out, error->len);
	out_char(out, '}');
}

static void put_rules(struct outbuf *out, uint32_t set)
{
	out_lit(out, ",\"rules\":[");
	for (; set; set &= set - 1) {
		out_char(out, '"');
		out_str(out, rules[__builtin_ctz(set)].id);
		out_char(out, '"');
		if (set & (set - 1))
			out_char(out, ',');
	}
	out_char(out, ']');
}

static void put_insns(struct outbuf *out, const struct ismt_insns *insn)
{
	const uint32_t *n = insn->n;

	out_lit(out, ",\"insn\":{\"pcilg\":");
	out_u64(out, n[ISMT_PCILG]);
	out_lit(out, ",\"pcistg\":");
	out_u64(out, n[ISMT_PCISTG]);
	out_lit(out, ",\"pcistb\":");
	out_u64(out, n[ISMT_PCISTB]);
	out_lit(out, ",\"mio\":");
	out_u64(out, (uint64_t)n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK]);
	out_lit(out, ",\"failed\":");
	out_u64(out, insn->failed);
	out_lit(out, ",\"min\":");
	out_u64(out, insn->min);
	out_lit(out, ",\"max\":");
	out_u64(out, insn->max);
	out_lit(out, ",\"bytes\":");
	out_json_u64(out, insn->bytes);
	out_lit(out, ",\"busy\":");
	out_u64(out, insn->busy);
	out_char(out, '}');
}

/* What accesses and instructions have in common, from the task to the function. */
static void put_task(struct outbuf *out, uint32_t pid, uint32_t tid, const char *comm,
		     const struct function *fn)
{
	out_lit(out, ",\"pid\":");
	out_u64(out, pid);
	out_lit(out, ",\"tid\":");
	out_u64(out, tid);
	out_lit(out, ",\"comm\":\"");
	put_escaped(out, comm, ISMT_COMM_LEN);
	out_lit(out, "\",\"function\":\"");
	put_escaped(out, fn->address, sizeof(fn->address));
	out_lit(out, "\",\"fid\":");
	out_u64(out, fn->k.fid);
	out_lit(out, ",\"uid\":");
	out_u64(out, fn->k.uid);
}

static void put_where(struct sink_json *json, const struct access *access, struct line_piece *piece)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &json->out;
	char region[REGION_NAME_LEN];
	/* All of it fits where a column does. */
	size_t start = out_column(out);

	put_task(out, raw->pid, raw->tid, raw->comm, access->fn);
	out_lit(out, ",\"driver\":\"");
	put_escaped(out, access->driver, LINE_DRIVER_LEN);
	if (raw->op == ISMT_READ)
		out_lit(out, "\",\"op\":\"read\",\"region\":\"");
	else
		out_lit(out, "\",\"op\":\"write\",\"region\":\"");
	out_str(out, region_name(raw->region, region));
	out_lit(out, "\",\"offset\":");
	line_keep(piece, out->data + start, out->used - start);
}

/* Null where there is none, so that the key is always there once asked for. */
static void put_payload(struct outbuf *out, const struct access *access)
{
	if (!access->payload) {
		out_lit(out, ",\"payload\":null");
		return;
	}
	out_lit(out, ",\"payload\":\"");
	hex_write(out, access->payload, access->payload_len);
	out_char(out, '"');
}

static void put_what(struct sink_json *json, const struct access *access, struct line_what *what)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &json->out;
	size_t start = out_column(out);

	out_lit(out, ",\"len\":");
	out_json_u64(out, raw->len);
	out_lit(out, ",\"ret\":");
	out_i64(out, raw->ret);
	out_lit(out, ",\"latency_ns\":");
	line_keep(&what->before, out->data + start, out->used - start);
	out_json_u64(out, raw->latency_ns);
	start = out_column(out);
	put_insns(out, &raw->insn);
	out_lit(out, ",\"error\":");
	put_error(out, &raw->insn.error);
	put_rules(out, access->rules);
	line_keep(&what->after, out->data + start, out->used - start);
}

/* A line of which everything but five numbers was said before. */
static bool put_cached(struct sink_json *json, const struct access *access,
		       const struct line_where *where, const struct line_what *what)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &json->out;
	char *p;

	if (!where->piece.len || !what->before.len || !what->after.len ||
	    !keep_milli(json, access->ts) || raw->offset > INT64_MAX ||
	    raw->latency_ns > INT64_MAX || json->options.hex)
		return false;
	p = out_room(out, LINE_ROOM);
	p = at_lit(p, "{\"type\":\"access\",\"ts\":");
	memcpy(p, json->milli_text, MILLI_DIGITS);
	p = at_six(p + json->milli_len, (uint32_t)((uint64_t)access->ts - json->milli));
	p = at_lit(p, ",\"cpu\":");
	p = at_u64(p, raw->hdr.cpu);
	p = line_put(p, &where->piece);
	p = at_u64(p, raw->offset);
	p = line_put(p, &what->before);
	p = at_u64(p, raw->latency_ns);
	p = line_put(p, &what->after);
	p = at_lit(p, "}\n");
	out->used = (size_t)(p - out->data);
	return true;
}

static int json_access(struct sink *sink, const struct access *access)
{
	struct sink_json *json = to_json(sink);
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &json->out;
	struct line_where *where;
	struct line_what *what;

	if (json->options.quiet)
		return 0;
	line_find(&json->cache, access, &where, &what);
	if (put_cached(json, access, where, what))
		return out->error;
	out_lit(out, "{\"type\":\"access\",\"ts\":");
	put_ts(json, access->ts);
	out_lit(out, ",\"cpu\":");
	out_u64(out, raw->hdr.cpu);
	put_where(json, access, &where->piece);
	out_json_u64(out, raw->offset);
	put_what(json, access, what);
	if (json->options.hex)
		put_payload(out, access);
	out_lit(out, "}\n");
	return out->error;
}

static int json_insn(struct sink *sink, const struct insn *insn)
{
	struct sink_json *json = to_json(sink);
	const struct ismt_insn *raw = &insn->raw;
	struct outbuf *out = &json->out;

	if (json->options.quiet)
		return 0;
	out_lit(out, "{\"type\":\"insn\",\"ts\":");
	put_ts(json, insn->ts);
	out_lit(out, ",\"cpu\":");
	out_u64(out, raw->hdr.cpu);
	put_task(out, raw->pid, raw->tid, raw->comm, insn->fn);
	out_lit(out, ",\"insn\":\"");
	out_str(out, insn_name(raw->kind));
	if (raw->flags & ISMT_INSN_INSIDE)
		out_lit(out, "\",\"inside\":true,\"region\":");
	else
		out_lit(out, "\",\"inside\":false,\"region\":");
	put_space(out, raw->space);
	out_lit(out, ",\"offset\":");
	out_json_u64(out, raw->offset);
	out_lit(out, ",\"len\":");
	out_json_u64(out, raw->len);
	out_lit(out, ",\"rc\":");
	out_i64(out, raw->rc);
	out_lit(out, ",\"latency_ns\":");
	out_json_u64(out, raw->latency_ns);
	out_lit(out, ",\"error\":");
	put_error(out, &raw->error);
	out_lit(out, "}\n");
	return out->error;
}

static int json_begin(struct sink *sink)
{
	(void)sink;
	return 0;
}

static int json_flush(struct sink *sink)
{
	return out_flush(&to_json(sink)->out);
}

static int json_end(struct sink *sink, const struct summary *summary)
{
	struct sink_json *json = to_json(sink);
	int err = summary_write_json(summary, &json->out);

	/* What is there goes out in any case. */
	return json_flush(sink) ?: err;
}

static void json_free(struct sink *sink)
{
	free(to_json(sink));
}

static const struct sink_ops json_ops = {
	.begin = json_begin,
	.access = json_access,
	.insn = json_insn,
	.end = json_end,
	.flush = json_flush,
	.free = json_free,
};

struct sink *sink_json_new(const struct sink_options *options)
{
	struct sink_json *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	json->sink.ops = &json_ops;
	json->options = *options;
	out_init(&json->out, options->out);
	return &json->sink;
}
