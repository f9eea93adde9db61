/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rows.h - the rows of a view, made out of struct counts at two times: what was counted since the
 * beginning, and what of it in the last interval.  The layer between gathering and the table;
 * it knows nothing of columns.
 */
#ifndef ISMT_TOP_ROWS_H
#define ISMT_TOP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/counts.h"
#include "model/view.h"

/* What identifies a row of a view; members that the view does not use are 0. */
struct row_key {
	const struct function *fn;
	const char *
		driver; /* the counts' own copy of the name: equal names are mostly the same pointer */
	/* By view: a process id, or COUNT_OTHERS; view_region(); view_size(); an enum rule_id. */
	uint64_t number;
};

/* What some rows of counts add up to. */
struct row_sum {
	struct stats_row counted; /* its key is not used */
	uint64_t reads, writes;
	uint64_t findings;
	/* How well writes to BARs use store blocks. */
	uint64_t bar_writes;
	uint64_t bar_bytes;	/* moved by instructions */
	uint64_t bar_stores;	/* store instructions of any kind */
	uint64_t bar_one_block; /* writes that were one PCISTB */
	uint64_t bar_full;	/* bytes in store blocks of maxstbl bytes */
};

struct top_row {
	struct row_key key;
	/*
	 * In the row of all others together (row_is_others()): how many processes or functions it
	 * stands for, at most.
	 */
	uint64_t others;
	char comm[ISMT_COMM_LEN]; /* VIEW_PROCESSES: the process's name, not escaped */
	/* Since the beginning, or since the reset; only data_histograms() fills in the histograms. */
	struct row_sum all;
	struct row_sum last; /* in the last interval */
};

struct top_data {
	enum view view;
	struct top_row *rows;
	size_t nr;
	struct top_row total;
	double seconds;	    /* how long the interval was */
	double all_seconds; /* since the beginning or the reset */
	uint64_t functions; /* how many different ones; at most, where some are counted together */
	uint64_t processes;
	uint64_t lost, last_lost;	/* lost accesses, in all and in the interval */
	uint64_t missing, last_missing; /* what else was lost (ISM012) */
	const char *lost_why;		/* as struct gather has it */
	uint64_t filtered;
	bool failed; /* there was no memory for all of it */

	struct slots slots;
	size_t room; /* of rows */
};

struct top_counts {
	const struct counts *now;
	const struct counts *before; /* when the interval began */
	const struct counts *base;   /* at the reset; NULL: none */
	int64_t begin_ns;	     /* of the trace, ns since 1970 */
	/* Only functions, drivers and processes that have this in their names; "": all. */
	const char *filter;
	const char *lost_why; /* as in struct gather */
};

/*
 * data_build - the rows of a view, in no order.  data starts as zeros, and may be
 * used again for another view.  Function pointers are those of the counts.
 */
void data_build(struct top_data *data, enum view view, const struct top_counts *counts);
void data_free(struct top_data *data);

/*
 * data_histograms - the histograms of row->all: of one row only, as adding those
 * of all rows of the counts is most of the work, and no column needs them.
 */
void data_histograms(struct top_row *row, enum view view, const struct top_counts *counts);

/* Whether the access, or a finding of it, is counted in the row of this key. */
bool row_has(enum view view, const struct row_key *key, const struct access *access);
bool row_key_same(const struct row_key *a, const struct row_key *b);

/* Is this the row of all processes, or functions, that are counted together? */
static inline bool row_is_others(enum view view, const struct row_key *key)
{
	return (view == VIEW_PROCESSES && key->number == COUNT_OTHERS) ||
	       key->fn == &function_others;
}

/*
 * Does the text occur in the function's address, its driver, the process's name
 * (ISMT_COMM_LEN bytes) or number?
 */
bool data_filter(const struct count_key *key, const char *comm, const char *filter);

/*
 * data_owners - set how many functions and processes pass the filter, and how many the rows of
 * others stand for.
 */
void data_owners(struct top_data *data, const struct counts *now, const char *filter);

/* The key of the view's row that counts of `key` belong to; not for sizes and findings, where one access is in several rows. */
struct row_key row_key_of(enum view view, const struct count_key *key);

#endif /* ISMT_TOP_ROWS_H */
