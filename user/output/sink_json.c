// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_json.c - one JSON object per line.
 *
 * Lines per access and per instruction are formatted here, by the table of fields
 * (fields.h): building them as jansson objects costs about ten times as much, on the
 * machine that is traced.  The summary, once a run, is jansson's (summary_json.c).
 */
#include "model/sink.h"

#include <stdlib.h>
#include <string.h>

#include "model/rules.h"
#include "output/line_cache.h"
#include "output/summary_json.h"
#include "util/clock.h"
#include "util/escape.h"
#include "util/hexdump.h"
#include "util/outbuf.h"

#define MILLI_NS     (NS_PER_SEC / 1000)
#define MILLI_DIGITS 16

/* What the line of an access begins with. */
#define ACCESS_BEGIN "{\"type\":\"access\""

struct sink_json {
	struct sink sink;
	struct sink_options options;

	/* A millisecond of late, ns since 1970, and its digits: up to MILLI_DIGITS. */
	uint64_t milli;
	char milli_text[AT_ROOM];
	size_t milli_len;

	struct field_list access_fields, insn_fields;
	struct line_word before_ts, before_cpu; /* of an access */
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

static void put_rules(struct outbuf *out, uint64_t set)
{
	out_char(out, '[');
	for (; set; set &= set - 1) {
		out_char(out, '"');
		out_str(out, rules[__builtin_ctzll(set)].id);
		out_char(out, '"');
		if (set & (set - 1))
			out_char(out, ',');
	}
	out_char(out, ']');
}

static void put_key(void *sink, const struct field *field)
{
	out_mem(&((struct sink_json *)sink)->out, field->json, field->json_len);
}

static void put_value(void *sink, const struct field *field, const void *record);

static void put_group(struct sink_json *json, const struct field *group, const void *record)
{
	size_t i;

	for (i = 0; i < group->nr_fields; i++) {
		out_char(&json->out, i ? ',' : '{');
		/* Without the comma. */
		out_mem(&json->out, group->fields[i].json + 1, group->fields[i].json_len - 1);
		put_value(json, &group->fields[i], record);
	}
	out_char(&json->out, '}');
}

static void put_value(void *sink, const struct field *field, const void *record)
{
	struct sink_json *json = sink;
	struct outbuf *out = &json->out;
	struct value value;

	value.none = false;
	field->get(record, &value);
	if (value.none) {
		out_lit(out, "null");
		return;
	}
	switch (field->kind) {
	case FIELD_TIME:
		put_ts(json, value.sign);
		break;
	case FIELD_NUMBER:
	case FIELD_OFFSET:
	case FIELD_NS:
		out_json_u64(out, value.number);
		break;
	case FIELD_SIGNED:
	case FIELD_RESULT:
		out_i64(out, value.sign);
		break;
	case FIELD_STRING:
		out_char(out, '"');
		put_escaped(out, value.bytes, value.len);
		out_char(out, '"');
		break;
	case FIELD_WORD:
	case FIELD_OP:
	case FIELD_INSN:
		out_char(out, '"');
		out_str(out, value.word);
		out_char(out, '"');
		break;
	case FIELD_BOOL:
		out_str(out, value.number ? "true" : "false");
		break;
	case FIELD_INSNS:
	case FIELD_ERROR:
		put_group(json, field, value.group);
		break;
	case FIELD_RULES:
		put_rules(out, value.number);
		break;
	case FIELD_PAYLOAD:
		out_char(out, '"');
		hex_write(out, value.bytes, value.len);
		out_char(out, '"');
		break;
	}
}

static void put_both(void *sink, const struct field *field, const void *record)
{
	put_key(sink, field);
	put_value(sink, field, record);
}

static const struct line_style json_style = {
	.key = put_key,
	.value = put_value,
	.both = put_both,
};

/* A line of which everything but four numbers was written before: the PART_NEW fields of an access. */
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
	p = line_put_word(p, &json->before_ts);
	memcpy(p, json->milli_text, MILLI_DIGITS);
	p = at_six(p + json->milli_len, (uint32_t)((uint64_t)access->ts - json->milli));
	p = line_put_word(p, &json->before_cpu);
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
	struct outbuf *out = &json->out;
	struct line_where *where;
	struct line_what *what;

	if (json->options.quiet)
		return 0;
	line_find(&json->cache, access, &where, &what);
	if (put_cached(json, access, where, what))
		return out->error;
	out_lit(out, ACCESS_BEGIN);
	line_write(&json_style, json, out, &json->access_fields, access,
		   &(struct line_pieces){ &where->piece, &what->before, &what->after });
	out_lit(out, "}\n");
	return out->error;
}

static int json_insn(struct sink *sink, const struct insn *insn)
{
	struct sink_json *json = to_json(sink);
	struct outbuf *out = &json->out;

	if (json->options.quiet)
		return 0;
	out_lit(out, "{\"type\":\"insn\"");
	line_write(&json_style, json, out, &json->insn_fields, insn,
		   &(struct line_pieces){ .where = line_find_insn(&json->cache, insn) });
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
	fields_all(&json->access_fields, access_fields, nr_access_fields, options->hex);
	fields_all(&json->insn_fields, insn_fields, nr_insn_fields, options->hex);
	/* What put_cached() writes before the first two values. */
	line_word_set(&json->before_ts, ACCESS_BEGIN, json->access_fields.field[0]->json);
	line_word_set(&json->before_cpu, "", json->access_fields.field[1]->json);
	out_init(&json->out, options->out);
	return &json->sink;
}
