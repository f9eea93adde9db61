// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_text.c - the stream for people: a line per access in columns without
 * blanks inside, findings and instructions indented under it.
 */
#include "model/sink.h"

#include <stdlib.h>
#include <time.h>

#include "model/pending.h"
#include "model/region.h"
#include "model/words.h"
#include "output/color.h"
#include "output/findings_text.h"
#include "output/line_cache.h"
#include "output/summary_text.h"
#include "util/clock.h"
#include "util/escape.h"
#include "util/hexdump.h"
#include "util/outbuf.h"
#include "util/times.h"

/* Widths; what is wider shifts the rest of its line. */
enum {
	W_TIME = 12,
	W_COMM = 15,
	W_PID = 7,
	W_FUNCTION = 12,
	W_DRIVER = 12,
	W_OP = 2,
	W_REGION = 6,
	W_OFFSET = 10,
	W_LEN = 7,
	W_RET = 8,
	W_LAT = 10,
	W_INSN = 16,
	/* All before REGION with the blanks between, for lines under an access. */
	W_INDENT = W_TIME + W_COMM + W_PID + W_FUNCTION + W_DRIVER + W_OP + 5,
	/* Blanks before the payload bytes under an access. */
	HEX_INDENT = 4,
};

struct sink_text {
	struct sink sink;
	struct sink_options options;
	struct pending pending;

	struct findings_text findings;

	int64_t start_ns; /* what TIME counts from, ns since 1970 */
	/* The wall clock's last second, formatted. */
	int64_t second;
	char clock[16];

	struct line_cache cache;
	struct outbuf out;
};

static struct sink_text *to_text(struct sink *sink)
{
	return (struct sink_text *)sink;
}

static void put_clock(struct sink_text *text, int64_t second)
{
	time_t t = (time_t)second;
	struct tm tm;

	if (second != text->second || !text->clock[0]) {
		if (!localtime_r(&t, &tm) ||
		    !strftime(text->clock, sizeof(text->clock), "%H:%M:%S", &tm))
			snprintf(text->clock, sizeof(text->clock), "??:??:??");
		text->second = second;
	}
	out_str(&text->out, text->clock);
}

static void put_time(struct sink_text *text, int64_t ts)
{
	struct outbuf *out = &text->out;
	uint64_t span;
	int64_t second;
	uint32_t ns;
	size_t column;

	if (text->options.time == TIME_REAL) {
		column = out_column(out);
		second = time_second(ts, &ns);
		put_clock(text, second);
		out_char(out, '.');
		out_zeros(out, ns / 1000, 6);
		out_right(out, column, W_TIME);
		return;
	}
	if (ts >= text->start_ns) {
		span = time_span(text->start_ns, ts);
		out_fixed_right(out, span / NS_PER_SEC, (uint32_t)(span % NS_PER_SEC / 1000), 6,
				W_TIME);
		return;
	}
	/* An access that was under way when the trace began. */
	span = time_span(ts, text->start_ns);
	column = out_column(out);
	out_char(out, '-');
	out_u64(out, span / NS_PER_SEC);
	out_char(out, '.');
	out_zeros(out, (uint32_t)(span % NS_PER_SEC / 1000), 6);
	out_right(out, column, W_TIME);
}

/* A column with a word of the traced machine's, of at most len bytes. */
static void put_escaped(struct outbuf *out, const char *word, size_t len, unsigned int width)
{
	size_t column = out_column(out);

	out->used += escape_text(out->data + column, 1024, word, len);
	out_left(out, column, width);
}

/* Bytes, or an error by its name. */
static void put_result(struct sink_text *text, int64_t ret)
{
	char number[ERRNO_NAME_LEN];
	struct outbuf *out = &text->out;
	size_t column;

	if (ret >= 0) {
		out_u64_right(out, (uint64_t)ret, W_RET);
		return;
	}
	sgr(out, text->options.color, SGR_RED);
	column = out_column(out);
	out_char(out, '-');
	out_str(out, errno_name(-(uint64_t)ret, number));
	out_right(out, column, W_RET);
	sgr(out, text->options.color, SGR_RESET);
}

static void put_latency(struct outbuf *out, uint64_t ns)
{
	out_fixed_right(out, ns / 1000, (uint32_t)(ns % 1000), 3, W_LAT);
}

/* "!512(cc1)" after the instructions that it belongs to. */
static void put_failed(struct outbuf *out, uint32_t failed, const struct ismt_error *error)
{
	char word[48];

	if (!failed)
		return;
	error_word(error, word, sizeof(word));
	out_char(out, '!');
	out_u64(out, failed);
	out_char(out, '(');
	out_str(out, word);
	out_char(out, ')');
}

