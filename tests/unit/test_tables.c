// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_tables.c - totals by key: exact sums, whatever is folded.
 */
#include <stdlib.h>

#include "model/report_tables.h"
#include "model/rules.h"
#include "sample.h"
#include "unit.h"

static struct function ism, second;

static void put(struct tables *tables, struct access access, uint32_t pid, const char *comm)
{
	access.raw.pid = pid;
	memset(access.raw.comm, 0, sizeof(access.raw.comm));
	memcpy(access.raw.comm, comm, strlen(comm));
	tables_access(tables, &access);
}

static const char *label(const struct table_view *view, size_t row)
{
	static char text[TABLE_LABEL_LEN];

	table_label(view->kind, &view->rows[row].key, text, sizeof(text));
	return text;
}

static struct tables *sample(enum table_sort sort)
{
	struct tables *tables = tables_new(sort);
	struct access access = sample_fragmented(&ism, 4096);

	access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM008) | RULE_BIT(ISM011);
	put(tables, access, 1, "frag");
	put(tables, access, 1, "frag");
	put(tables, sample_write(&second, 0, 300), 2, "a b");
	put(tables, sample_write(&second, 0, 300), 2, "a b");
	put(tables, sample_write(&second, 0, 300), 2, "a b");
	put(tables, sample_refused(&ism, 0, 8, EINVAL), 3, "bad");
	put(tables, sample_read(&ism, 0, 8, 3), 4, "=1");
	tables_finish(tables);
	return tables;
}

static void by_key(void)
{
	struct tables *tables = sample(SORT_COUNT);
	struct table_view view;

	tables_view(tables, VIEW_FUNCTIONS, 0, &view);
	is_int(view.nr, 2, "functions");
	is_str(label(&view, 0), "0011:00:00.0", "the busiest first");
	is_int(view.rows[0].totals.accesses, 4, "accesses");
	is_int(view.rows[0].totals.bytes, 2 * 4096 + 8, "bytes");
	is_int(view.rows[0].totals.errors, 1, "errors");
	is_int(view.rows[0].totals.insns, 1025, "instructions");
	is_int(view.rows[0].totals.failed, 1024, "failed");
	is_int(view.rows[0].totals.findings, 6, "findings");
	is_int(view.total.accesses, 7, "total");
	is_int(view.total.latency_ns, 7 * 3210, "latency");
	is_int(view.others.accesses, 0, "no others");

	tables_view(tables, VIEW_PROCESSES, 0, &view);
	is_int(view.nr, 4, "processes");
	is_str(label(&view, 0), "a\\x20b[2]", "a name is one word");
	tables_view(tables, VIEW_REGIONS, 0, &view);
	is_int(view.nr, 2, "regions");
	is_str(label(&view, 0), "bar2 writes", "writes");
	is_str(label(&view, 1), "bar2 reads", "reads");
	tables_view(tables, VIEW_SIZES, 0, &view);
	is_int(view.nr, 3, "sizes");
	is_str(label(&view, 0), "257 to 512", "300 bytes");
	tables_view(tables, VIEW_FINDINGS, 0, &view);
	is_int(view.nr, 3, "findings");
	is_str(label(&view, 0), "ISM001 fragmented-store: 0011:00:00.0 bar2 writes by frag",
	       "rule, place, name");
	is_int(view.total.findings, 6, "of all");

	tables_view(tables, VIEW_PROCESSES, 1, &view);
	is_int(view.nr, 1, "top 1");
	is_int(view.more, 3, "more");
	is_int(view.others.accesses, 4, "others");
	is_int(view.total.accesses, 7, "the total is the same");
	tables_free(tables);
}

