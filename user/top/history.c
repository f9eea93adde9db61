// SPDX-License-Identifier: GPL-2.0-only
#include "top/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/times.h"

/* How many rows are forgotten at once: many, as the index is made anew for it. */
#define FORGOTTEN (HISTORY_ROWS / 4)

struct line {
	enum view view;
	struct row_key key;
	uint64_t last;		     /* tick of the last access */
	float accesses[HISTORY_LEN]; /* tick i is at i % HISTORY_LEN */
	uint64_t from;		     /* what is before this tick is not this row's */
};

struct history {
	struct line *lines;
	size_t nr, room;
	struct slots slots;
	uint64_t ticks; /* so far */
	double seconds[HISTORY_LEN];
};

struct history *history_new(void)
{
	struct history *history = calloc(1, sizeof(*history));

	if (history && !slots_make(&history->slots, HISTORY_ROWS))
		return history;
	history_free(history);
	return NULL;
}

void history_free(struct history *history)
{
	if (!history)
		return;
	free(history->lines);
	slots_free(&history->slots);
	free(history);
}

void history_clear(struct history *history)
{
	slots_clear(&history->slots);
	history->nr = 0;
	history->ticks = 0;
}

struct line_key {
	enum view view;
	const struct row_key *key;
};

static bool same(const void *table, size_t element, const void *key)
{
	const struct line *line = &((const struct history *)table)->lines[element];
	const struct line_key *wanted = key;

	return line->view == wanted->view && row_key_same(&line->key, wanted->key);
}

static uint32_t *slot_of(struct history *history, enum view view, const struct row_key *key)
{
	const struct line_key wanted = { view, key };
	uint64_t hash = hash_add(slots_hash(&history->slots), (uintptr_t)key->fn ^ view);

	hash = hash_add(hash, key->number);
	if (key->driver)
		hash = hash_add_text(hash, key->driver);
	return slots_find(&history->slots, hash, same, history, &wanted);
}

static int compare_last(const void *pa, const void *pb)
{
	const uint64_t *a = pa, *b = pb;

	return *a < *b ? -1 : *a > *b;
}

/* Forget the rows that were idle longest, and no more than FORGOTTEN. */
static int forget(struct history *history)
{
	uint64_t *last = calloc(history->nr, sizeof(*last)), limit;
	size_t i, nr = 0, left = FORGOTTEN;

	if (!last)
		return -ENOMEM;
	for (i = 0; i < history->nr; i++)
		last[i] = history->lines[i].last;
	qsort(last, history->nr, sizeof(*last), compare_last);
	limit = last[FORGOTTEN - 1];
	free(last);
	slots_clear(&history->slots);
	for (i = 0; i < history->nr; i++) {
		if (left && history->lines[i].last <= limit) {
			left--;
			continue;
		}
		if (i != nr)
			history->lines[nr] = history->lines[i];
		*slot_of(history, history->lines[nr].view, &history->lines[nr].key) =
			(uint32_t)nr + 1;
		nr++;
	}
	history->nr = nr;
	return 0;
}

static struct line *line_of(struct history *history, enum view view, const struct row_key *key)
{
	uint32_t slot = *slot_of(history, view, key);
	struct line *line;

	if (slot)
		return &history->lines[slot - 1];
	if (history->nr == HISTORY_ROWS) {
		if (forget(history))
			return NULL;
	} else if (history->nr == history->room) {
		size_t room = history->room ? 2 * history->room : 64;

		line = reallocarray(history->lines, room, sizeof(*line));
		if (!line)
			return NULL;
		history->lines = line;
		history->room = room;
	}
	line = &history->lines[history->nr++];
	memset(line, 0, sizeof(*line));
	line->view = view;
	line->key = *key;
	line->last = line->from = history->ticks;
	*slot_of(history, view, key) = (uint32_t)history->nr;
	return line;
}

static int add(struct history *history, enum view view, const struct row_key *key,
	       uint64_t accesses)
{
	struct line *line = line_of(history, view, key);
	uint64_t tick;

	if (!line)
		return -ENOMEM;
	/* The row was idle in between: set these intervals to 0. */
	for (tick = line->last + 1; tick <= history->ticks && tick < line->last + 1 + HISTORY_LEN;
	     tick++)
		line->accesses[tick % HISTORY_LEN] = 0;
	line->last = history->ticks;
	line->accesses[history->ticks % HISTORY_LEN] += (float)accesses;
	return 0;
}

static int add_row(struct history *history, const struct stats_row *row,
		   const struct stats_row *before)
{
	uint64_t accesses = row->stats.accesses - (before ? before->stats.accesses : 0);
	static const enum view views[] = { VIEW_FUNCTIONS, VIEW_PROCESSES, VIEW_REGIONS };
	struct row_key key;
	unsigned int i;
	int err = 0;

	if (!accesses)
		return 0;
	for (i = 0; i < sizeof(views) / sizeof(views[0]) && !err; i++) {
		key = row_key_of(views[i], &row->key);
		err = add(history, views[i], &key, accesses);
	}
	memset(&key, 0, sizeof(key));
	for (i = 0; i < HIST_BUCKETS && !err; i++) {
		accesses = row->stats.size.bucket[i] - (before ? before->stats.size.bucket[i] : 0);
		key.number = i;
		if (accesses)
			err = add(history, VIEW_SIZES, &key, accesses);
	}
	return err;
}

int history_tick(struct history *history, const struct counts *now, const struct counts *before)
{
	size_t i;
	int err = 0;

	if (now->ts <= before->ts)
		return 0;
	history->seconds[history->ticks % HISTORY_LEN] =
		(double)time_span(before->ts, now->ts) / 1e9;
	for (i = 0; i < now->nr && !err; i++)
		err = add_row(history, &now->rows[i], counts_find(before, &now->rows[i].key));
	history->ticks++;
	return err;
}

size_t history_rates(const struct history *history, enum view view, const struct row_key *key,
		     double *rates, size_t max, double *seconds)
{
	/* The hash is only looked up. */
	uint32_t slot = *slot_of((struct history *)history, view, key);
	const struct line *line = slot ? &history->lines[slot - 1] : NULL;
	uint64_t tick = 0;
	size_t n = 0;

	if (max > HISTORY_LEN)
		max = HISTORY_LEN;
	if (history->ticks > max)
		tick = history->ticks - max;
	*seconds = 0;
	for (; tick < history->ticks; tick++) {
		double length = history->seconds[tick % HISTORY_LEN];
		bool known = line && tick >= line->from && tick <= line->last;

		rates[n++] = known && length > 0
				     ? (double)line->accesses[tick % HISTORY_LEN] / length
				     : 0;
		*seconds += length;
	}
	return n;
}
