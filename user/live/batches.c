// SPDX-License-Identifier: GPL-2.0-only
#include "live/batches.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

/* A move takes less than so many looks, unless its task does not run meanwhile; ... */
#define TRIES_BUSY 100
/* ... then it gets the CPU so many times, if there is no other. */
#define TRIES_MAX 10000

void tallies_look(struct tallies *tallies, const union ismt_slot *slots)
{
	uint32_t i, cell;

	tallies->slots = slots;
	memset(tallies->first, 0, sizeof(tallies->first));
	for (i = 0; i < ISMT_SLOTS; i++) {
		/* One that has none at the moment may be about to, and move it. */
		if (!__atomic_load_n(&slots[i].tally.len, __ATOMIC_RELAXED))
			continue;
		cell = __atomic_load_n(&slots[i].tally.cell, __ATOMIC_RELAXED);
		if (cell >= ISMT_CELLS)
			continue;
		tallies->next[i] = tallies->first[cell];
		tallies->first[cell] = (uint16_t)(i + 1);
	}
}

static const struct ismt_tally *tally_at(const struct tallies *tallies, uint32_t number)
{
	return &tallies->slots[number - 1].tally;
}

/* True if no tally of the cell is just being moved; *moves: how many there were. */
static bool at_rest(const struct tallies *tallies, uint32_t index, uint64_t *moves)
{
	uint32_t i, one;
	bool rest = true;

	*moves = 0;
	for (i = tallies->first[index]; i; i = tallies->next[i - 1]) {
		one = __atomic_load_n(&tally_at(tallies, i)->moves, __ATOMIC_ACQUIRE);
		rest &= !(one & 1);
		*moves += one;
	}
	return rest;
}

static void add_tally(struct ismt_cell *cell, const struct ismt_tally *tally, uint32_t index)
{
	/* n last when it begins, so first here. */
	uint64_t n = __atomic_load_n(&tally->n, __ATOMIC_ACQUIRE);
	struct ismt_tally now = *tally;

	if (!n || now.cell != index || now.size >= ISMT_WHOLE_BUCKETS ||
	    now.latency >= ISMT_CELL_HIST)
		return;
	cell->whole[now.size] += n;
	cell->latency[now.latency] += n;
	cell->latency_sum += now.latency_sum;
	cell->whole_bytes += n * now.len;
	if (now.full)
		cell->whole_full += n * now.len;
}

bool tallies_read(const struct tallies *tallies, const struct ismt_cell *there,
		  uint32_t index, struct ismt_cell *cell)
{
	uint64_t before, after;
	unsigned int tries;
	uint32_t i;
	bool rest;

	for (tries = 0; tries < TRIES_MAX; tries++) {
		rest = at_rest(tallies, index, &before);
		*cell = *there;
		for (i = tallies->first[index]; i; i = tallies->next[i - 1])
			add_tally(cell, tally_at(tallies, i), index);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (rest && at_rest(tallies, index, &after) && before == after)
			return true;
		if (tries > TRIES_BUSY)
			sched_yield();
	}
	return false;
}
