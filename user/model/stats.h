/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - what accesses add up to: the numbers that reports, summaries and ismtop all have,
 * and the only code that adds and subtracts them.
 */
#ifndef ISMT_MODEL_STATS_H
#define ISMT_MODEL_STATS_H

#include <stdint.h>

#include "ismtrace.h"
#include "util/hist.h"

struct access_stats {
	uint64_t accesses;
	uint64_t bytes;	 /* that the calls said were transferred */
	uint64_t errors; /* accesses that returned an error */
	uint64_t insns[ISMT_KINDS];
	uint64_t failed;		/* instructions that failed */
	uint64_t insn_bytes;		/* moved by instructions that did not fail */
	struct hist size;		/* of accesses, bytes asked for */
	struct hist latency;		/* of accesses, ns */
	uint64_t width[ISMT_WIDTHS];	/* loads and stores of 1 << i bytes */
	uint64_t stb[ISMT_STB_BUCKETS]; /* store blocks by size */
};

/* Count one access more, with the instructions that it became. */
void stats_access(struct access_stats *stats, const struct ismt_access *raw);

void stats_add(struct access_stats *sum, const struct access_stats *part);

/* sum -= part, an earlier state of sum; for minima and maxima see hist_subtract(). */
void stats_sub(struct access_stats *sum, const struct access_stats *part);

#endif /* ISMT_MODEL_STATS_H */