/* "512*pcistg:8!512(cc1)", "2*pcilg:1-8", "1*pcistg+1*pcistb:8-64", "-". */
static void put_insns(struct outbuf *out, const struct ismt_insns *insn)
{
	size_t column = out_column(out);
	unsigned int i, kinds = 0;

	for (i = 0; i < ISMT_KINDS; i++) {
		if (!insn->n[i])
			continue;
		if (kinds++)
			out_char(out, '+');
		out_u64(out, insn->n[i]);
		out_char(out, '*');
		out_str(out, insn_name(i));
	}
	if (!kinds) {
		out_char(out, '-');
	} else {
		out_char(out, ':');
		out_u64(out, insn->min);
		if (insn->max != insn->min) {
			out_char(out, '-');
			out_u64(out, insn->max);
		}
	}
	put_failed(out, insn->failed, &insn->error);
	out_left(out, column, W_INSN);
}

static void put_rules(struct sink_text *text, uint32_t set)
{
	struct outbuf *out = &text->out;

	if (!set) {
		out_lit(out, "-\n");
		return;
	}
	sgr(out, text->options.color, severity_color(rules_worst(set)));
	for (; set; set &= set - 1) {
		out_str(out, rules[__builtin_ctz(set)].id);
		if (set & (set - 1))
			out_char(out, ',');
	}
	sgr(out, text->options.color, SGR_RESET);
	out_char(out, '\n');
}

/* The columns of an instruction after the indent or its own head. */
static void put_insn_tail(struct sink_text *text, const struct ismt_insn *raw)
{
	struct outbuf *out = &text->out;

	out_str_left(out, space_name(raw->space), W_REGION);
	out_hex_right(out, raw->offset, W_OFFSET);
	out_u64_right(out, raw->len, W_LEN);
	put_result(text, raw->rc);
	put_latency(out, raw->latency_ns);
}

static void put_insn_under(struct sink_text *text, const struct insn *insn)
{
	struct outbuf *out = &text->out;
	size_t column = out_column(out);

	out_lit(out, "  insn ");
	out_str(out, insn_name(insn->raw.kind));
	out_left(out, column, W_INDENT);
	put_insn_tail(text, &insn->raw);
	put_failed(out, insn->raw.rc != 0, &insn->raw.error);
	out_char(out, '\n');
}

/* One that has no access to stand under: a line of its own, with OP "i". */
static void put_insn_alone(struct sink_text *text, const struct insn *insn)
{
	const struct ismt_insn *raw = &insn->raw;
	struct outbuf *out = &text->out;
	size_t column;

	put_time(text, insn->ts);
	put_escaped(out, raw->comm, sizeof(raw->comm), W_COMM);
	out_u64_right(out, raw->pid, W_PID);
	put_escaped(out, insn->fn->address, sizeof(insn->fn->address), W_FUNCTION);
	out_str_left(out, "-", W_DRIVER);
	out_str_left(out, "i", W_OP);
	put_insn_tail(text, raw);
	column = out_column(out);
	out_lit(out, "1*");
	out_str(out, insn_name(raw->kind));
	out_char(out, ':');
	out_u64(out, raw->len);
	put_failed(out, raw->rc != 0, &raw->error);
	out_left(out, column, W_INSN);
	out_lit(out, "-\n");
}

static void put_pending_alone(struct sink_text *text)
{
	const struct insn *insn = NULL;

	while ((insn = pending_any(&text->pending, insn)))
		put_insn_alone(text, insn);
	pending_drop_all(&text->pending);
}

/* From COMM to REGION. */
static void put_where(struct sink_text *text, const struct access *access, struct line_piece *piece)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &text->out;
	char region[REGION_NAME_LEN];
	size_t start = out_column(out);

	put_escaped(out, raw->comm, sizeof(raw->comm), W_COMM);
	out_u64_right(out, raw->pid, W_PID);
	put_escaped(out, access->fn->address, sizeof(access->fn->address), W_FUNCTION);
	put_escaped(out, access->driver, 255, W_DRIVER);
	out_str_left(out, raw->op == ISMT_READ ? "R" : "W", W_OP);
	out_str_left(out, region_name(raw->region, region), W_REGION);
	line_keep(piece, out->data + start, out->used - start);
}

/* From LEN to RULES. */
static void put_what(struct sink_text *text, const struct access *access, struct line_what *what)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &text->out;
	size_t start = out_column(out);

	out_u64_right(out, raw->len, W_LEN);
	put_result(text, raw->ret);
	line_keep(&what->before, out->data + start, out->used - start);
	put_latency(out, raw->latency_ns);
	start = out_column(out);
	put_insns(out, &raw->insn);
	put_rules(text, access->rules);
	line_keep(&what->after, out->data + start, out->used - start);
}

