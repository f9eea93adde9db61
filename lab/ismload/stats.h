/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats.h - what became of the accesses, added up.  One of these a worker, in
 * memory that processes share; merged when all are done.
 */
#ifndef ISMLOAD_STATS_H
#define ISMLOAD_STATS_H

#include "vfio/function.h"
#include "vfio/op.h"

/* A tally's result: 0 is all of it, a negative errno, or RESULT_SHORT. */
#define RESULT_SHORT 1

struct tally {
	uint16_t pattern; /* index in the list of patterns to run */
	uint8_t role;	  /* enum op_role */
	uint8_t kind;	  /* OP_READ or OP_WRITE */
	uint32_t region;
	int32_t result;
	uint64_t count;
	uint64_t bytes;
};

#define TALLIES_MAX 512

/* 16 steps an octave: the median is right to within 5 %. */
#define LATENCY_STEPS	16
#define LATENCY_BUCKETS (40 * LATENCY_STEPS)

struct latency {
	uint64_t count;
	uint64_t sum;
	uint64_t min;
	uint64_t max;
	uint64_t bucket[LATENCY_BUCKETS];
};

struct stats {
	struct tally tally[TALLIES_MAX];
	unsigned int tallies;
	uint64_t untallied; /* accesses that found the table full */
	uint64_t ops[2];    /* by OP_READ, OP_WRITE */
	uint64_t bytes[2];
	uint64_t verified;
	uint64_t mismatched;
	uint64_t unexpected;
	uint64_t late;		   /* begun more than a period after their time */
	struct latency latency[2]; /* of the patterns' own accesses */
	uint64_t begin_ns;	   /* CLOCK_MONOTONIC */
	uint64_t end_ns;
	uint64_t
		cpu_ns; /* CPU time of the workers in their patterns; waiting for one another is not */
	int error;	/* that ended the worker early */
};

void stats_tally(struct stats *stats, unsigned int pattern, const struct op *op, uint32_t region,
		 int64_t ret);
void stats_merge(struct stats *to, const struct stats *from);

void latency_add(struct latency *latency, uint64_t ns);
/* About the middle one; 0 if there is none. */
uint64_t latency_median(const struct latency *latency);

#endif /* ISMLOAD_STATS_H */
