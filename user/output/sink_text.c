// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_text.c - the stream for people: a line per access in columns without blanks inside
 * (fields.h), findings and instructions indented under it.
 */
#include "model/sink.h"

#include <stdlib.h>
#include <time.h>

#include "model/pending.h"
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

/* Blanks before the payload bytes under an access. */
#define HEX_INDENT 4

struct sink_text {
	struct sink sink;
	struct sink_options options;
	struct pending pending;

	struct findings_text findings;

	int64_t start_ns; /* what TIME counts from, ns since 1970 */
	/* The wall clock's last second, formatted. */
	int64_t second;
	char clock[16];

	struct field_list fields;		  /* of an access, in the order of columns */
	const struct field *insn_fields[COLUMNS]; /* of an instruction, by column; NULL: none */
	unsigned int indent;			  /* characters of all columns before REGION */
	/* The begin of the last line of an instruction under an access, and what it is good for. */
	uint8_t under_kind, under_space;
	struct line_piece under;

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
		out_right(out, column, WIDTH_TIME);
		return;
	}
	if (ts >= text->start_ns) {
		span = time_span(text->start_ns, ts);
		out_fixed_right(out, span / NS_PER_SEC, (uint32_t)(span % NS_PER_SEC / 1000), 6,
				WIDTH_TIME);
		return;
	}
	/* An access that was under way when the trace began. */
	span = time_span(ts, text->start_ns);
	column = out_column(out);
	out_char(out, '-');
	out_u64(out, span / NS_PER_SEC);
	out_char(out, '.');
	out_zeros(out, (uint32_t)(span % NS_PER_SEC / 1000), 6);
	out_right(out, column, WIDTH_TIME);
}

/* A column with a word of the traced machine's, of at most len bytes. */
static void put_escaped(struct outbuf *out, const char *word, size_t len, unsigned int width)
{
	size_t column = out_column(out);

	out->used += escape_text(out->data + column, 1024, word, len);
	out_left(out, column, width);
}

/* Bytes, or an error by its name. */
static void put_result(struct sink_text *text, int64_t ret, unsigned int width)
{
	char number[ERRNO_NAME_LEN];
	struct outbuf *out = &text->out;
	size_t column;

	if (ret >= 0) {
		out_u64_right(out, (uint64_t)ret, width);
		return;
	}
	sgr(out, text->options.color, SGR_RED);
	column = out_column(out);
	out_char(out, '-');
	out_str(out, errno_name(-(uint64_t)ret, number));
	out_right(out, column, width);
	sgr(out, text->options.color, SGR_RESET);
}

static void put_latency(struct outbuf *out, uint64_t ns, unsigned int width)
{
	out_fixed_right(out, ns / 1000, (uint32_t)(ns % 1000), 3, width);
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
static void put_insns(struct outbuf *out, const struct ismt_insns *insn, unsigned int width)
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
	out_left(out, column, width);
}

/* "1*pcistb:64", as the sums of an access would have it. */
static void put_insn(struct outbuf *out, const struct ismt_insn *raw, unsigned int width)
{
	size_t column = out_column(out);

	out_lit(out, "1*");
	out_str(out, insn_name(raw->kind));
	out_char(out, ':');
	out_u64(out, raw->len);
	put_failed(out, raw->rc != 0, &raw->error);
	out_left(out, column, width);
}

static void put_rules(struct sink_text *text, uint64_t set)
{
	struct outbuf *out = &text->out;

	if (!set) {
		out_char(out, '-');
		return;
	}
	sgr(out, text->options.color, severity_color(rules_worst((uint32_t)set)));
	for (; set; set &= set - 1) {
		out_str(out, rules[__builtin_ctzll(set)].id);
		if (set & (set - 1))
			out_char(out, ',');
	}
	sgr(out, text->options.color, SGR_RESET);
}

/* A column, with the blank behind it; the last one has neither width nor blank. */
static void put_value(void *sink, const struct field *field, const void *record)
{
	struct sink_text *text = sink;
	struct outbuf *out = &text->out;
	unsigned int width = field->width;
	struct value value;

	value.none = false;
	field->get(record, &value);
	switch (field->kind) {
	case FIELD_TIME:
		put_time(text, value.sign);
		break;
	case FIELD_NUMBER:
		out_u64_right(out, value.number, width);
		break;
	case FIELD_OFFSET:
		out_hex_right(out, value.number, width);
		break;
	case FIELD_NS:
		put_latency(out, value.number, width);
		break;
	case FIELD_RESULT:
		put_result(text, value.sign, width);
		break;
	case FIELD_STRING:
		put_escaped(out, value.bytes, value.len, width);
		break;
	case FIELD_WORD:
		out_str_left(out, value.none ? "-" : value.word, width);
		break;
	case FIELD_OP:
		out_str_left(out, value.word[0] == 'r' ? "R" : "W", width);
		break;
	case FIELD_INSN:
		put_insn(out, &((const struct insn *)record)->raw, width);
		break;
	case FIELD_INSNS:
		put_insns(out, value.group, width);
		break;
	case FIELD_RULES:
		put_rules(text, value.number);
		break;
	case FIELD_SIGNED:
	case FIELD_BOOL:
	case FIELD_ERROR:
	case FIELD_PAYLOAD:
		/* No column: tests/unit/test_fields.c. */
		break;
	}
}

