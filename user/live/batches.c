// SPDX-License-Identifier: GPL-2.0-only
#include "live/batches.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

/* Adding a batch to a cell takes less than so many looks, unless its task is not running; ... */
#define TRIES_BUSY 100
/* ... so yield the CPU to it this many times, in case there is no other CPU. */
#define TRIES_MAX 10000

void batches_look(struct batches *batches, const union ismt_slot *slots)
{
	uint32_t i, cell;

	batches->slots = slots;
	memset(batches->first, 0, sizeof(batches->first));
	for (i = 0; i < ISMT_SLOTS; i++) {
		/* Include slots whose batch is empty now: they may get one, and add it to the cell. */
		if (!__atomic_load_n(&slots[i].batch.len, __ATOMIC_RELAXED))
			continue;
		cell = __atomic_load_n(&slots[i].batch.cell, __ATOMIC_RELAXED);
		if (cell >= ISMT_CELLS)
			continue;
		batches->next[i] = batches->first[cell];
		batches->first[cell] = (uint16_t)(i + 1);
	}
}

static const struct ismt_batch *batch_at(const struct batches *batches, uint32_t number)
{
	return &batches->slots[number - 1].batch;
}

/* True if no batch is being added to the cell just now; *seq: the sum of their sequence numbers. */
static bool no_flush(const struct batches *batches, uint32_t index, uint64_t *seq)
{
	uint32_t i, one;
	bool rest = true;

	*seq = 0;
	for (i = batches->first[index]; i; i = batches->next[i - 1]) {
		one = __atomic_load_n(&batch_at(batches, i)->seq, __ATOMIC_ACQUIRE);
		rest &= !(one & 1);
		*seq += one;
	}
	return rest;
}

static void add_batch(struct ismt_cell *cell, const struct ismt_batch *batch, uint32_t index)
{
	/* n last when it begins, so first here. */
	uint64_t n = __atomic_load_n(&batch->n, __ATOMIC_ACQUIRE);
	struct ismt_batch now = *batch;

	if (!n || now.cell != index || now.size >= ISMT_ONE_BLOCK_BUCKETS ||
	    now.latency >= ISMT_CELL_HIST)
		return;
	cell->one_block[now.size] += n;
	cell->latency[now.latency] += n;
	cell->latency_sum += now.latency_sum;
	cell->one_block_bytes += n * now.len;
	if (now.full)
		cell->one_block_full += n * now.len;
}

bool batches_read(const struct batches *batches, const struct ismt_cell *there, uint32_t index,
		  struct ismt_cell *cell)
{
	uint64_t before, after;
	unsigned int tries;
	uint32_t i;
	bool rest;

	for (tries = 0; tries < TRIES_MAX; tries++) {
		rest = no_flush(batches, index, &before);
		*cell = *there;
		for (i = batches->first[index]; i; i = batches->next[i - 1])
			add_batch(cell, batch_at(batches, i), index);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (rest && no_flush(batches, index, &after) && before == after)
			return true;
		if (tries > TRIES_BUSY)
			sched_yield();
	}
	return false;
}
