// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables_json.c - the tables for machines.
 */
#include "model/report_tables.h"

#include "model/region.h"
#include "model/rules.h"
#include "model/summary.h"
#include "util/hist.h"

static json_t *totals_json(const struct totals *t)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "accesses",
			 json_number(t->accesses), "bytes", json_number(t->bytes), "errors",
			 json_number(t->errors), "insns", json_number(t->insns), "failed",
			 json_number(t->failed), "findings", json_number(t->findings),
			 "latency_ns_sum", json_number(t->latency_ns), "latency_ns_max",
			 json_number(t->latency_max));
}

/* A name of 16 bytes may come without a NUL. */
static json_t *name_json(const char *name)
{
	char text[ISMT_COMM_LEN + 1] = { 0 };

	memcpy(text, name, ISMT_COMM_LEN);
	return json_text(text);
}

static json_t *region_json(uint64_t number)
{
	char region[REGION_NAME_LEN];

	return json_string(view_region_name(number, region));
}

static json_t *key_json(enum view kind, const struct table_key *key)
{
	uint64_t n = key->number;

	switch (kind) {
	case VIEW_FUNCTIONS:
		return json_pack("{s:o, s:o, s:o}", "function", json_text(key->fn->address), "fid",
				 json_number(key->fn->k.fid), "uid", json_number(key->fn->k.uid));
	case VIEW_PROCESSES:
		return json_pack("{s:o, s:o}", "pid", json_number(n), "comm", name_json(key->name));
	case VIEW_REGIONS:
		return json_pack("{s:o, s:s}", "region", region_json(n), "op", view_op(n));
	case VIEW_SIZES:
		return json_pack("{s:o}", "le", json_number(hist_upper((unsigned int)n)));
	case VIEW_FINDINGS:
		return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o}", "rule", rules[n & 0xff].id,
				 "name", rules[n & 0xff].name, "function",
				 json_text(key->fn->address), "region", region_json(n >> 8), "op",
				 view_op(n >> 8), "comm", name_json(key->name));
	case VIEWS:
		break;
	}
	return NULL;
}

/* Merge two objects into one, which takes over both; NULL: no memory. */
static json_t *merge(json_t *to, json_t *from)
{
	int err = !to || !from || json_object_update(to, from);

	json_decref(from);
	if (!err)
		return to;
	json_decref(to);
	return NULL;
}

static json_t *row_json(enum view kind, const struct table_row *row)
{
	json_t *missed = json_pack("{s:o}", "missed_max", json_number(row->missed));

	return merge(merge(key_json(kind, &row->key), totals_json(&row->totals)), missed);
}

static json_t *others_json(const struct table_view *view)
{
	json_t *counts;

	if (!view->others.accesses)
		return json_null();
	counts = json_pack("{s:o, s:o}", "rows", json_number(view->more), "folded",
			   json_number(view->folded));
	return merge(counts, totals_json(&view->others));
}

static json_t *table_json(const struct table_view *view)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < view->nr; i++)
		rows = json_append(rows, row_json(view->kind, &view->rows[i]));
	return json_pack("{s:o, s:o, s:o}", "rows", rows, "others", others_json(view), "total",
			 totals_json(&view->total));
}

json_t *tables_json(const struct tables *tables, size_t top)
{
	json_t *json = json_pack("{s:s}", "sort", sort_name(tables->table[0].sort));
	struct table_view view;
	int i;

	for (i = 0; i < VIEWS && json; i++) {
		tables_view(tables, (enum view)i, top, &view);
		if (json_object_set_new(json, view_one((enum view)i), table_json(&view))) {
			json_decref(json);
			return NULL;
		}
	}
	return json;
}
