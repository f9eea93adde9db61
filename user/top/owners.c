// SPDX-License-Identifier: GPL-2.0-only
/*
 * owners.c - how many functions and processes there are, those that are counted together
 * included.
 */
#include <stdlib.h>

#include "top/rows.h"

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static unsigned int count_different(uint64_t *ids, size_t nr)
{
	unsigned int different = 0;
	size_t i;

	qsort(ids, nr, sizeof(*ids), compare_ids);
	for (i = 0; i < nr; i++)
		different += !i || ids[i] != ids[i - 1];
	return different;
}

/* Are there rows of the others that pass the filter? */
static void look_for_others(const struct counts *now, const char *filter, bool *processes,
			    bool *places)
{
	size_t i;

	for (i = 0; i < now->nr && !(*processes && *places); i++) {
		const struct count_key *key = &now->rows[i].key;

		if (!data_filter(key, now->rows[i].comm, filter))
			continue;
		*processes |= key->pid == COUNT_OTHERS;
		*places |= key->fn == &function_others;
	}
}

/* How many different functions and processes there are among the rows. */
static void count_owners(struct top_data *data, const struct counts *now, const char *filter)
{
	uint64_t *ids = reallocarray(NULL, 2 * now->nr + 1, sizeof(*ids));
	bool others = false, places = false;
	size_t i, functions = 0, processes = 0;

	if (!ids) {
		data->failed = true;
		return;
	}
	look_for_others(now, filter, &others, &places);
	for (i = 0; i < now->nr; i++) {
		const struct stats_row *row = &now->rows[i];

		if (!data_filter(&row->key, row->comm, filter))
			continue;
		if (row->key.fn != &function_others)
			ids[functions++] = (uint64_t)(uintptr_t)row->key.fn;
		/* A process that is among the others, too, counts once. */
		if (row->key.pid != COUNT_OTHERS &&
		    !(others && now->processes.owner[row->process].came_back))
			ids[now->nr + processes++] = row->key.pid;
	}
	data->functions = count_different(ids, functions) + (places ? now->folded_places : 0);
	data->processes =
		count_different(ids + now->nr, processes) + (others ? counts_others(now) : 0);
	free(ids);
}

/* How many the rows of others stand for. */
static void tell_others(struct top_data *data, const struct counts *now)
{
	size_t i;

	for (i = 0; i < data->nr; i++)
		if (row_is_others(data->view, &data->rows[i].key))
			data->rows[i].others = data->view == VIEW_PROCESSES ? counts_others(now)
									    : now->folded_places;
}

void data_owners(struct top_data *data, const struct counts *now, const char *filter)
{
	tell_others(data, now);
	count_owners(data, now, filter);
}
