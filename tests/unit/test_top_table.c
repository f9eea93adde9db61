// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_top_table.c - ismtop's columns: sorting, numbers, what fits, and bars.
 */
#include <stdlib.h>

#include "output/bars.h"
#include "sample.h"
#include "top/table.h"
#include "unit.h"

#define S 1000000000ULL

static struct function one, two;

static void put(struct counts *counts, struct access access, const struct function *fn,
		uint32_t pid, unsigned int times)
{
	access.fn = fn;
	access.raw.pid = pid;
	while (times--)
		counts_access(counts, &access);
}

static struct counts *before, *now;

static void build(struct top_data *data, enum view view)
{
	struct top_counts counts = { now, before, NULL, 100 * S, "", NULL };

	data_build(data, view, &counts);
}

static uint64_t pid_at(const struct top_data *data, size_t i)
{
	return data->rows[i].key.number;
}

static void sorting(void)
{
	struct top_data data = { 0 };

	build(&data, VIEW_PROCESSES);
	top_sort(&data, column_by_id(VIEW_PROCESSES, "accesses_per_s"), false);
	ok(pid_at(&data, 0) == 12 && pid_at(&data, 1) == 10 && pid_at(&data, 2) == 11,
	   "the busiest first; what is equal by name");
	top_sort(&data, column_by_id(VIEW_PROCESSES, "accesses_per_s"), true);
	ok(pid_at(&data, 0) == 10 && pid_at(&data, 1) == 11 && pid_at(&data, 2) == 12, "reversed");
	top_sort(&data, column_by_key(VIEW_PROCESSES, 'N'), false);
	ok(pid_at(&data, 0) == 10 && pid_at(&data, 2) == 12, "process numbers from the smallest");
	top_sort(&data, column_by_id(VIEW_PROCESSES, "bytes_per_store"), true);
	is_int(pid_at(&data, 2), 11, "what has no value comes last, reversed too");
	data_free(&data);
}

static const char *text_of(enum view view, const char *id, const struct top_data *data,
			   const struct top_row *row, bool total)
{
	static char text[COLUMN_TEXT_LEN];

	column_format(column_by_id(view, id), row, data, total, text, sizeof(text));
	return text;
}

static void column_texts(void)
{
	struct top_data data = { 0 };
	const struct top_row *row;

	build(&data, VIEW_PROCESSES);
	top_sort(&data, column_by_id(VIEW_PROCESSES, "pid"), false);
	row = &data.rows[0];
	is_str(text_of(VIEW_PROCESSES, "pid", &data, row, false), "10", "number");
	is_str(text_of(VIEW_PROCESSES, "comm", &data, row, false), "ismload", "name");
	/* 4 writes of 4096 bytes in half a second. */
	is_str(text_of(VIEW_PROCESSES, "accesses_per_s", &data, row, false), "8", "rate");
	is_str(text_of(VIEW_PROCESSES, "bytes_per_s", &data, row, false), "32.0K",
	       "bytes, by 1024");
	is_str(text_of(VIEW_PROCESSES, "bytes_per_store", &data, row, false), "4096", "efficiency");
	is_str(text_of(VIEW_PROCESSES, "one_block_percent", &data, row, false), "100", "percent");
	is_str(text_of(VIEW_PROCESSES, "latency_p50_ns", &data, row, false), "3.2", "microseconds");
	is_str(text_of(VIEW_PROCESSES, "bytes_per_store", &data, &data.rows[1], false), "-",
	       "reads have none");
	is_str(text_of(VIEW_PROCESSES, "accesses_per_s", &data, &data.total, true), "28", "sum");
	is_str(text_of(VIEW_PROCESSES, "pid", &data, &data.total, true), "", "numbers have no sum");
	/* 10 writes of 4096 and 256 bytes in 10 blocks: not the sum of the rows'. */
	is_str(text_of(VIEW_PROCESSES, "bytes_per_store", &data, &data.total, true), "1792",
	       "a ratio adds up anew");
	data_free(&data);
}

