// SPDX-License-Identifier: GPL-2.0-only
#include "output/summary_json.h"

#include <string.h>

#include "model/region.h"
#include "model/words.h"
#include "util/json.h"
#include "util/times.h"

static json_t *bucket(uint64_t upper, uint64_t count)
{
	return json_pack("{s:o, s:o}", "le", json_number(upper), "count", json_number(count));
}

static json_t *hist_json(const struct hist *hist)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist->bucket[i])
			array = json_append(array, bucket(hist_upper(i), hist->bucket[i]));
	return array;
}

static json_t *width_json(const uint64_t *width)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < ISMT_WIDTHS; i++)
		if (width[i])
			array = json_append(array, bucket(1ULL << i, width[i]));
	return array;
}

static json_t *stb_json(const uint64_t *stb)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		if (stb[i])
			array = json_append(array, bucket(summary_stb_upper(i), stb[i]));
	return array;
}

static json_t *percentiles(const struct hist *hist)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "min",
			 json_number(hist->count ? hist->min : 0), "p50",
			 json_number(hist_percentile(hist, 50)), "p90",
			 json_number(hist_percentile(hist, 90)), "p99",
			 json_number(hist_percentile(hist, 99)), "max",
			 json_number(hist->count ? hist->max : 0), "sum", json_number(hist->sum));
}

static json_t *kinds(const uint64_t *n, uint64_t failed)
{
	uint64_t mio = n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK];

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "pcilg", json_number(n[ISMT_PCILG]), "pcistg",
			 json_number(n[ISMT_PCISTG]), "pcistb", json_number(n[ISMT_PCISTB]), "mio",
			 json_number(mio), "failed", json_number(failed));
}

/* A name of a function or driver; null for the others together, which have none. */
static json_t *function_name(const struct function *fn, const char *name)
{
	return fn == &function_others ? json_null() : json_text(name);
}

static json_t *row_json(const struct summary_row *row)
{
	const struct function *fn = row->fn;
	char region[REGION_NAME_LEN];

	return json_pack(
		"{s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"function", function_name(fn, fn->address), "fid",
		fn == &function_others ? json_null() : json_number(fn->k.fid), "driver",
		function_name(fn, row->driver), "region", region_label(row->region, region), "op",
		op_name(row->op), "accesses", json_number(row->stats.accesses), "bytes",
		json_number(row->stats.bytes), "errors", json_number(row->stats.errors), "insn",
		kinds(row->stats.insns, row->stats.failed), "insn_bytes",
		json_number(row->stats.insn_bytes), "size", hist_json(&row->stats.size),
		"latency_ns", hist_json(&row->stats.latency), "latency",
		percentiles(&row->stats.latency), "width", width_json(row->stats.width), "pcistb",
		stb_json(row->stats.stb), "folded", json_number(row->folded), "missed_max",
		json_number(row->missed));
}

static json_t *rows_json(const struct summary *summary)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < summary->nr_rows; i++)
		array = json_append(array, row_json(&summary->rows[i]));
	return array;
}

static json_t *unattr_json(const struct ismt_unattr *unattr)
{
	uint64_t n[ISMT_KINDS];
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++)
		n[i] = unattr->n[i];
	return kinds(n, unattr->failed);
}

static json_t *fmb_json(const struct summary_function *f)
{
	if (!f->has_fmb)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "loads", json_number(f->fmb_loads), "stores",
			 json_number(f->fmb_stores), "blocks", json_number(f->fmb_blocks), "age_ns",
			 json_number(f->fmb_age_ns));
}

static json_t *measured_json(const uint64_t *n)
{
	return json_pack("{s:o, s:o, s:o}", "loads", json_number(n[ISMT_PCILG]), "stores",
			 json_number(n[ISMT_PCISTG]), "blocks", json_number(n[ISMT_PCISTB]));
}

