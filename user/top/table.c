// SPDX-License-Identifier: GPL-2.0-only
#include "top/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

const struct column *column_by_key(enum view view, char key)
{
	size_t i;

	for (i = 0; i < nr_top_columns; i++)
		if (key && column_in(&top_columns[i], view) && top_columns[i].key == key)
			return &top_columns[i];
	return NULL;
}

const struct column *column_by_id(enum view view, const char *id)
{
	size_t i;

	for (i = 0; i < nr_top_columns; i++)
		if (column_in(&top_columns[i], view) && !strcmp(top_columns[i].id, id))
			return &top_columns[i];
	return NULL;
}

const struct column *column_default(enum view view)
{
	return column_by_id(view, view == VIEW_FINDINGS ? "findings" : "accesses_per_s");
}

const struct column *column_next(enum view view, const struct column *column, int step)
{
	const struct column *end = top_columns + nr_top_columns, *next = column;

	do {
		next += step;
		if (next < top_columns || next >= end)
			return column;
	} while (!column_in(next, view) || !next->key);
	return next;
}

/* --- Sorting. */

struct order {
	const struct column *column;
	const struct top_data *data;
	int sign;
};

static int compare_doubles(double a, double b)
{
	return a < b ? -1 : a > b;
}

static int compare_names(const struct row_key *a, const struct row_key *b)
{
	int way = 0;

	if (a->fn && b->fn)
		way = strcmp(a->fn->address, b->fn->address);
	if (!way && a->driver && b->driver)
		way = strcmp(a->driver, b->driver);
	if (!way)
		way = a->number < b->number ? -1 : a->number > b->number;
	return way;
}

static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct top_row *a = left, *b = right;
	const struct order *order = arg;
	const struct column *column = order->column;
	char x[COLUMN_TEXT_LEN], y[COLUMN_TEXT_LEN];
	double v = 0, w = 0;
	bool have_v, have_w;
	int way;

	/* The row that stands for all others is last in any order: it is no single function or process. */
	if (row_is_others(order->data->view, &a->key) != row_is_others(order->data->view, &b->key))
		return row_is_others(order->data->view, &a->key) ? 1 : -1;
	if (column->value) {
		have_v = column->value(a, order->data, &v);
		have_w = column->value(b, order->data, &w);
		if (have_v != have_w)
			return have_v ? -1 : 1;
		/* Names in numbers are sorted as names are: from the smallest. */
		way = column->unit == UNIT_TEXT ? compare_doubles(v, w) : compare_doubles(w, v);
	} else {
		column->text(a, x, sizeof(x));
		column->text(b, y, sizeof(y));
		way = strcmp(x, y);
	}
	return way ? order->sign * way : compare_names(&a->key, &b->key);
}

void top_sort(struct top_data *data, const struct column *column, bool reverse)
{
	struct order order = { .column = column, .data = data, .sign = reverse ? -1 : 1 };

	if (data->nr)
		qsort_r(data->rows, data->nr, sizeof(*data->rows), compare_rows, &order);
	/* The index was by place. */
	slots_clear(&data->slots);
}

/* --- Formatting. */

/*
 * With so many decimals, up to 2.  printf() of floating point costs five times as
 * much, and the machine that is watched pays for it.
 */
static void put_fixed(double value, unsigned int decimals, const char *suffix, char *buf,
		      size_t len)
{
	static const unsigned int scales[] = { 1, 10, 100 };
	unsigned int scale = scales[decimals];
	uint64_t scaled = (uint64_t)(value * scale + 0.5);

	if (decimals)
		snprintf(buf, len, "%" PRIu64 ".%0*u%s", scaled / scale, (int)decimals,
			 (unsigned int)(scaled % scale), suffix);
	else
		snprintf(buf, len, "%" PRIu64 "%s", scaled, suffix);
}

