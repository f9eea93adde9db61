/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - the columns of ismtop's views as definitions, and rows sorted
 * and formatted by them.  Screen, batch and JSON are all made out of these.
 */
#ifndef ISMT_TOP_TABLE_H
#define ISMT_TOP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "top/rows.h"

enum column_unit {
	UNIT_TEXT,
	UNIT_COUNT, /* by 1000: K, M, G */
	UNIT_RATE,  /* likewise, a second */
	UNIT_BYTES, /* by 1024: K, M, G */
	UNIT_PERCENT,
	UNIT_NS, /* shown as microseconds */
};

/* How rows add up in the line of totals. */
enum column_sum {
	SUM_NONE, /* they do not */
	SUM_ADD,
	SUM_RATIO, /* anew, out of what both halves add up to */
	SUM_MERGE, /* anew, out of the rows' histograms together */
};

/* The longest text of a column, its NUL included, in bytes. */
#define COLUMN_TEXT_LEN 128

struct column {
	const char *name; /* heading */
	const char *id;	  /* key in JSON, and for --sort */
	const char *help;
	char key;	    /* hot key to sort by, unique in a view; a capital letter */
	unsigned int views; /* bit per enum view */
	enum column_unit unit;
	enum column_sum sum;
	unsigned int width; /* characters; texts are cut to it */
	/* When there is no room, what is highest goes first; 0 stays. */
	unsigned int rank;
	/* The value of a row; false: there is none.  NULL: sorted by text. */
	bool (*value)(const struct top_row *row, const struct top_data *data, double *value);
	/* UNIT_TEXT: printable ASCII, cut to len, always ended. */
	void (*text)(const struct top_row *row, char *buf, size_t len);
};

/* In the order in which they are shown. */
extern const struct column top_columns[];
extern const size_t nr_top_columns;

#define VIEW_BIT(view) (1u << (view))

static inline bool column_in(const struct column *column, enum view view)
{
	return column->views & VIEW_BIT(view);
}

/* By hot key or by id, among those of the view; NULL if there is none. */
const struct column *column_by_key(enum view view, char key);
const struct column *column_by_id(enum view view, const char *id);

/* The one that a view is sorted by at first: what is largest comes first. */
const struct column *column_default(enum view view);

/* The one right (or left, step -1) of column in the view; the last stays. */
const struct column *column_next(enum view view, const struct column *column, int step);

/*
 * top_sort - by the column: numbers from the largest, texts from A; reversed, the
 * other way round.  Rows without a value come last either way.  What is equal is
 * in the order of names, so that rows do not jump.
 */
void top_sort(struct top_data *data, const struct column *column, bool reverse);

/* What the column shows of a row, without padding; "-" if there is no value.  total: row is the line of totals. */
void column_format(const struct column *column, const struct top_row *row,
		   const struct top_data *data, bool total, char *buf, size_t len);

/* The row in words, as a title: "0011:00:00.0 ism-vfio-pci", "ismload[812]". */
void row_label(enum view view, const struct top_row *row, char *buf, size_t len);

/* Columns that fit into width characters, blanks between them. */
#define COLUMNS_MAX 24

struct layout {
	const struct column *columns[COLUMNS_MAX];
	size_t nr;
	size_t hidden; /* for which there was no room */
};

/* The column that rows are sorted by is always among them.  width 0: all. */
void layout_make(struct layout *layout, enum view view, const struct column *sort,
		 unsigned int width);

/* Numbers of a unit, as the columns show them, in at most 8 characters where possible. */
void format_value(enum column_unit unit, double value, char *buf, size_t len);

/* What the header shows of all rows together; false: no writes to look at. */
bool value_bytes_per_store(const struct row_sum *sum, double *value);
bool value_one_block(const struct row_sum *sum, double *value); /* percent */
bool value_full(const struct row_sum *sum, double *value);	/* percent */
uint64_t sum_insns(const struct row_sum *sum);

#endif /* ISMT_TOP_TABLE_H */
