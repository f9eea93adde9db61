/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rows.h - rows of a view, made out of two counts: what has been since the
 * beginning, and what of it in the last interval.  The layer between gathering
 * and the table; it knows nothing of columns.
 */
#ifndef ISMT_TOP_ROWS_H
#define ISMT_TOP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/counts.h"
#include "model/view.h"

/* Which row of a view; what is not used is 0. */
struct row_key {
	const struct function *fn;
	const char *driver; /* of the same counts, so that pointers can be compared */
	/*
	 * A process id, or COUNT_OTHERS; region << 1 | op; a size class: k is (1 << (k - 1), 1 << k]
	 * and 0 is 0 and 1; an enum rule_id.
	 */
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
	 * How many it stands for, at most, if it is that of all others together (row_is_others());
	 * it is the last one in any order.
	 */
	uint64_t others;
	char comm[ISMT_COMM_LEN]; /* processes: not escaped */
	/* Since the beginning, or since the reset; histograms: see data_histograms(). */
	struct row_sum all;
	struct row_sum last; /* of the interval */
};

struct top_data {
	enum view view;
	struct top_row *rows;
	size_t nr;
	struct top_row total;
	double seconds;	    /* of the interval, measured */
	double all_seconds; /* since the beginning or the reset */
	uint64_t functions; /* different ones; at most, where some are counted together */
	uint64_t processes;
	uint64_t lost, last_lost;	/* accesses, by any cause; as far as is known */
	uint64_t missing, last_missing; /* what else makes it incomplete (ISM012) */
	const char *lost_why;		/* it is not known; as struct gather has it */
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
	const char *lost_why; /* as struct gather has it */
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

/* Is it of processes, or functions, that are counted together? */
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

/* How many there are of what passes the filter, into data; and how many rows of others stand for. */
void data_owners(struct top_data *data, const struct counts *now, const char *filter);

/* The key of the view's row that counts of `key` belong to; not for sizes and findings, where one access is in several rows. */
struct row_key row_key_of(enum view view, const struct count_key *key);

#endif /* ISMT_TOP_ROWS_H */
