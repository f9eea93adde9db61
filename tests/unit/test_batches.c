// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cells and the batches that belong to them, at rest and while tasks count on.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "live/batches.h"

#include "unit.h"

#define TASKS 2
#define READS 200
#define INDEX 7

static union ismt_slot slots[ISMT_SLOTS];
static struct ismt_cell cells[ISMT_CELLS];
static struct batches batches;

static void clear(void)
{
	memset(slots, 0, sizeof(slots));
	memset(cells, 0, sizeof(cells));
}

static bool whole;

static struct ismt_cell read_cell(uint32_t index)
{
	struct ismt_cell cell;

	batches_look(&batches, slots);
	whole = batches_read(&batches, &cells[index], index, &cell);
	return cell;
}

static void no_flush(void)
{
	struct ismt_batch batch = {
		.n = 3, .latency_sum = 700, .cell = INDEX, .len = 256, .size = 8, .latency = 9
	};
	struct ismt_cell cell;

	clear();
	cells[INDEX].one_block[8] = 10;
	cells[INDEX].latency[7] = 10;
	cells[INDEX].latency_sum = 1000;
	cells[INDEX].one_block_bytes = 2560;
	cell = read_cell(INDEX);
	ok(whole && !memcmp(&cell, &cells[INDEX], sizeof(cell)), "no batches: the cell");

	slots[0].batch = batch;
	batch.full = 1;
	slots[ISMT_SLOTS - 1].batch = batch;
	batch.cell = INDEX + 1;
	slots[5].batch = batch;
	cell = read_cell(INDEX);
	is_int(cell.one_block[8], 16, "two batches of it: writes");
	is_int(cell.latency[9], 6, "latencies of theirs");
	is_int(cell.latency[7], 10, "latencies of its own");
	is_int(cell.latency_sum, 2400, "sum of latencies");
	is_int(cell.one_block_bytes, 16 * 256, "bytes");
	is_int(cell.one_block_full, 3 * 256, "bytes in full blocks");
	cell = read_cell(INDEX + 1);
	is_int(cell.one_block[8], 3, "one of another cell");
	cell = read_cell(INDEX + 2);
	is_int(cell.one_block[8], 0, "none of a third");
}

static void absurd(void)
{
	struct ismt_cell cell;

	clear();
	slots[1].batch = (struct ismt_batch){ .n = 1, .len = 8, .cell = ISMT_CELLS };
	slots[2].batch = (struct ismt_batch){ .n = 1, .len = 8, .size = ISMT_ONE_BLOCK_BUCKETS };
	slots[3].batch = (struct ismt_batch){ .n = 1, .len = 8, .latency = ISMT_CELL_HIST };
	slots[4].batch = (struct ismt_batch){ .n = 1, .len = 8, .seq = 1 };
	cell = read_cell(0);
	ok(!whole, "one that is never done with a move: the copy is said to be none");
	slots[4].batch.seq++;
	cell = read_cell(0);
	ok(whole, "when it is done it is one");
	is_int(cell.one_block[0], 1, "what is left of it");
	is_int(cell.latency[0], 1, "what is in no bucket is left out");
}

/* As often as the busy machine lets the reader look, no longer. */
static bool enough;

/* What hot_set() and count_fast() of bpf/count.bpf.h do. */
static void *task(void *arg)
{
	struct ismt_batch *batch = arg;
	unsigned int seed = (unsigned int)(batch - &slots[0].batch) + 1;
	uintptr_t writes;

	for (writes = 0; !__atomic_load_n(&enough, __ATOMIC_RELAXED); writes++) {
		if (rand_r(&seed) % 8 == 0) {
			batch_flush_into(batch, &cells[batch->cell]);
			batch->size = (unsigned int)rand_r(&seed) % ISMT_ONE_BLOCK_BUCKETS;
		}
		__atomic_fetch_add(&batch->n, 1, __ATOMIC_SEQ_CST);
	}
	return (void *)writes;
}

static uint64_t writes_of(const struct ismt_cell *cell)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ISMT_ONE_BLOCK_BUCKETS; i++)
		sum += cell->one_block[i];
	return sum;
}

static void meanwhile(void)
{
	uint64_t now = 0, last = 0, all = 0;
	unsigned int i, down = 0, uneven = 0, reads = 0;
	pthread_t threads[TASKS];
	struct ismt_cell cell;
	void *writes;

	clear();
	for (i = 0; i < TASKS; i++) {
		slots[i * 3].batch.cell = INDEX;
		slots[i * 3].batch.len = 100;
		if (pthread_create(&threads[i], NULL, task, &slots[i * 3].batch)) {
			ok(false, "a thread");
			return;
		}
	}
	while (reads < READS) {
		cell = read_cell(INDEX);
		if (!whole)
			continue;
		now = writes_of(&cell);
		down += now < last;
		uneven += cell.one_block_bytes != 100 * now;
		reads += now > last;
		last = now;
	}
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	for (i = 0; i < TASKS; i++) {
		pthread_join(threads[i], &writes);
		all += (uintptr_t)writes;
	}
	cell = read_cell(INDEX);
	is_int(writes_of(&cell), all, "all in the end");
	is_int(down, 0, "never fewer than before");
	is_int(uneven, 0, "numbers of one cell agree");
}

int main(void)
{
	no_flush();
	absurd();
	meanwhile();
	return unit_end();
}