static void labels(void)
{
	struct top_data data = { 0 };
	char text[2 * COLUMN_TEXT_LEN];

	build(&data, VIEW_FUNCTIONS);
	top_sort(&data, column_by_key(VIEW_FUNCTIONS, 'N'), false);
	row_label(VIEW_FUNCTIONS, &data.rows[0], text, sizeof(text));
	is_str(text, "0011:00:00.0 ism-vfio-pci", "function");
	build(&data, VIEW_PROCESSES);
	top_sort(&data, column_by_key(VIEW_PROCESSES, 'N'), false);
	row_label(VIEW_PROCESSES, &data.rows[0], text, sizeof(text));
	is_str(text, "ismload[10]", "process");
	build(&data, VIEW_SIZES);
	top_sort(&data, column_by_key(VIEW_SIZES, 'N'), false);
	row_label(VIEW_SIZES, &data.rows[0], text, sizeof(text));
	is_str(text, "5 to 8 bytes", "size");
	build(&data, VIEW_REGIONS);
	top_sort(&data, column_by_key(VIEW_REGIONS, 'N'), false);
	row_label(VIEW_REGIONS, &data.rows[0], text, sizeof(text));
	is_str(text, "bar2 read", "region");
	data_free(&data);
}

static const char *number(enum column_unit unit, double value)
{
	static char text[32];

	format_value(unit, value, text, sizeof(text));
	return text;
}

static void numbers(void)
{
	is_str(number(UNIT_RATE, 0), "0", "0");
	is_str(number(UNIT_RATE, 1.25), "1.3", "a fraction, rounded");
	is_str(number(UNIT_RATE, 99.96), "100", "rounded up to three digits");
	is_str(number(UNIT_COUNT, 9999), "9999", "four digits as they are");
	is_str(number(UNIT_COUNT, 10000), "10.0K", "then K");
	is_str(number(UNIT_COUNT, 999499), "999K", "to the end of it");
	is_str(number(UNIT_COUNT, 999500), "1.00M", "then M");
	is_str(number(UNIT_COUNT, 1.5e18), "1.50E", "to the end");
	is_str(number(UNIT_BYTES, 10240), "10.0K", "bytes by 1024");
	is_str(number(UNIT_PERCENT, 99.94), "99.9", "percent");
	is_str(number(UNIT_PERCENT, 100), "100", "all");
	is_str(number(UNIT_NS, 1234567), "1234.6", "ns as us");
}

static void layouts(void)
{
	unsigned int view, width;
	struct layout layout;
	size_t i;

	for (view = 0; view < VIEWS; view++) {
		for (width = 80; width < 250; width += 17) {
			unsigned int sum = 0;
			bool found = false;

			layout_make(&layout, (enum view)view, column_by_key(view, 'T'), width);
			for (i = 0; i < layout.nr; i++) {
				found |= layout.columns[i] == column_by_key(view, 'T');
				/* Texts that are cut at the screen's edge do not count. */
				if (layout.columns[i]->key)
					sum += layout.columns[i]->width + 1;
			}
			ok(sum <= width + 1 && found, "%s fits into %u, with the column sorted by",
			   view_many(view), width);
		}
		layout_make(&layout, (enum view)view, column_default(view), 0);
		is_int(layout.hidden, 0, "all of them without a limit");
	}
	is_int(view_find("sizes"), VIEW_SIZES, "a view by name");
	is_int(view_find("size"), -1, "none such");
}

