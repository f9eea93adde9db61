/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - the columns of ismtop's views as a table of definitions, and rows sorted and formatted by
 * them.  Screen, batch and JSON use the same definitions.
 */
#ifndef ISMT_TOP_TABLE_H
#define ISMT_TOP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "top/rows.h"

enum column_unit {
	UNIT_TEXT,
	UNIT_COUNT, /* K, M, G are powers of 1000 */
	UNIT_RATE,  /* a count per second */
	UNIT_BYTES, /* K, M, G are powers of 1024 */
	UNIT_PERCENT,
	UNIT_NS, /* nanoseconds, shown as microseconds */
};

/* What the line of totals has in a column. */
enum column_sum {
	SUM_NONE,  /* nothing */
	SUM_ADD,   /* the sum of the rows */
	SUM_RATIO, /* the ratio of the sums of numerator and denominator */
	SUM_MERGE, /* a percentile of all rows' histograms merged */
};

/* The longest text of a column, its NUL included, in bytes. */
#define COLUMN_TEXT_LEN 128

struct column {
	const char *name; /* heading */
	const char *id;	  /* key in JSON, and for --sort */
	const char *help;
	char key;	    /* hot key to sort by, unique in a view; a capital letter */
	unsigned int views; /* the views that have the column, VIEW_BIT() of each */
	enum column_unit unit;
	enum column_sum sum;
	unsigned int width; /* characters; texts are cut to it */
	/* When the screen is too narrow, columns with the highest rank are left out first; 0: never. */
	unsigned int rank;
	/* The value of a row; false: it has none.  NULL: the column is sorted by text. */
	bool (*value)(const struct top_row *row, const struct top_data *data, double *value);
	/* UNIT_TEXT: the text, printable ASCII, cut to len, always NUL-terminated. */
	void (*text)(const struct top_row *row, char *buf, size_t len);
};

/* All columns, in the order in which they are shown. */
extern const struct column top_columns[];
extern const size_t nr_top_columns;

#define VIEW_BIT(view) (1u << (view))

static inline bool column_in(const struct column *column, enum view view)
{
	return column->views & VIEW_BIT(view);
}

/* The column of a view with this hot key, or with this id; NULL if there is none. */
const struct column *column_by_key(enum view view, char key);
const struct column *column_by_id(enum view view, const char *id);

/* The column that a view is sorted by at first, the largest value at the top. */
const struct column *column_default(enum view view);

/* The column to the right (step 1) or left (step -1) in the view; the column itself at the end. */
const struct column *column_next(enum view view, const struct column *column, int step);

/*
 * top_sort - sort the rows by a column: numbers from the largest, texts from A; with reverse the other
 * way round.  Rows without a value come last either way.  Rows that are equal are sorted by
 * name, so that they do not jump.
 */
void top_sort(struct top_data *data, const struct column *column, bool reverse);

/* What the column shows of a row, without padding; "-" if there is no value.  total: row is the line of totals. */
void column_format(const struct column *column, const struct top_row *row,
		   const struct top_data *data, bool total, char *buf, size_t len);

/* A row's name, as a title: "0011:00:00.0 ism-vfio-pci", "ismload[812]". */
void row_label(enum view view, const struct top_row *row, char *buf, size_t len);

/* The columns of a line, with a blank between them. */
#define COLUMNS_MAX 24

struct layout {
	const struct column *columns[COLUMNS_MAX];
	size_t nr;
	size_t hidden; /* how many columns of the view do not fit */
};

/* Choose the columns that fit into width characters (0: all), among them always `sort`. */
void layout_make(struct layout *layout, enum view view, const struct column *sort,
		 unsigned int width);

/* A value as the columns show it, in at most 8 characters where possible. */
void format_value(enum column_unit unit, double value, char *buf, size_t len);

/* How well writes to BARs use store blocks, for the header; false: there were no such writes. */
bool value_bytes_per_store(const struct row_sum *sum, double *value);
bool value_one_block(const struct row_sum *sum, double *value); /* percent */
bool value_full(const struct row_sum *sum, double *value);	/* percent */
uint64_t sum_insns(const struct row_sum *sum);

#endif /* ISMT_TOP_TABLE_H */
