/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runs.h - which writes of a task go on from one another (ISM004); plain C that the BPF
 * programs and user space share.
 */
#ifndef ISMT_RUNS_H
#define ISMT_RUNS_H

#include "ismtrace.h"

/* Longest pause between two writes of a run, ns. */
#define RUN_GAP_NS 100000000ULL

/* The run of one task on one function; all zeros: there is none. */
struct ismt_run {
	__u64 next; /* where it would go on: offset in the device file */
	__u64 size; /* writes << 32 | bytes; 0: there is nothing to go on with */
	__u64 end;  /* when its last write ended, ns */
};

#define RUN_WRITES(size) ((__u32)((size) >> 32))
#define RUN_BYTES(size)	 ((__u32)(size))

/* The size of a run of one write; a length of 32 bits or more, which no store block holds, is cut. */
#define RUN_OF_ONE(len) (1ULL << 32 | ((len) > 0xffffffffULL ? 0xffffffffULL : (len)))

/*
 * run_goes_on - would a write of len bytes at pos that begins at begin have fitted into
 * one store block with the run so far?  limit: the longest store block, bytes.
 */
static inline __attribute__((always_inline)) int run_goes_on(const struct ismt_run *run, __u64 pos,
							     __u64 len, __u64 begin, __u64 limit)
{
	__u64 bytes = RUN_BYTES(run->size), sum = bytes + len;

	if (run->next != pos || !run->size || sum > limit || sum < bytes)
		return 0;
	if (begin > run->end && begin - run->end > RUN_GAP_NS)
		return 0;
	return ((pos - bytes) & (BLOCK_BOUNDARY - 1)) + sum <= BLOCK_BOUNDARY;
}

/*
 * run_follow - a write to a BAR that transferred something has ended.  Returns whether it
 * goes on with the run, which is otherwise begun anew.
 */
static inline __attribute__((always_inline)) int
run_follow(struct ismt_run *run, __u64 pos, __u64 len, __u64 begin, __u64 end, __u64 limit)
{
	int goes_on = run_goes_on(run, pos, len, begin, limit);

	if (goes_on)
		run->size += (1ULL << 32) + len;
	else
		run->size = RUN_OF_ONE(len);
	run->next = pos + len;
	run->end = end;
	return goes_on;
}

/* Any other access of the task to the function ends the run. */
static inline __attribute__((always_inline)) void run_end(struct ismt_run *run)
{
	run->size = 0;
}

/* Is the access a write to a BAR, as a run consists of?  Any other access ends the run.  region: VFIO's index. */
static inline __attribute__((always_inline)) int run_has(const struct ismt_access *rec,
							 __u64 region)
{
	return rec->op == ISMT_WRITE && region < ISMT_BARS && rec->ret > 0;
}

#endif /* ISMT_RUNS_H */
