// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_csv.c - one line per access for spreadsheets and data frames: RFC 4180
 * but for line ends, which are bare newlines as all tools here write them.
 *
 * Columns are the fields of an access (fields.h), those of groups as "insn.pcilg".  What
 * is null in JSON is an empty field.  Strings of the traced machine are
 * printable ASCII, other bytes as \xNN; one that a spreadsheet would take for
 * a formula gets an apostrophe in front.
 */
#include "model/sink.h"

#include <stdlib.h>
#include <string.h>

#include "model/rules.h"
#include "output/line_cache.h"
#include "util/escape.h"
#include "util/hexdump.h"
#include "util/outbuf.h"

struct csv_string {
	char text[LINE_DRIVER_LEN];
	char made[2 * ESCAPE_TEXT_LEN(LINE_DRIVER_LEN) + 8];
	size_t text_len, len;
};

struct sink_csv {
	struct sink sink;
	struct sink_options options;

	struct field_list fields;
	struct csv_string strings[FIELDS_MAX]; /* by number of the field in access_fields */
	struct line_cache cache;
	struct outbuf out;
};

static struct sink_csv *to_csv(struct sink *sink)
{
	return (struct sink_csv *)sink;
}

/*
 * The blank is the one character of "\x20" and nothing else is: a backslash
 * of the name itself has become "\x5c".  Blanks are no harm in a quoted field.
 */
