// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_csv.c - one line per access for spreadsheets and data frames: RFC 4180
 * but for line ends, which are bare newlines as all tools here write them.
 *
 * Columns are the keys of the JSON record, nested ones as "insn.pcilg".  What
 * is null in JSON is an empty field.  Strings of the traced machine are
 * printable ASCII, other bytes as \xNN; one that a spreadsheet would take for
 * a formula gets an apostrophe in front.
 */
#include "model/sink.h"

#include <stdlib.h>
#include <string.h>

#include "model/region.h"
#include "model/rules.h"
#include "model/words.h"
#include "util/escape.h"
#include "util/hexdump.h"
#include "util/outbuf.h"

static const char header[] =
	"ts,cpu,pid,tid,comm,function,fid,uid,driver,op,region,offset,len,ret,latency_ns,"
	"insn.pcilg,insn.pcistg,insn.pcistb,insn.mio,insn.failed,insn.min,insn.max,"
	"insn.bytes,insn.busy,error.insn,error.rc,error.cc,error.status,error.region,"
	"error.offset,error.len,rules";

struct sink_csv {
	struct sink sink;
	struct sink_options options;

	/* The comm seen last, and its field. */
	char comm[ISMT_COMM_LEN];
	char comm_field[2 * ESCAPE_TEXT_LEN(ISMT_COMM_LEN) + 8];
	size_t comm_len;

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
		if (!strncmp(text, "\\x20", 4)) {
			*to++ = ' ';
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/*
 * A field of at most len bytes of src; dst holds 2 * ESCAPE_TEXT_LEN(len) + 8.
 * Returns its length.
 */
static size_t make_field(char *dst, const char *src, size_t len)
{
	char clean[ESCAPE_TEXT_LEN(256)];
	char *to = dst;
	const char *c;
	bool formula;

	if (len > 256)
		len = 256;
	if (!len || !*src)
		return 0;
	escape_text(clean, sizeof(clean), src, len);
	restore_blanks(clean);
	/* Importers that trim blanks must not find a formula behind them. */
	c = clean + strspn(clean, " ");
	/* One with an apostrophe too: else which ones were added is not to be told. */
	formula = *c && strchr("=+-@'", *c);
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

static void put_string(struct outbuf *out, const char *text)
{
	char field[2 * ESCAPE_TEXT_LEN(256) + 8];

	out_mem(out, field, make_field(field, text, strnlen(text, 256)));
}

static void put_comm(struct sink_csv *csv, const char *comm)
{
	if (!csv->comm_len || memcmp(csv->comm, comm, sizeof(csv->comm))) {
		memcpy(csv->comm, comm, sizeof(csv->comm));
		csv->comm_len = make_field(csv->comm_field, comm, strnlen(comm, sizeof(csv->comm)));
	}
	out_mem(&csv->out, csv->comm_field, csv->comm_len);
}

static void put_number(struct outbuf *out, uint64_t value)
{
	out_char(out, ',');
	out_u64(out, value);
}

static void put_insns(struct outbuf *out, const struct ismt_insns *insn)
{
	const uint32_t *n = insn->n;

	put_number(out, n[ISMT_PCILG]);
	put_number(out, n[ISMT_PCISTG]);
	put_number(out, n[ISMT_PCISTB]);
	put_number(out, (uint64_t)n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK]);
	put_number(out, insn->failed);
	put_number(out, insn->min);
	put_number(out, insn->max);
	put_number(out, insn->bytes);
	put_number(out, insn->busy);
}

static void put_error(struct outbuf *out, const struct ismt_error *error)
{
	const char *space = space_name(error->space);

	if (!error->flags) {
		out_lit(out, ",,,,,,,");
		return;
	}
	out_char(out, ',');
	out_str(out, insn_name(error->kind));
	out_char(out, ',');
	if (error->flags & ISMT_ERR_RC)
		out_i64(out, error->rc);
	if (error_has_cc(error)) {
		put_number(out, error->cc);
		put_number(out, error->status);
	} else {
		out_lit(out, ",,");
	}
	out_char(out, ',');
	if (space[0] != '-')
		out_str(out, space);
	put_number(out, error->offset);
	put_number(out, error->len);
}

static void put_rules(struct outbuf *out, uint32_t set)
{
	out_char(out, ',');
	for (; set; set &= set - 1) {
		out_str(out, rules[__builtin_ctz(set)].id);
		if (set & (set - 1))
			out_char(out, ' ');
	}
}

static int csv_access(struct sink *sink, const struct access *access)
{
	struct sink_csv *csv = to_csv(sink);
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &csv->out;
	char region[REGION_NAME_LEN];

	if (csv->options.quiet)
		return 0;
	out_i64(out, access->ts);
	put_number(out, raw->hdr.cpu);
	put_number(out, raw->pid);
	put_number(out, raw->tid);
	out_char(out, ',');
	put_comm(csv, raw->comm);
	out_char(out, ',');
	put_string(out, access->fn->address);
	put_number(out, access->fn->k.fid);
	put_number(out, access->fn->k.uid);
	out_char(out, ',');
	put_string(out, access->driver);
	out_str(out, raw->op == ISMT_READ ? ",read," : ",write,");
	out_str(out, region_name(raw->region, region));
	put_number(out, raw->offset);
	put_number(out, raw->len);
	out_char(out, ',');
	out_i64(out, raw->ret);
	put_number(out, raw->latency_ns);
	put_insns(out, &raw->insn);
	put_error(out, &raw->insn.error);
	put_rules(out, access->rules);
	if (csv->options.hex) {
		out_char(out, ',');
		if (access->payload)
			hex_write(out, access->payload, access->payload_len);
	}
	out_char(out, '\n');
	return out->error;
}

/* They have other columns; the accesses carry their sums. */
static int csv_insn(struct sink *sink, const struct insn *insn)
{
	return 0;
}

static int csv_begin(struct sink *sink)
{
	struct sink_csv *csv = to_csv(sink);

	if (csv->options.quiet)
		return 0;
	out_str(&csv->out, header);
	if (csv->options.hex)
		out_lit(&csv->out, ",payload");
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
	out_init(&csv->out, options->out);
	return &csv->sink;
}
