/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counts.h - everything counted until now, in a row for each process, function, region and
 * direction: what `ismtrace stat` and `ismtop` show.  Rows are filled from the cells that the
 * kernel counts in (live/counting.h), or access by access out of a capture.
 *
 * Memory is bounded.  Processes that there is no room for are folded into one, COUNT_OTHERS;
 * functions with their driver into function_others.  All sums stay exact, by function, region
 * and rule, too, and so do differences between two states: see counts_follow().
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

/* In place of a process id: all processes that have no row of their own. */
#define COUNT_OTHERS UINT32_MAX

/*
 * The most processes and functions that have rows of their own, and the most rows: about as many
 * as there are cells in the kernel (bpf/ismtrace.h).  Half of them are folded at a time, so that
 * folding costs little for each row.
 */
#define COUNT_PROCESSES 2048
#define COUNT_PLACES	512 /* functions, with a driver each */
#define COUNT_ROWS	8192

/* Whose counts they are.  In a row, driver points to the counts' own copy of the name. */
struct count_key {
	const struct function *fn;
	const char *driver;
	uint32_t pid; /* thread group */
	uint32_t region;
	uint8_t op; /* enum ismt_op */
};

struct stats_row {
	struct count_key key;
	uint32_t process, place;  /* indices into the counts' processes and places */
	char comm[ISMT_COMM_LEN]; /* of the process, as last seen; not escaped */
	struct access_stats stats;
	uint64_t block_bytes; /* the part of stats.insn_bytes that store blocks moved */
	uint64_t one_block;   /* writes that were exactly one PCISTB */
	uint64_t full_bytes;  /* the part of block_bytes in store blocks of maxstbl bytes */
	uint64_t findings[RULE_COUNT];
};

/* One of the latest findings.  Its pointers are good as long as the counts and the functions are. */
struct count_event {
	enum rule_id rule;
	struct access access; /* without payload */
};

#define COUNT_EVENTS 64

struct counts {
	int64_t ts; /* the counts are those of this time, ns since 1970 */
	struct stats_row *rows;
	size_t nr, room; /* rows in use, and rows that there is memory for */
	size_t last;	 /* the row that was asked for last: likely the next, too */
	struct slots slots;
	struct names *names;	       /* of drivers; shared with copies of the counts */
	struct count_owners processes; /* whose the rows are */
	struct count_owners places;    /* the functions, each with a driver, of the rows */
	uint64_t tick;		       /* see counts_tick() */
	uint64_t folds;		       /* how often rows were folded so far */
	bool heavy; /* set by the maker: who has most accesses stays, not who was active last */
	/* The latest findings: event number i is at i % COUNT_EVENTS. */
	struct count_event events[COUNT_EVENTS];
	uint64_t nr_events; /* ever; the last COUNT_EVENTS of them are kept */
	/* The first finding of each rule; fn is NULL if there is none. */
	struct access first[RULE_COUNT];
	/*
	 * At most so many processes are in the rows of COUNT_OTHERS: different ones that were folded
	 * here, and those that share cells in the kernel.  Some may have rows of their own as well.
	 */
	uint64_t folded, sharing;
	uint64_t folded_places; /* at most so many functions are in rows of function_others */
	struct count_gone *
		gone; /* who was folded; NULL: nobody yet, or this is a copy, which folds nobody anew */
	/* Accesses that are in no row: left out as asked, and lost. */
	uint64_t filtered;
	struct losses lost;
};

struct counts *counts_new(void); /* NULL: no memory */
void counts_free(struct counts *counts);

/* Forget everything but the names of drivers. */
void counts_clear(struct counts *counts);

/* Another interval begins.  Who is counted in it, or was in the one before, is active for counts_fold(). */
static inline void counts_tick(struct counts *counts)
{
	counts->tick++;
}

/* The row of a key, made if need be; NULL: no memory.  Good until the next row is made. */
struct stats_row *counts_row(struct counts *counts, const struct count_key *key);

/* The row of a key; NULL if there is none. */
const struct stats_row *counts_find(const struct counts *counts, const struct count_key *key);

/* The number of processes, at most, that the rows of COUNT_OTHERS stand for. */
static inline uint64_t counts_others(const struct counts *counts)
{
	return counts->folded + counts->sharing;
}

/*
 * counts_access - count one access that rules_apply() has seen, and its findings.
 * Returns 0 or -ENOMEM.
 */
int counts_access(struct counts *counts, const struct access *access);

/*
 * counts_findings - count only an access's findings, in its row, and keep them among the latest.
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
 * counts_fold - fold about half of the processes, or of the functions, whichever there are too
 * many of, into the others.  Needs no memory.  counts_row() calls it where there is no room.
 */
void counts_fold(struct counts *counts);

/*
 * counts_follow - fold in `before`, an earlier copy of counts, whatever has been folded in counts
 * since.  After that, each row of before has a row in counts with the same key, none of whose
 * numbers is smaller.  (A process that was folded and has come back is a new one.)  Costs
 * nothing if nothing has been folded.
 */
void counts_follow(struct counts *before, struct counts *counts);

/*
 * counts_subtract - leave in counts what was added since `before`, an earlier copy of the same
 * counts, on which counts_follow() is called.  Rows in which nothing was added stay, with zeros.
 */
void counts_subtract(struct counts *counts, struct counts *before);

/* Make `to` a copy of `from`, to be subtracted later.  0 or -ENOMEM. */
int counts_copy(struct counts *to, const struct counts *from);

/*
 * counts_summary - add all rows to a summary that is still empty: rows,
 * findings, and the functions' instructions inside accesses.  0 or -ENOMEM.
 */
int counts_summary(const struct counts *counts, struct summary *summary);

/* Add only the functions' instructions inside accesses, to any summary.  0 or -ENOMEM. */
int counts_instructions(const struct counts *counts, struct summary *summary);

#endif /* ISMT_MODEL_COUNTS_H */
