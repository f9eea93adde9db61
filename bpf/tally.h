/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tally.h - how a task's tally gets into its cell, and how both are read meanwhile; plain
 * C that the BPF programs and user space share.
 *
 * A sequence count: moves is odd while a tally is being moved.  Whoever reads tally and
 * cell has to see the same even number before and after.
 */
#ifndef ISMT_TALLY_H
#define ISMT_TALLY_H

#include "ismtrace.h"

#define TALLY_BARRIER()	__asm__ volatile("" ::: "memory")

static inline __attribute__((always_inline)) void cell_add(__u64 *to, __u64 n)
{
	__sync_fetch_and_add(to, n);
}

/* Add what a tally has to its cell; the caller is the only one who writes to the tally. */
static inline __attribute__((always_inline)) void tally_into(struct ismt_tally *tally,
							      struct ismt_cell *cell)
{
	__u64 n = tally->n;

	if (!n)
		return;
	tally->moves++;
	TALLY_BARRIER();
	if (tally->size < ISMT_WHOLE_BUCKETS)
		cell_add(&cell->whole[tally->size], n);
	if (tally->latency < ISMT_CELL_HIST)
		cell_add(&cell->latency[tally->latency], n);
	cell_add(&cell->latency_sum, tally->latency_sum);
	cell_add(&cell->whole_bytes, n * tally->len);
	if (tally->full)
		cell_add(&cell->whole_full, n * tally->len);
	tally->n = 0;
	tally->latency_sum = 0;
	TALLY_BARRIER();
	tally->moves++;
}

#endif /* ISMT_TALLY_H */
