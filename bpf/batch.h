/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batch.h - how a task's batch gets into its cell, and how both are read meanwhile; plain
 * C that the BPF programs and user space share.
 *
 * A sequence count: moves is odd while a batch is being moved.  Whoever reads batch and
 * cell has to see the same even number before and after.
 */
#ifndef ISMT_BATCH_H
#define ISMT_BATCH_H

#include "ismtrace.h"

#define BATCH_BARRIER() __asm__ volatile("" ::: "memory")

static inline __attribute__((always_inline)) void cell_add(__u64 *to, __u64 n)
{
	__sync_fetch_and_add(to, n);
}

/* Add what a batch has to its cell; the caller is the only one who writes to the batch. */
static inline __attribute__((always_inline)) void batch_flush_into(struct ismt_batch *batch,
								   struct ismt_cell *cell)
{
	__u64 n = batch->n;

	if (!n)
		return;
	batch->seq++;
	BATCH_BARRIER();
	if (batch->size < ISMT_ONE_BLOCK_BUCKETS)
		cell_add(&cell->one_block[batch->size], n);
	if (batch->latency < ISMT_CELL_HIST)
		cell_add(&cell->latency[batch->latency], n);
	cell_add(&cell->latency_sum, batch->latency_sum);
	cell_add(&cell->one_block_bytes, n * batch->len);
	if (batch->full)
		cell_add(&cell->one_block_full, n * batch->len);
	batch->n = 0;
	batch->latency_sum = 0;
	BATCH_BARRIER();
	batch->seq++;
}

#endif /* ISMT_BATCH_H */