static void restore_blanks(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\\' && !strncmp(text, "\\x20", 4)) {
			*to++ = ' ';
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* What a spreadsheet may take for the beginning of a formula, or what we put in front of that. */
#define FORMULA "=+-@'"

/*
 * A field of at most len bytes of src; dst holds 2 * ESCAPE_TEXT_LEN(len) + 8.
 * Returns its length.
 */
static size_t make_field(char *dst, const char *src, size_t len)
{
	char clean[ESCAPE_TEXT_LEN(256)];
	char *to = dst;
	const char *c;
	size_t used;
	bool formula;

	if (len > 256)
		len = 256;
	if (!len || !*src)
		return 0;
	used = escape_text(clean, sizeof(clean), src, len);
	/* Nearly all names are neither quoted nor changed. */
	if (!strpbrk(clean, "\\\",") && !strchr(FORMULA, *clean)) {
		memcpy(dst, clean, used);
		return used;
	}
	restore_blanks(clean);
	/* Importers that trim blanks must not find a formula behind them. */
	c = clean + strspn(clean, " ");
	/* Also in front of an apostrophe, or a reader could not know which ones were added. */
	formula = *c && strchr(FORMULA, *c);
	if (!formula && !strpbrk(clean, "\", ")) {
		strcpy(dst, clean);
		return strlen(dst);
	}
	*to++ = '"';
	if (formula)
		*to++ = '\'';
	for (c = clean; *c; c++) {
		if (*c == '"')
			*to++ = '"';
		*to++ = *c;
	}
	*to++ = '"';
	return (size_t)(to - dst);
}

/* The last string of a field is likely the next, too; to see that is a fifth of making it. */
static void put_string(struct sink_csv *csv, const struct field *field, const char *text,
		       size_t len)
{
	struct csv_string *last = &csv->strings[field - access_fields];
	size_t text_len = strnlen(text, len);

	if (text_len != last->text_len || memcmp(last->text, text, text_len)) {
		memcpy(last->text, text, text_len);
		last->text_len = text_len;
		last->len = make_field(last->made, text, text_len);
	}
	out_mem(&csv->out, last->made, last->len);
}

static void put_rules(struct outbuf *out, uint64_t set)
{
	for (; set; set &= set - 1) {
		out_str(out, rules[__builtin_ctzll(set)].id);
		if (set & (set - 1))
			out_char(out, ' ');
	}
}

/* A comma before every field but the first. */
static void put_key(void *sink, const struct field *field)
{
	struct sink_csv *csv = sink;

	if (field != csv->fields.field[0])
		out_char(&csv->out, ',');
}

static void put_value(void *sink, const struct field *field, const void *record);

/* Fields of a group are columns like all others; group NULL: it has no value, nor have they. */
static void put_group(struct sink_csv *csv, const struct field *field, const void *group)
{
	size_t i;

	for (i = 0; i < field->nr_fields; i++) {
		if (i)
			out_char(&csv->out, ',');
		if (group)
			put_value(csv, &field->fields[i], group);
	}
}

static void put_value(void *sink, const struct field *field, const void *record)
{
	struct sink_csv *csv = sink;
	struct outbuf *out = &csv->out;
	struct value value;

	value.none = false;
	field->get(record, &value);
	if (value.none && !field->fields)
		return;
	switch (field->kind) {
	case FIELD_NUMBER:
	case FIELD_OFFSET:
	case FIELD_NS:
	case FIELD_BOOL:
		out_u64(out, value.number);
		break;
	case FIELD_TIME:
	case FIELD_SIGNED:
	case FIELD_RESULT:
		out_i64(out, value.sign);
		break;
	case FIELD_STRING:
		put_string(csv, field, value.bytes, value.len);
		break;
	case FIELD_WORD:
	case FIELD_OP:
	case FIELD_INSN:
		out_str(out, value.word);
		break;
	case FIELD_INSNS:
	case FIELD_ERROR:
		put_group(csv, field, value.none ? NULL : value.group);
		break;
	case FIELD_RULES:
		put_rules(out, value.number);
		break;
	case FIELD_PAYLOAD:
		hex_write(out, value.bytes, value.len);
		break;
	}
}

static void put_both(void *sink, const struct field *field, const void *record)
{
	put_key(sink, field);
	put_value(sink, field, record);
}

static const struct line_style csv_style = {
	.key = put_key,
	.value = put_value,
	.both = put_both,
};

/* A line of which everything but four numbers was written before: the PART_NEW fields of an access. */
static bool put_cached(struct sink_csv *csv, const struct access *access,
		       const struct line_where *where, const struct line_what *what)
{
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &csv->out;
	char *p;

	if (!where->piece.len || !what->before.len || !what->after.len || access->ts < 0 ||
	    csv->options.hex)
		return false;
	p = out_room(out, LINE_ROOM);
	p = at_u64(p, (uint64_t)access->ts);
	*p++ = ',';
	p = at_u64(p, raw->hdr.cpu);
	p = line_put(p, &where->piece);
	p = at_u64(p, raw->offset);
	p = line_put(p, &what->before);
	p = at_u64(p, raw->latency_ns);
	p = line_put(p, &what->after);
	*p++ = '\n';
	out->used = (size_t)(p - out->data);
	return true;
}

static int csv_access(struct sink *sink, const struct access *access)
{
	struct sink_csv *csv = to_csv(sink);
	struct outbuf *out = &csv->out;
	struct line_where *where;
	struct line_what *what;

	if (csv->options.quiet)
		return 0;
	line_find(&csv->cache, access, &where, &what);
	if (put_cached(csv, access, where, what))
		return out->error;
	line_write(&csv_style, csv, out, &csv->fields, access,
		   &(struct line_pieces){ &where->piece, &what->before, &what->after });
	out_char(out, '\n');
	return out->error;
}

/* Instructions have other columns, and no lines; accesses carry their sums. */
static int csv_insn(struct sink *sink, const struct insn *insn)
{
	return 0;
}

static void put_heading(struct sink_csv *csv, const struct field *field)
{
	struct outbuf *out = &csv->out;
	size_t i;

	put_key(csv, field);
	if (!field->fields)
		out_str(out, field->key);
	for (i = 0; i < field->nr_fields; i++) {
		if (i)
			out_char(out, ',');
		out_str(out, field->key);
		out_char(out, '.');
		out_str(out, field->fields[i].key);
	}
}

static int csv_begin(struct sink *sink)
{
	struct sink_csv *csv = to_csv(sink);
	size_t i;

	if (csv->options.quiet)
		return 0;
	for (i = 0; i < csv->fields.nr; i++)
		put_heading(csv, csv->fields.field[i]);
	out_char(&csv->out, '\n');
	return csv->out.error;
}

static int csv_flush(struct sink *sink)
{
	return out_flush(&to_csv(sink)->out);
}

static int csv_end(struct sink *sink, const struct summary *summary)
{
	return csv_flush(sink);
}

static void csv_free(struct sink *sink)
{
	free(to_csv(sink));
}

static const struct sink_ops csv_ops = {
	.begin = csv_begin,
	.access = csv_access,
	.insn = csv_insn,
	.end = csv_end,
	.flush = csv_flush,
	.free = csv_free,
};

struct sink *sink_csv_new(const struct sink_options *options)
{
	struct sink_csv *csv = calloc(1, sizeof(*csv));

	if (!csv)
		return NULL;
	csv->sink.ops = &csv_ops;
	csv->options = *options;
	fields_all(&csv->fields, access_fields, nr_access_fields, options->hex);
	out_init(&csv->out, options->out);
	return &csv->sink;
}