static void with_prefix(double value, double base, char *buf, size_t len)
{
	static const char *const prefixes[] = { "", "K", "M", "G", "T", "P", "E" };
	unsigned int i = 0;

	/* Up to four digits as they are. */
	if (value < 9999.5) {
		put_fixed(value, value < 99.95 && value != (double)(uint64_t)value, "", buf, len);
		return;
	}
	while (value >= 999.5 && i < 6) {
		value /= base;
		i++;
	}
	put_fixed(value, value < 9.995 ? 2 : value < 99.95, prefixes[i], buf, len);
}

void format_value(enum column_unit unit, double value, char *buf, size_t len)
{
	switch (unit) {
	case UNIT_BYTES:
		with_prefix(value, 1024, buf, len);
		break;
	case UNIT_PERCENT:
		put_fixed(value, value < 99.95, "", buf, len);
		break;
	case UNIT_NS:
		put_fixed(value / 1000, value < 1e8, "", buf, len);
		break;
	case UNIT_TEXT:
	case UNIT_COUNT:
	case UNIT_RATE:
		with_prefix(value, 1000, buf, len);
		break;
	}
}

void column_format(const struct column *column, const struct top_row *row,
		   const struct top_data *data, bool total, char *buf, size_t len)
{
	double value;

	if (total && column->sum == SUM_NONE)
		buf[0] = '\0';
	else if (column->unit == UNIT_TEXT)
		column->text(row, buf, len);
	else if (column->value(row, data, &value))
		format_value(column->unit, value, buf, len);
	else
		snprintf(buf, len, "-");
}

void row_label(enum view view, const struct top_row *row, char *buf, size_t len)
{
	char first[COLUMN_TEXT_LEN] = "", second[COLUMN_TEXT_LEN] = "";
	const struct column *column = column_by_key(view, 'N');

	column->text(row, first, sizeof(first));
	switch (view) {
	case VIEW_PROCESSES:
		if (row_is_others(view, &row->key)) {
			column_by_id(view, "comm")->text(row, buf, len);
			return;
		}
		column_by_id(view, "comm")->text(row, second, sizeof(second));
		snprintf(buf, len, "%s[%s]", second, first);
		return;
	case VIEW_SIZES:
		snprintf(buf, len, "%s bytes", first);
		return;
	case VIEW_FUNCTIONS:
	case VIEW_REGIONS:
	case VIEW_FINDINGS:
	case VIEWS:
		break;
	}
	/* The one beside it says the rest. */
	column_next(view, column, 1)->text(row, second, sizeof(second));
	snprintf(buf, len, "%s %s", first, second);
}

/* --- What fits. */

static unsigned int layout_width(const bool *taken)
{
	unsigned int width = 0;
	size_t i;

	for (i = 0; i < nr_top_columns; i++)
		if (taken[i])
			width += top_columns[i].width + 1;
	return width ? width - 1 : 0;
}

void layout_make(struct layout *layout, enum view view, const struct column *sort,
		 unsigned int width)
{
	bool taken[nr_top_columns];
	unsigned int rank;
	size_t i;

	memset(layout, 0, sizeof(*layout));
	for (i = 0; i < nr_top_columns; i++)
		taken[i] = column_in(&top_columns[i], view) &&
			   (!width || !top_columns[i].rank || &top_columns[i] == sort);
	for (rank = 1; rank < 10 && width; rank++) {
		for (i = 0; i < nr_top_columns; i++) {
			if (!column_in(&top_columns[i], view) || top_columns[i].rank != rank ||
			    taken[i])
				continue;
			taken[i] = true;
			if (layout_width(taken) > width && top_columns[i].unit != UNIT_TEXT)
				taken[i] = false;
		}
	}
	for (i = 0; i < nr_top_columns; i++) {
		if (!column_in(&top_columns[i], view))
			continue;
		if (taken[i] && layout->nr < COLUMNS_MAX)
			layout->columns[layout->nr++] = &top_columns[i];
		else
			layout->hidden++;
	}
}
