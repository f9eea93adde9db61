/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary.h - what a run adds up to: per function, region and direction the
 * counts and histograms, the findings, and what was lost.
 */
#ifndef ISMT_MODEL_SUMMARY_H
#define ISMT_MODEL_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/access.h"
#include "model/measure.h"
#include "model/rules.h"
#include "model/stats.h"
#include "util/hist.h"
#include "util/names.h"

/*
 * Regions from this index upwards share a row: the index comes from the file
 * offset, so that a client could otherwise make 65,536 rows of it.
 */

/*
 * The most rows.  Where there would be more, the half with fewest accesses is folded, each row into
 * the row of function_others with the same region and direction.  Sums stay exact.
 */
#define SUMMARY_ROWS 4096

/*
 * One row: a function, the driver it was accessed through, region, direction.
 * The driver's name is the summary's own copy.
 */
struct summary_row {
	const struct function *fn;
	const char *driver;
	uint32_t region; /* REGIONS_APART: that and all above */
	uint8_t op;	 /* enum ismt_op */

	struct access_stats stats;
	/* How many folded rows this one stands for (one that came back counts each time); 0: an ordinary row. */
	uint64_t folded;
	/* At most so many accesses of this row's key may be in a row of the others instead. */
	uint64_t missed;
};

/* All instructions that are known to have been issued on one function. */
struct summary_function {
	const struct function *fn;
	uint64_t inside[ISMT_KINDS]; /* in recorded accesses */
	uint64_t inside_failed;
	struct ismt_unattr outside;  /* in no access */
	struct ismt_unattr filtered; /* in accesses that were left out as asked */
	struct ismt_unattr lost;     /* in accesses that were lost */
	/* The measurement block over the same time, if it was there. */
	bool has_fmb;
	const char *fmb_note; /* why it was not; constant, may be NULL */
	uint64_t fmb_loads, fmb_stores, fmb_blocks;
	uint64_t fmb_age_ns;	/* time since the block's last update, known to about a second */
	struct measure measure; /* with --measure; else all zeros */
};

struct summary_finding {
	uint64_t count;
	/*
	 * The first access that the rule fired on, for the evidence; fn is NULL if count is 0,
	 * and for a rule OF_TRACE.  Its pointers are good as long as the summary and the function
	 * table are.
	 */
	struct access first;
};

struct summary {
	uint64_t recorded;
	uint64_t filtered; /* by the kernel and in user space */
	uint64_t insn_records;
	uint64_t
		unopened; /* accesses that were under way when the trace began: in no other number */
	/* Recorded accesses of processes outside the tracer's PID namespace, whose pid is 0. */
	uint64_t foreign;
	/* Accesses that the rules were applied to, including those then left out by --rule. */
	uint64_t examined;
	/*
	 * Why it is not known what a capture lost, a constant; NULL: it is known.  If it is not,
	 * `lost` has what is known, and there may be more.
	 */
	const char *unaccounted;
	uint64_t missing; /* accesses that were recorded, but are not in the files given */
	uint64_t strays;  /* packets in the files that are no records; they were left out */
	/* Why CMD was not traced to its end, a constant; NULL: it was, or there is no CMD. */
	const char *cut;
	struct losses lost;
	int64_t begin_ns, end_ns; /* since 1970 */
	struct summary_row *rows; /* sorted: function, region, op, driver; the others last */
	size_t nr_rows;
	struct summary_function *functions;
	size_t nr_functions;
	uint64_t folded; /* rows that were folded; one that came back and went again counts twice */
	uint64_t missed; /* the `missed` of rows that are made from now on */
	struct summary_finding findings[RULE_COUNT];
	/* Where the last access was added: one of the same shape goes there, too, and the next likely. */
	size_t last_row, last_function;
	uint64_t last_shape;
	struct slots row_slots, function_slots;
	struct names *names; /* of drivers; NULL: none yet */
};

struct summary *summary_new(void);
void summary_free(struct summary *summary);

/* All return 0 or -ENOMEM. */
int summary_access(struct summary *summary, const struct access *access);
int summary_insn(struct summary *summary, const struct insn *insn);

/*
 * An access that was recorded and then left out as asked: it counts as
 * filtered, and so do its instructions, as if the kernel had left it out.
 */
int summary_leave_out(struct summary *summary, const struct access *access);

/*
 * summary_function - the entry of a function, made if need be; NULL: no memory.  Good until the
 * next call of any function here.
 */
struct summary_function *summary_function(struct summary *summary, const struct function *fn);

/* Add part's instructions inside accesses, function by function.  0 or -ENOMEM. */
int summary_add_instructions(struct summary *summary, const struct summary *part);

/*
 * summary_row - the row of these, made if need be; others are folded where there is no room.
 * NULL: no memory.  Good until the next call of any function here.
 */
struct summary_row *summary_row(struct summary *summary, const struct function *fn,
				const char *driver, uint32_t region, uint8_t op);

/* sum += part. */
void unattr_add(struct ismt_unattr *sum, const struct ismt_unattr *part);

/* Count one access more, with its instructions. */
void unattr_add_access(struct ismt_unattr *sum, const struct ismt_insns *insn);

/* Accesses that are lost, by any cause. */
uint64_t summary_lost(const struct summary *summary);

/*
 * Instructions that were issued on a function, in accesses, outside, filtered and lost; and how
 * many of these failed.  The measurement block counts those that were carried out, which is
 * the difference of the two.
 */
uint64_t summary_issued(const struct summary_function *f);
uint64_t summary_failed(const struct summary_function *f);

/* The longest PCISTB, in bytes, that is counted in this bucket of stats.stb. */
uint64_t summary_stb_upper(unsigned int bucket);

/*
 * summary_evidence - the sentence for a rule whose count is not 0, with the numbers of the first
 * access it fired on, or of the trace for a rule OF_TRACE.  Cut to len, always NUL-terminated.
 */
void summary_evidence(const struct summary *summary, enum rule_id id, char *buf, size_t len);

/* What to do about a finding: the rule's fix; for ISM012 what helps against the losses there were. */
const char *summary_fix(const struct summary *summary, enum rule_id id);

/*
 * summary_finish - sort the rows and set the rules OF_TRACE from what was lost and measured.  Call
 * once, after the last record and after lost, filtered and the functions'
 * unattributed counts have been filled in.
 */
void summary_finish(struct summary *summary);

#endif /* ISMT_MODEL_SUMMARY_H */