static const struct line_style text_style = { .value = put_value, .both = put_value };

/* What a line under an access begins with: the instruction and its region. */
static void put_under_head(struct sink_text *text, const struct insn *insn)
{
	struct line_piece *piece = &text->under;
	struct outbuf *out = &text->out;
	size_t column;

	if (piece->len && text->under_kind == insn->raw.kind &&
	    text->under_space == insn->raw.space) {
		out_mem(out, piece->text, piece->len);
		return;
	}
	text->under_kind = insn->raw.kind;
	text->under_space = insn->raw.space;
	piece->len = 0;
	column = out_column(out);
	out_lit(out, "  insn ");
	out_str(out, insn_name(insn->raw.kind));
	out_left(out, column, text->indent);
	put_value(text, text->insn_fields[COLUMN_REGION], insn);
	line_keep(piece, out->data + column, out->used - column);
}

static void put_insn_under(struct sink_text *text, const struct insn *insn)
{
	struct outbuf *out = &text->out;
	unsigned int i;

	put_under_head(text, insn);
	for (i = COLUMN_OFFSET; i < COLUMN_INSN; i++)
		put_value(text, text->insn_fields[i], insn);
	put_failed(out, insn->raw.rc != 0, &insn->raw.error);
	out_char(out, '\n');
}

/* An instruction that has no access to stand under: a line of its own, with OP "i". */
static void put_insn_alone(struct sink_text *text, const struct insn *insn)
{
	struct outbuf *out = &text->out;
	size_t i;

	for (i = 0; i < text->fields.nr; i++) {
		const struct field *of_access = text->fields.field[i];
		const struct field *field = text->insn_fields[of_access->column];

		if (field)
			put_value(text, field, insn);
		else if (of_access->width)
			out_str_left(out, of_access->kind == FIELD_OP ? "i" : "-",
				     of_access->width);
		else
			out_char(out, '-');
	}
	out_char(out, '\n');
}

static void put_pending_alone(struct sink_text *text)
{
	const struct insn *insn = NULL;

	while ((insn = pending_any(&text->pending, insn)))
		put_insn_alone(text, insn);
	pending_drop_all(&text->pending);
}

/* A line of which everything but time, offset and latency was written before: the PART_NEW columns. */
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
	p = at_fixed_right(p, ts / NS_PER_SEC, (uint32_t)(ts % NS_PER_SEC / 1000), 6, WIDTH_TIME);
	p = line_put(p, &where->piece);
	p = at_hex_right(p, raw->offset, WIDTH_OFFSET);
	p = line_put(p, &what->before);
	p = at_fixed_right(p, raw->latency_ns / 1000, (uint32_t)(raw->latency_ns % 1000), 3,
			   WIDTH_LATENCY);
	p = line_put(p, &what->after);
	*p++ = '\n';
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
	line_write(&text_style, text, &text->out, &text->fields, access,
		   &(struct line_pieces){ &where->piece, &what->before, &what->after });
	out_char(&text->out, '\n');
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

/* Over words to the left, over numbers to the right, as they are. */
static void put_heading(struct sink_text *text, const struct field *field)
{
	struct outbuf *out = &text->out;

	switch (field->kind) {
	case FIELD_STRING:
	case FIELD_WORD:
	case FIELD_OP:
	case FIELD_INSNS:
		out_str_left(out, field->heading, field->width);
		break;
	case FIELD_RULES:
		out_str(out, field->heading);
		break;
	case FIELD_TIME:
		/* A time of day is not in seconds. */
		out_str_right(out, text->options.time == TIME_REAL ? "TIME" : field->heading,
			      field->width);
		break;
	default:
		out_str_right(out, field->heading, field->width);
		break;
	}
}

static int text_begin(struct sink *sink)
{
	struct sink_text *text = to_text(sink);
	struct outbuf *out = &text->out;
	size_t i;

	if (text->options.quiet)
		return 0;
	sgr(out, text->options.color, SGR_BOLD);
	for (i = 0; i < text->fields.nr; i++)
		put_heading(text, text->fields.field[i]);
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
	unsigned int i;

	if (!text)
		return NULL;
	fields_text(&text->fields, access_fields, nr_access_fields);
	for (i = COLUMN_NONE + 1; i < COLUMNS; i++)
		text->insn_fields[i] = field_in_column(insn_fields, nr_insn_fields, i);
	for (i = 0; text->fields.field[i]->column < COLUMN_REGION; i++)
		text->indent += text->fields.field[i]->width + 1;
	/* out_left() adds a blank. */
	text->indent--;
	text->sink.ops = &text_ops;
	text->options = *options;
	text->start_ns = options->time == TIME_MONO ? options->mono_offset_ns : options->start_ns;
	out_init(&text->out, options->out);
	return &text->sink;
}
