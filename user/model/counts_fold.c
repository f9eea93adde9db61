// SPDX-License-Identifier: GPL-2.0-only
/*
 * counts_fold.c - counts in bounded memory: who goes to the others, and earlier copies that
 * go the same way.
 */
#include <string.h>

#include "model/counts_internal.h"

/* Processes and functions are folded until there are no more rows than this. */
#define ROWS_AFTER (COUNT_ROWS / 4 * 3)

static void weigh(struct counts *counts)
{
	const struct stats_row *row;
	size_t i;

	owners_stay(&counts->processes);
	owners_stay(&counts->places);
	for (i = 0; i < counts->nr; i++) {
		row = &counts->rows[i];
		counts->processes.owner[row->process].weight += row->stats.accesses;
		counts->places.owner[row->place].weight += row->stats.accesses;
	}
}

/* Numbers of owners as they will be, and the key where one of them goes. */
static void change_owners(const struct counts *counts, struct stats_row *row)
{
	uint32_t process = counts->processes.owner[row->process].next;
	uint32_t place = counts->places.owner[row->place].next;

	if (!process) {
		row->key.pid = COUNT_OTHERS;
		memset(row->comm, 0, sizeof(row->comm));
	}
	if (!place) {
		row->key.fn = &function_others;
		row->key.driver = NAMES_OTHERS;
	}
	row->process = process;
	row->place = place;
}

/*
 * Rows move to the front of the array, each to a place of its own or into the one that has
 * its key by then.
 */
static void leave(struct counts *counts)
{
	struct stats_row *row;
	uint32_t *slot;
	size_t i, nr = 0;

	owners_number(&counts->processes);
	owners_number(&counts->places);
	slots_clear(&counts->slots);
	for (i = 0; i < counts->nr; i++) {
		row = &counts->rows[i];
		change_owners(counts, row);
		slot = counts_slot(counts, &row->key);
		if (*slot) {
			stats_row_add(&counts->rows[*slot - 1], row);
			continue;
		}
		if (i != nr)
			counts->rows[nr] = *row;
		*slot = (uint32_t)++nr;
	}
	counts->nr = nr;
	counts->last = 0;
	owners_leave(&counts->processes);
	owners_leave(&counts->places);
}

void counts_fold(struct counts *counts)
{
	bool processes = owners_full(&counts->processes), places = owners_full(&counts->places);

	/* Without memory, who comes back counts again. */
	if (!counts->gone)
		counts->gone = gone_new();
	do {
		/* One process may be at very many places, and one place have very many processes. */
		if (!processes && !places) {
			processes = counts->processes.nr >= counts->places.nr;
			places = !processes;
		}
		weigh(counts);
		if (processes)
			owners_choose(&counts->processes, counts->tick, counts->heavy);
		if (places)
			owners_choose(&counts->places, counts->tick, counts->heavy);
		counts->folded += gone_note(counts->gone, &counts->processes);
		counts->folded_places += gone_note(counts->gone, &counts->places);
		leave(counts);
		processes = places = false;
	} while (counts->nr > ROWS_AFTER);
	counts->folds++;
}

void counts_follow(struct counts *before, struct counts *counts)
{
	if (before->folds == counts->folds)
		return;
	owners_stay(&before->processes);
	owners_stay(&before->places);
	owners_choose_as(&before->processes, &counts->processes);
	owners_choose_as(&before->places, &counts->places);
	leave(before);
	before->folds = counts->folds;
	before->folded = counts->folded;
	before->folded_places = counts->folded_places;
}

void counts_subtract(struct counts *counts, struct counts *before)
{
	const struct stats_row *part;
	size_t i;

	counts_follow(before, counts);
	for (i = 0; i < counts->nr; i++) {
		part = counts_find(before, &counts->rows[i].key);
		if (part)
			stats_row_sub(&counts->rows[i], part);
	}
	counts->filtered -= before->filtered;
	losses_subtract(&counts->lost, &before->lost);
}
