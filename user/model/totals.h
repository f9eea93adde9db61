/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * totals.h - totals by key, in bounded memory: when a table is full, the half with the least
 * (accesses, bytes, errors or findings, whichever it is sorted by) is folded into "others".
 * Sums are exact at any time.  A row that was made after a fold may have had an earlier row in
 * "others"; `missed` bounds what that had.
 */
#ifndef ISMT_MODEL_TOTALS_H
#define ISMT_MODEL_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/access.h"
#include "util/slots.h"

enum table_sort { SORT_COUNT, SORT_BYTES, SORT_ERRORS, SORT_FINDINGS };

/* The table's owner decides what `number` means.  No padding, as keys are compared byte by byte. */
struct table_key {
	const struct function *fn; /* may be NULL */
	uint64_t number;
	char name[ISMT_COMM_LEN]; /* all bytes count: pad with zeros */
};

struct totals {
	uint64_t accesses;
	uint64_t bytes;	 /* that the calls said were transferred */
	uint64_t errors; /* accesses that returned an error */
	uint64_t insns;
	uint64_t failed;     /* instructions */
	uint64_t findings;   /* rules that fired */
	uint64_t latency_ns; /* sum */
	uint64_t latency_max;
};

struct table_row {
	struct table_key key;
	struct totals totals;
	/* At most so many accesses of this key may be in others instead. */
	uint64_t missed;
};

struct table {
	struct table_row *rows;
	size_t nr, limit;   /* limit is a power of two */
	struct slots slots; /* of keys */
	size_t last;	    /* row of the last key: likely the next, too */
	enum table_sort sort;
	struct totals others; /* of what was folded */
	uint64_t folded;      /* rows; a key that came back counts again */
	uint64_t missed;      /* for rows that are made from now on */
};

/* Allocates all memory that the table will ever need.  0 or -ENOMEM; free it in either case. */
int table_init(struct table *table, size_t limit, enum table_sort sort);
void table_free(struct table *table);

/* Add the totals of one access to the row of the key. */
void table_add(struct table *table, const struct table_key *key, const struct totals *totals);

/* Sort the rows by table->sort, the largest first.  More may be added afterwards. */
void table_order(struct table *table);

void totals_add(struct totals *sum, const struct totals *part);

#endif /* ISMT_MODEL_TOTALS_H */