/* A line of which everything but time, offset and latency was said before. */
static bool put_cached(struct sink_text *text, const struct access *access,
		       const struct line_where *where, const struct line_what *what)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &text->out;
	uint64_t ts = (uint64_t)access->ts - (uint64_t)text->start_ns;
	char *p;

	if (!where->piece.len || !what->before.len || !what->after.len ||
	    text->options.time == TIME_REAL || access->ts < text->start_ns)
		return false;
	p = out_room(out, LINE_ROOM);
	p = at_fixed_right(p, ts / NS_PER_SEC, (uint32_t)(ts % NS_PER_SEC / 1000), 6, W_TIME);
	p = line_put(p, &where->piece);
	p = at_hex_right(p, raw->offset, W_OFFSET);
	p = line_put(p, &what->before);
	p = at_fixed_right(p, raw->latency_ns / 1000, (uint32_t)(raw->latency_ns % 1000), 3, W_LAT);
	p = line_put(p, &what->after);
	out->used = (size_t)(p - out->data);
	return true;
}

static void put_access(struct sink_text *text, const struct access *access)
{
	struct line_where *where;
	struct line_what *what;

	line_find(&text->cache, access, &where, &what);
	if (put_cached(text, access, where, what))
		return;
	put_time(text, access->ts);
	put_where(text, access, &where->piece);
	out_hex_right(&text->out, access->raw.offset, W_OFFSET);
	put_what(text, access, what);
}

static int text_access(struct sink *sink, const struct access *access)
{
	struct sink_text *text = to_text(sink);
	const struct ismt_access *raw = &access->raw;
	struct pending *pending = &text->pending;
	struct outbuf *out = &text->out;
	const struct insn *insn = NULL;

	if (text->options.quiet)
		return 0;
	while ((insn = pending_next(pending, insn, access, PENDING_BEFORE)))
		put_insn_alone(text, insn);
	put_access(text, access);
	if (access->rules && text->options.findings)
		findings_text_write(&text->findings, access, out, text->options.color);
	if (text->options.hex && access->payload)
		hexdump_write(out, access->payload, access->payload_len, raw->offset, raw->len,
			      HEX_INDENT);
	while ((insn = pending_next(pending, insn, access, PENDING_INSIDE)))
		put_insn_under(text, insn);
	pending_drop(pending, raw->tid);
	return out->error;
}

static int text_insn(struct sink *sink, const struct insn *insn)
{
	struct sink_text *text = to_text(sink);

	if (text->options.quiet)
		return 0;
	if (insn->raw.flags & ISMT_INSN_INSIDE) {
		if (pending_add(&text->pending, insn))
			return 0;
		put_pending_alone(text);
	}
	put_insn_alone(text, insn);
	return text->out.error;
}

static int text_begin(struct sink *sink)
{
	struct sink_text *text = to_text(sink);
	struct outbuf *out = &text->out;

	if (text->options.quiet)
		return 0;
	sgr(out, text->options.color, SGR_BOLD);
	out_str_right(out, text->options.time == TIME_REAL ? "TIME" : "TIME(s)", W_TIME);
	out_str_left(out, "COMM", W_COMM);
	out_str_right(out, "PID", W_PID);
	out_str_left(out, "FUNCTION", W_FUNCTION);
	out_str_left(out, "DRIVER", W_DRIVER);
	out_str_left(out, "OP", W_OP);
	out_str_left(out, "REGION", W_REGION);
	out_str_right(out, "OFFSET", W_OFFSET);
	out_str_right(out, "LEN", W_LEN);
	out_str_right(out, "RET", W_RET);
	out_str_right(out, "LAT(us)", W_LAT);
	out_str_left(out, "INSN", W_INSN);
	out_lit(out, "RULES");
	sgr(out, text->options.color, SGR_RESET);
	out_char(out, '\n');
	return out_flush(out);
}

static int text_flush(struct sink *sink)
{
	return out_flush(&to_text(sink)->out);
}

static int text_end(struct sink *sink, const struct summary *summary)
{
	struct sink_text *text = to_text(sink);

	put_pending_alone(text);
	if (!text->options.quiet)
		out_char(&text->out, '\n');
	summary_write_text(summary, &text->out, text->options.color);
	return text_flush(sink);
}

static void text_free(struct sink *sink)
{
	struct sink_text *text = to_text(sink);

	pending_free(&text->pending);
	findings_text_free(&text->findings);
	free(text);
}

static const struct sink_ops text_ops = {
	.begin = text_begin,
	.access = text_access,
	.insn = text_insn,
	.end = text_end,
	.flush = text_flush,
	.free = text_free,
};

struct sink *sink_text_new(const struct sink_options *options)
{
	struct sink_text *text = calloc(1, sizeof(*text));

	if (!text)
		return NULL;
	text->sink.ops = &text_ops;
	text->options = *options;
	text->start_ns = options->time == TIME_MONO ? options->mono_offset_ns : options->start_ns;
	out_init(&text->out, options->out);
	return &text->sink;
}