json_t *measure_json(const struct measure *m)
{
	json_t *difference;

	if (!m->begun && !m->refused)
		return json_null();
	difference =
		json_pack("{s:I, s:I, s:I}", "loads", (json_int_t)measure_difference(m, ISMT_PCILG),
			  "stores", (json_int_t)measure_difference(m, ISMT_PCISTG), "blocks",
			  (json_int_t)measure_difference(m, ISMT_PCISTB));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "begun",
			 json_number(m->begun), "ours", measured_json(m->ours), "machine",
			 measured_json(m->machine), "difference", difference, "before",
			 json_number(m->before), "after", json_number(m->after), "under_way",
			 json_number(m->under_way), "missed",
			 m->missed_unknown ? json_null() : json_number(m->missed), "astray",
			 json_number(m->astray), "mismatch", measure_mismatch(m), "refused",
			 m->refused ? json_text(strerror(-m->refused)) : json_null());
}

static json_t *function_json(const struct summary_function *f)
{
	uint64_t issued = summary_issued(f), failed = summary_failed(f);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "function",
			 function_name(f->fn, f->fn->address), "fid", json_number(f->fn->k.fid),
			 "uid", json_number(f->fn->k.uid), "inside",
			 kinds(f->inside, f->inside_failed), "outside", unattr_json(&f->outside),
			 "filtered", unattr_json(&f->filtered), "lost", unattr_json(&f->lost),
			 "issued", json_number(issued), "failed", json_number(failed), "done",
			 json_number(issued - failed), "fmb", fmb_json(f), "measure",
			 measure_json(&f->measure));
}

static json_t *functions_json(const struct summary *summary)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < summary->nr_functions; i++)
		array = json_append(array, function_json(&summary->functions[i]));
	return array;
}

static json_t *finding_json(const struct summary *summary, enum rule_id id)
{
	const struct rule *rule = &rules[id];
	char evidence[256];

	summary_evidence(summary, id, evidence, sizeof(evidence));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}", "rule", rule->id, "name", rule->name,
			 "severity", severity_name(rule->severity), "count",
			 json_number(summary->findings[id].count), "evidence", json_text(evidence),
			 "fix", summary_fix(summary, id));
}

static json_t *findings_json(const struct summary *summary)
{
	json_t *array = json_array();
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (summary->findings[i].count)
			array = json_append(array, finding_json(summary, (enum rule_id)i));
	return array;
}

/* Where it is not known what was lost a number would be taken for the truth. */
static json_t *lost_number(const struct summary *summary, uint64_t n)
{
	return summary->unaccounted ? json_null() : json_number(n);
}

static json_t *lost_json(const struct summary *summary)
{
	json_t *lost = json_pack("{s:o}", "total", lost_number(summary, summary_lost(summary)));
	int i;

	for (i = 0; lost && i < LOSS_COUNT; i++)
		json_object_set_new(lost, loss_infos[i].key,
				    losses_known(&summary->lost, i)
					    ? lost_number(summary, summary->lost.n[i])
					    : json_null());
	return lost;
}

json_t *summary_json(const struct summary *s)
{
	uint64_t duration = time_span(s->begin_ns, s->end_ns);

	return json_pack(
		"{s:s, s:i, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o}",
		"type", "summary", "schema", JSON_SCHEMA, "recorded", json_number(s->recorded),
		"lost", lost_json(s), "lost_known", !s->unaccounted, "lost_why",
		s->unaccounted ? json_string(s->unaccounted) : json_null(), "lost_at_least",
		json_number(summary_lost(s)), "missing", json_number(s->missing), "strays",
		json_number(s->strays), "filtered", json_number(s->filtered), "insn_records",
		json_number(s->insn_records), "unopened", json_number(s->unopened), "foreign",
		json_number(s->foreign), "begin", json_integer(s->begin_ns), "end",
		json_integer(s->end_ns), "duration_ns", json_number(duration), "rows", rows_json(s),
		"functions", functions_json(s), "findings", findings_json(s));
}

int summary_write_json(const struct summary *summary, struct outbuf *out)
{
	return json_write(summary_json(summary), out);
}
