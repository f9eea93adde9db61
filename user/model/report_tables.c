// SPDX-License-Identifier: GPL-2.0-only
#include "model/report_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/region.h"
#include "model/rules.h"
#include "model/summary.h"
#include "util/escape.h"
#include "util/hist.h"

/* Rows that are kept; any more are folded.  Powers of two. */
static const size_t limits[VIEWS] = {
	[VIEW_FUNCTIONS] = 1024, [VIEW_PROCESSES] = 8192,
	[VIEW_REGIONS] = 128, /* 33 regions, 2 directions: never full */
	[VIEW_SIZES] = 128,   /* 65 classes */
	[VIEW_FINDINGS] = 4096,
};

struct tables *tables_new(enum table_sort sort)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	int i;

	for (i = 0; tables && i < VIEWS; i++) {
		if (table_init(&tables->table[i], limits[i], sort)) {
			tables_free(tables);
			return NULL;
		}
	}
	return tables;
}

void tables_free(struct tables *tables)
{
	int i;

	if (!tables)
		return;
	for (i = 0; i < VIEWS; i++)
		table_free(&tables->table[i]);
	free(tables);
}

/* What is behind the NUL of a name is not part of it. */
static void key_name(struct table_key *key, const char *comm)
{
	size_t len = strnlen(comm, sizeof(key->name));

	memcpy(key->name, comm, len);
	memset(key->name + len, 0, sizeof(key->name) - len);
}

static void add_findings(struct tables *tables, const struct access *access,
			 const struct totals *totals)
{
	struct table_key key = { .fn = access->fn };
	struct totals one = *totals;
	uint32_t set;

	key_name(&key, access->raw.comm);
	one.findings = 1;
	for (set = access->rules; set; set &= set - 1) {
		key.number = view_region(access->raw.region, access->raw.op) << 8 |
			     (uint64_t)__builtin_ctz(set);
		table_add(&tables->table[VIEW_FINDINGS], &key, &one);
	}
}

void tables_access(struct tables *tables, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	struct totals totals = {
		.accesses = 1,
		.bytes = raw->ret > 0 ? (uint64_t)raw->ret : 0,
		.errors = raw->ret < 0,
		.failed = raw->insn.failed,
		.findings = (uint64_t)__builtin_popcount(access->rules),
		.latency_ns = raw->latency_ns,
		.latency_max = raw->latency_ns,
	};
	struct table_key key = { .fn = access->fn };
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++)
		totals.insns += raw->insn.n[i];
	totals_add(&tables->total, &totals);
	table_add(&tables->table[VIEW_FUNCTIONS], &key, &totals);
	key.fn = NULL;
	key.number = view_region(raw->region, raw->op);
	table_add(&tables->table[VIEW_REGIONS], &key, &totals);
	key.number = view_size(raw->len);
	table_add(&tables->table[VIEW_SIZES], &key, &totals);
	key.number = raw->pid;
	key_name(&key, raw->comm);
	table_add(&tables->table[VIEW_PROCESSES], &key, &totals);
	if (access->rules)
		add_findings(tables, access, &totals);
}

void tables_finish(struct tables *tables)
{
	int i;

	for (i = 0; i < VIEWS; i++)
		table_order(&tables->table[i]);
}

void tables_view(const struct tables *tables, enum view kind, size_t top, struct table_view *view)
{
	const struct table *table = &tables->table[kind];
	size_t i;

	memset(view, 0, sizeof(*view));
	view->kind = kind;
	view->rows = table->rows;
	view->nr = top && top < table->nr ? top : table->nr;
	view->others = table->others;
	view->more = table->nr - view->nr;
	view->folded = table->folded;
	for (i = 0; i < table->nr; i++) {
		totals_add(&view->total, &table->rows[i].totals);
		if (i >= view->nr)
			totals_add(&view->others, &table->rows[i].totals);
		else if (table->rows[i].missed)
			view->missing = true;
	}
	totals_add(&view->total, &table->others);
}

static const char *const sorts[] = {
	[SORT_COUNT] = "count",
	[SORT_BYTES] = "bytes",
	[SORT_ERRORS] = "errors",
	[SORT_FINDINGS] = "findings",
};

#define NR_SORTS ((int)(sizeof(sorts) / sizeof(sorts[0])))

const char *sort_name(enum table_sort sort)
{
	return (int)sort < NR_SORTS ? sorts[sort] : "?";
}

int sort_find(const char *name)
{
	int i;

	for (i = 0; i < NR_SORTS; i++)
		if (!strcmp(name, sorts[i]))
			return i;
	return -1;
}

void table_label(enum view kind, const struct table_key *key, char *buf, size_t len)
{
	char name[ESCAPE_TEXT_LEN(ISMT_COMM_LEN)], fn[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)];
	char region[REGION_NAME_LEN];
	const struct rule *rule;

	escape_text(name, sizeof(name), key->name, sizeof(key->name));
	switch (kind) {
	case VIEW_FUNCTIONS:
		view_function_name(key->fn, buf, len);
		break;
	case VIEW_PROCESSES:
		snprintf(buf, len, "%s[%" PRIu64 "]", name, key->number);
		break;
	case VIEW_REGIONS:
		snprintf(buf, len, "%s %ss", view_region_name(key->number, region),
			 view_op(key->number));
		break;
	case VIEW_SIZES:
		view_size_name(key->number, buf, len);
		break;
	case VIEW_FINDINGS:
		rule = &rules[key->number & 0xff];
		view_function_name(key->fn, fn, sizeof(fn));
		snprintf(buf, len, "%s %s: %s %s %ss by %s", rule->id, rule->name, fn,
			 view_region_name(key->number >> 8, region), view_op(key->number >> 8),
			 name);
		break;
	case VIEWS:
		buf[0] = '\0';
		break;
	}
}