static void orders(void)
{
	static const struct {
		enum table_sort sort;
		const char *first, *name;
	} cases[] = {
		{ SORT_COUNT, "a\\x20b[2]", "count" },
		{ SORT_BYTES, "frag[1]", "bytes" },
		{ SORT_ERRORS, "bad[3]", "errors" },
		{ SORT_FINDINGS, "frag[1]", "findings" },
	};
	struct table_view view;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct tables *tables = sample(cases[i].sort);

		tables_view(tables, VIEW_PROCESSES, 0, &view);
		is_str(label(&view, 0), cases[i].first, cases[i].name);
		is_str(sort_name(cases[i].sort), cases[i].name, "name");
		is_int(sort_find(cases[i].name), cases[i].sort, "found");
		tables_free(tables);
	}
	is_int(sort_find("size"), -1, "no such order");
}

/* A hundred thousand processes of one access, and one that is busy all along. */
static void folding(void)
{
	struct tables *tables = tables_new(SORT_COUNT);
	struct table_view view;
	json_t *json, *row;
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		put(tables, sample_write(&ism, 0, 8), 1000 + i, "many");
		put(tables, sample_write(&ism, 0, 8), 7, "busy");
	}
	for (i = 0; i < 20; i++)
		put(tables, sample_write(&ism, 0, 8), 8, "late");
	tables_finish(tables);
	tables_view(tables, VIEW_PROCESSES, 3, &view);
	ok(tables->table[VIEW_PROCESSES].slots.probes > 100000 &&
		   tables->table[VIEW_PROCESSES].slots.probes < 10 * 300000,
	   "%llu slots were looked at",
	   (unsigned long long)tables->table[VIEW_PROCESSES].slots.probes);
	is_str(label(&view, 0), "busy[7]", "the busiest is there");
	is_int(view.rows[0].totals.accesses, 100000, "and exact");
	is_int(view.rows[0].missed, 0, "which is known");
	is_str(label(&view, 1), "late[8]", "one that came late");
	is_int(view.rows[1].totals.accesses, 20, "with what it had since");
	ok(view.rows[1].missed > 0 && view.rows[1].missed < 100, "may be short, by so much");
	ok(view.missing, "said");
	ok(view.folded > 90000, "folded");
	is_int(view.total.accesses, 200020, "the total is exact");
	is_int(view.total.bytes, 200020 * 8, "of bytes, too");
	is_int(view.others.accesses + view.rows[0].totals.accesses + view.rows[1].totals.accesses +
		       view.rows[2].totals.accesses,
	       200020, "rows and others are the total");

	json = tables_json(tables, 2);
	ok(json, "JSON");
	row = json_array_get(json_object_get(json_object_get(json, "process"), "rows"), 1);
	is_str(json_string_value(json_object_get(row, "comm")), "late", "comm");
	is_int(json_integer_value(json_object_get(row, "missed_max")), view.rows[1].missed,
	       "missed_max");
	row = json_object_get(json_object_get(json, "process"), "others");
	is_int(json_integer_value(json_object_get(row, "folded")), view.folded, "folded");
	json_decref(json);
	tables_free(tables);
}

static void text(void)
{
	struct tables *tables = sample(SORT_COUNT);
	struct outbuf *out = malloc(sizeof(*out));
	char *buf = NULL;
	size_t len;
	FILE *file = open_memstream(&buf, &len);

	out_init(out, file);
	tables_write_text(tables, out, 1, false);
	out_flush(out);
	has_str(buf, "BY PROCESS ", "heading");
	has_str(buf,
		"a\\x20b[2]                             3   42.9            900        0           3         0         0        3.2        3.2\n",
		"a row");
	has_str(buf, "(3 more)                              4   57.1", "others");
	has_str(buf,
		"total                                 7  100.0           9100        1        1028      1024         6",
		"total");
	has_str(buf,
		"         2   33.3  ISM001 fragmented-store: 0011:00:00.0 bar2 writes by frag\n",
		"top findings");
	has_str(buf, "         4   66.7  (2 more)\n", "more of them");
	fclose(file);
	free(buf);
	free(out);
	tables_free(tables);
}

int main(void)
{
	ism = sample_function();
	second = sample_function();
	strcpy(second.address, "0012:00:00.0");
	second.k.fid = 35;
	by_key();
	orders();
	folding();
	text();
	return unit_end();
}