/* Hot keys: one column each. */
static void keys(void)
{
	unsigned int view;
	size_t i, j;
	int twice = 0, reserved = 0;

	for (view = 0; view < VIEWS; view++) {
		for (i = 0; i < nr_top_columns; i++) {
			if (!column_in(&top_columns[i], view) || !top_columns[i].key)
				continue;
			reserved += top_columns[i].key == 'R' || top_columns[i].key < 'A' ||
				    top_columns[i].key > 'Z';
			for (j = i + 1; j < nr_top_columns; j++)
				twice += column_in(&top_columns[j], view) &&
					 (top_columns[j].key == top_columns[i].key ||
					  !strcmp(top_columns[j].id, top_columns[i].id));
		}
		ok(column_default(view) != NULL, "%s is sorted by something", view_many(view));
	}
	is_int(twice, 0, "keys and ids are unique in a view");
	is_int(reserved, 0, "capital letters, and not R");
	ok(column_next(VIEW_REGIONS, column_by_key(VIEW_REGIONS, 'N'), -1) ==
		   column_by_key(VIEW_REGIONS, 'N'),
	   "the first has none before it");
	ok(column_next(VIEW_REGIONS, column_by_key(VIEW_REGIONS, 'N'), 1) ==
		   column_by_key(VIEW_REGIONS, 'O'),
	   "one further");
}

/* Is the word there, and not only as a part of another: BYTES is one of BYTES/s? */
static bool has_word(const char *text, const char *word)
{
	const char *at = text;

	while ((at = strstr(at, word))) {
		char before = at[-1], after;

		at += strlen(word);
		after = *at;
		if ((before == '\n' || before == ' ') && (after == ',' || after == ' '))
			return true;
	}
	return false;
}

/* The manual's FIELDS has the heading of each column and, in bold, its key; MEANING needs none. */
static void manual(const char *name)
{
	static char text[65536];
	FILE *file = fopen(name, "r");
	char *section, *end, part[64];
	size_t len, i;

	if (!ok(file != NULL, "%s can be read", name))
		return;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	section = strstr(text, "\n.SH FIELDS\n");
	end = section ? strstr(section + 1, "\n.SH ") : NULL;
	if (!ok(end != NULL, "it has a section FIELDS"))
		return;
	*end = '\0';
	for (i = 0; i < nr_top_columns; i++) {
		ok(has_word(section, top_columns[i].name), "FIELDS has %s", top_columns[i].name);
		if (!strcmp(top_columns[i].name, "MEANING"))
			continue;
		snprintf(part, sizeof(part), "\\fB%s\\fR", top_columns[i].id);
		ok(strstr(section, part) != NULL, "and its key %s", top_columns[i].id);
	}
}

static void bars(void)
{
	static const double values[] = { 0, 1, 4, 8 };
	char text[BAR_LEN(16)];

	bar_write(text, 0.5, 4, false);
	is_str(text, "##  ", "half a bar");
	bar_write(text, 0.001, 4, false);
	is_str(text, "#   ", "what is not 0 shows");
	bar_write(text, 7, 4, false);
	is_str(text, "####", "never longer");
	bar_write(text, 0.0 / 1.0, 2, false);
	is_str(text, "  ", "nothing");
	bar_write(text, 0.625, 1, true);
	is_str(text, "\u258b", "five eighths");
	bar_write(text, 1, 3, true);
	is_str(text, "\u2588\u2588\u2588", "a whole one");
	is_int(spark_write(text, values, 4, 16, false), 4, "a line of four");
	is_str(text, " .=@", "by height");
	is_int(spark_write(text, values, 4, 2, true), 2, "the last two");
	is_str(text, "\u2584\u2588", "of full height");
	is_int(text_width("a\u2588b"), 3, "characters, not bytes");
	is_int(text_cut("a\u2588b", 2), 4, "cut behind a character");
}

int main(int argc, char **argv)
{
	one = sample_function();
	two = sample_function();
	two.k.fid = 35;
	strcpy(two.address, "0012:00:00.0");
	before = counts_new();
	now = counts_new();
	before->ts = 100 * S;
	now->ts = 100 * S + S / 2;
	put(now, sample_write(&one, 0, 4096), &one, 10, 4);
	put(now, sample_read(&one, 0, 8, 3), &one, 11, 4);
	put(now, sample_write(&two, 0, 256), &two, 12, 6);
	sorting();
	column_texts();
	labels();
	numbers();
	layouts();
	keys();
	bars();
	manual(argc > 1 ? argv[1] : "docs/man/ismtop.8");
	counts_free(before);
	counts_free(now);
	return unit_end();
}
