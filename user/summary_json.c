// SPDX-License-Identifier: GPL-2.0-only
#include "summary_json.h"

#include <errno.h>
#include <jansson.h>

#include "escape.h"
#include "region.h"

/*
 * All of these take what they are given, NULL from an earlier failure
 * included, and a NULL in the end means that memory ran out: jansson's "o"
 * format and json_*_new() setters pass it on.
 */

/* jansson's integers are signed; no count gets near the end of these. */
static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *string(const char *text)
{
	char clean[ESCAPE_UTF8_LEN(256)];
	size_t len = escape_utf8(clean, sizeof(clean), text, 256);

	return json_stringn(clean, len);
}

/* Appends item to array; both belong to the result, which is NULL on failure. */
static json_t *append(json_t *array, json_t *item)
{
	if (!array || !item || json_array_append_new(array, item)) {
		/* json_array_append_new() has dropped item if it failed. */
		if (!array)
			json_decref(item);
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *bucket(uint64_t upper, uint64_t count)
{
	return json_pack("{s:o, s:o}", "le", number(upper), "count", number(count));
}

static json_t *hist_json(const struct hist *hist)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist->bucket[i])
			array = append(array, bucket(hist_upper(i), hist->bucket[i]));
	return array;
}

static json_t *width_json(const uint64_t *width)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < ISMT_WIDTHS; i++)
		if (width[i])
			array = append(array, bucket(1ULL << i, width[i]));
	return array;
}

static json_t *stb_json(const uint64_t *stb)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		if (stb[i])
			array = append(array, bucket(summary_stb_upper(i), stb[i]));
	return array;
}

static json_t *percentiles(const struct hist *hist)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "min",
			 number(hist->count ? hist->min : 0), "p50",
			 number(hist_percentile(hist, 50)), "p90",
			 number(hist_percentile(hist, 90)), "p99",
			 number(hist_percentile(hist, 99)), "max",
			 number(hist->count ? hist->max : 0), "sum", number(hist->sum));
}

static json_t *kinds(const uint64_t *n, uint64_t failed)
{
	uint64_t mio = n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK];

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "pcilg", number(n[ISMT_PCILG]),
			 "pcistg", number(n[ISMT_PCISTG]), "pcistb",
			 number(n[ISMT_PCISTB]), "mio", number(mio), "failed",
			 number(failed));
}

static json_t *row_json(const struct summary_row *row)
{
	char region[REGION_NAME_LEN];

	return json_pack(
		"{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"function", string(row->fn->address), "fid", number(row->fn->k.fid),
		"driver", string(row->driver), "region", summary_region(row, region),
		"op", row->op == ISMT_READ ? "read" : "write", "accesses",
		number(row->accesses), "bytes", number(row->bytes), "errors",
		number(row->errors), "insn", kinds(row->insns, row->failed), "insn_bytes",
		number(row->insn_bytes), "size", hist_json(&row->size), "latency_ns",
		hist_json(&row->latency), "latency", percentiles(&row->latency), "width",
		width_json(row->width), "pcistb", stb_json(row->stb));
}

static json_t *rows_json(const struct summary *summary)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < summary->nr_rows; i++)
		array = append(array, row_json(&summary->rows[i]));
	return array;
}

static json_t *apart_json(const struct ismt_apart *apart)
{
	uint64_t n[ISMT_KINDS];
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++)
		n[i] = apart->n[i];
	return kinds(n, apart->failed);
}

static json_t *fmb_json(const struct summary_function *f)
{
	if (!f->has_fmb)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "loads", number(f->fmb_loads), "stores",
			 number(f->fmb_stores), "blocks", number(f->fmb_blocks), "age_ns",
			 number(f->fmb_age_ns));
}

static json_t *function_json(const struct summary_function *f)
{
	uint64_t issued = summary_issued(f), failed = summary_failed(f);

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "function",
		string(f->fn->address), "fid", number(f->fn->k.fid), "uid",
		number(f->fn->k.uid), "inside", kinds(f->inside, f->inside_failed),
		"outside", apart_json(&f->outside), "filtered", apart_json(&f->filtered),
		"lost", apart_json(&f->lost), "issued", number(issued), "failed",
		number(failed), "done", number(issued - failed), "fmb", fmb_json(f));
}

static json_t *functions_json(const struct summary *summary)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < summary->nr_functions; i++)
		array = append(array, function_json(&summary->functions[i]));
	return array;
}

static json_t *finding_json(const struct summary *summary, enum rule_id id)
{
	const struct rule *rule = &rules[id];
	char evidence[256];

	summary_evidence(summary, id, evidence, sizeof(evidence));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "rule", rule->id, "name",
			 rule->name, "severity", severity_name(rule->severity), "count",
			 number(summary->findings[id].count), "evidence",
			 string(evidence), "fix", rule->fix);
}

static json_t *findings_json(const struct summary *summary)
{
	json_t *array = json_array();
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (summary->findings[i].count)
			array = append(array, finding_json(summary, (enum rule_id)i));
	return array;
}

static json_t *lost_json(const struct summary *summary)
{
	const struct losses *lost = &summary->lost;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "total",
			 number(summary_lost(summary)), "ring", number(lost->ring),
			 "slot", number(lost->slot), "return", number(lost->ret), "probe",
			 number(lost->probe), "insn_ring", number(lost->insn_ring),
			 "insn_probe", number(lost->insn_probe), "apart_full",
			 number(lost->apart_full));
}

static json_t *summary_json(const struct summary *s)
{
	uint64_t duration = s->end_ns > s->begin_ns ? s->end_ns - s->begin_ns : 0;

	return json_pack(
		"{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"type", "summary", "schema", JSON_SCHEMA, "recorded", number(s->recorded),
		"lost", lost_json(s), "filtered", number(s->filtered), "insn_records",
		number(s->insn_records), "unopened", number(s->unopened), "begin",
		number(s->begin_ns), "end", number(s->end_ns), "duration_ns",
		number(duration), "rows", rows_json(s), "functions", functions_json(s),
		"findings", findings_json(s));
}

static int write_part(const char *text, size_t len, void *out)
{
	out_mem(out, text, len);
	return 0;
}

int summary_write_json(const struct summary *summary, struct outbuf *out)
{
	json_t *json = summary_json(summary);
	int err;

	if (!json)
		return -ENOMEM;
	err = json_dump_callback(json, write_part, out, JSON_COMPACT);
	json_decref(json);
	if (err)
		return -ENOMEM;
	out_char(out, '\n');
	return out->error;
}
