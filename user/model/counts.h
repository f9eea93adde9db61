/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counts.h - everything counted until now, by process, function, region and
 * direction: what `ismtrace stat` and `ismtop` look at.  It is filled from the
 * counters that the kernel keeps (counting.h), or access by access.
 *
 * It takes bounded memory: processes, and functions with a driver, that there is no room for
 * are folded into one that stands for the others.  All sums stay exact, of any function, region
 * or rule as well, and so do differences: see counts_follow().
 */
#ifndef ISMT_MODEL_COUNTS_H
#define ISMT_MODEL_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/access.h"
#include "model/count_gone.h"
#include "model/count_owners.h"
#include "model/rules.h"
#include "model/stats.h"
#include "model/summary.h"
#include "util/hist.h"
#include "util/names.h"

/* In place of a process: those that have no room of their own, together. */
#define COUNT_OTHERS UINT32_MAX

/*
 * The most that are kept apart, and rows in all.  About as many as in the kernel (bpf/ismtrace.h);
 * who is folded are half of them, so that it costs little for each.
 */
#define COUNT_PROCESSES 2048
#define COUNT_PLACES	512 /* functions, with a driver each */
#define COUNT_ROWS	8192

/* Whose counts they are.  In a row the driver's name is the counts' own copy. */
struct count_key {
	const struct function *fn;
	const char *driver;
	uint32_t pid; /* thread group */
	uint32_t region;
	uint8_t op; /* enum ismt_op */
};

struct stats_row {
	struct count_key key;
	uint32_t process, place;  /* numbers in the counts' owners */
	char comm[ISMT_COMM_LEN]; /* of the process, as last seen; not escaped */
	struct access_stats stats;
	uint64_t block_bytes; /* of stats.insn_bytes, by store blocks */
	uint64_t one_block;   /* writes that were exactly one PCISTB */
	uint64_t full_bytes;  /* in store blocks of maxstbl bytes */
	uint64_t findings[RULE_COUNT];
};

/* One of the latest findings; a copy that is good as long as counts and functions are. */
struct count_event {
	enum rule_id rule;
	struct access access; /* without payload */
};

#define COUNT_EVENTS 64

struct counts {
	int64_t ts; /* when they were taken, ns since 1970 */
	struct stats_row *rows;
	size_t nr, room;
	size_t last; /* row that was asked for last: likely the next, too */
	struct slots slots;
	struct names *names; /* of drivers; copies have the same ones */
	struct count_owners processes, places;
	uint64_t tick;	/* see counts_tick() */
	uint64_t folds; /* so far */
	bool heavy;	/* to be set by whoever makes it: what there is much of stays */
	/* The latest findings: event number i is at i % COUNT_EVENTS. */
	struct count_event events[COUNT_EVENTS];
	uint64_t nr_events; /* ever; the last COUNT_EVENTS of them are kept */
	/* The first of each rule; its fn is NULL if there is none. */
	struct access first[RULE_COUNT];
	/*
	 * Processes, at most, that rows of COUNT_OTHERS are of: different ones that were folded, and
	 * those that share cells in the kernel.  Some of them may have rows of their own as well.
	 */
	uint64_t folded, sharing;
	uint64_t folded_places;	 /* likewise of function_others */
	struct count_gone *gone; /* NULL: nobody yet, or a copy, of which no more goes */
	/* Accesses that are in no row. */
	uint64_t filtered;
	struct losses lost;
};

struct counts *counts_new(void); /* NULL: no memory */
void counts_free(struct counts *counts);

/* Forget everything but the names of drivers. */
void counts_clear(struct counts *counts);

/* Another interval begins: those who are added to in it, and were in the last, stay when it is folded. */
static inline void counts_tick(struct counts *counts)
{
	counts->tick++;
}

/* The row of a key, made if need be; NULL: no memory.  Good until the next is made. */
struct stats_row *counts_row(struct counts *counts, const struct count_key *key);

/* Likewise, NULL if there is none. */
const struct stats_row *counts_find(const struct counts *counts, const struct count_key *key);

/* Processes that rows of COUNT_OTHERS stand for, at most. */
static inline uint64_t counts_others(const struct counts *counts)
{
	return counts->folded + counts->sharing;
}

/*
 * counts_access - one access that rules_apply() has seen, and its findings.
 * Returns 0 or -ENOMEM.
 */
int counts_access(struct counts *counts, const struct access *access);

/*
 * counts_findings - its findings only: into the row, and among the latest.
 * Findings of the rules in `counted`, a bit each, are in the row already and are only kept.  0 or -ENOMEM.
 */
int counts_findings(struct counts *counts, const struct access *access, uint32_t counted);

/*
 * stats_row_add - sum += part; keys and names are left alone.
 * stats_row_sub - sum -= part, where part is an earlier state of sum.  The
 * extremes of a difference are not known: they become the ends of its
 * outermost buckets, narrowed by sum's own.
 * stats_row_widen - the extremes of by are sum's, too.
 */
void stats_row_add(struct stats_row *sum, const struct stats_row *part);
void stats_row_sub(struct stats_row *sum, const struct stats_row *part);
void stats_row_widen(struct stats_row *sum, const struct stats_row *by);

/*
 * counts_fold - about half of the processes, or functions, whichever there are too many of, go
 * to the others.  Needs no memory.  Whoever adds rows need not call it.
 */
void counts_fold(struct counts *counts);

/*
 * counts_follow - fold in `before`, an earlier copy of counts, whatever has been folded in counts
 * since.  After that each row of before is in counts, and no number of it is smaller there: one
 * that was folded and has come back is another.  Costs nothing if nothing has been folded.
 */
void counts_follow(struct counts *before, struct counts *counts);

/*
 * counts_subtract - what was added since before, an earlier copy of the same counts, which
 * follows them; rows of which nothing is left stay, with zeros.
 */
void counts_subtract(struct counts *counts, struct counts *before);

/* Make to a copy of from, for differences.  0 or -ENOMEM. */
int counts_copy(struct counts *to, const struct counts *from);

/*
 * counts_summary - add all rows to a summary that is still empty: rows,
 * findings, and the functions' instructions inside accesses.  0 or -ENOMEM.
 */
int counts_summary(const struct counts *counts, struct summary *summary);

/* Of that only the functions' instructions inside accesses; to any summary.  0 or -ENOMEM. */
int counts_instructions(const struct counts *counts, struct summary *summary);

#endif /* ISMT_MODEL_COUNTS_H */
