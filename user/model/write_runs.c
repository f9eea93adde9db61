// SPDX-License-Identifier: GPL-2.0-only
#include "model/write_runs.h"

#include <stdlib.h>

#include "runs.h"
#include "util/slots.h"

#define NONE UINT16_MAX

struct run {
	const struct function *fn;
	uint64_t task;
	struct ismt_run on;
	uint16_t chain; /* next in the same hash bucket */
	uint16_t older, newer;
};

/* A hash table over a fixed array, and a list in the order of last use. */
struct runs {
	struct run run[RUNS_MAX];
	uint16_t bucket[RUNS_MAX];
	uint16_t used;
	uint16_t oldest, newest;
};

struct runs *runs_new(void)
{
	struct runs *runs = calloc(1, sizeof(*runs));
	unsigned int i;

	if (!runs)
		return NULL;
	for (i = 0; i < RUNS_MAX; i++)
		runs->bucket[i] = NONE;
	runs->oldest = NONE;
	runs->newest = NONE;
	return runs;
}

void runs_free(struct runs *runs)
{
	free(runs);
}

/*
 * A task by its own number, or where there is none, as in captures made by others, by its
 * thread id, which may have gone over to another task.
 */
static uint64_t task_of(const struct access *access)
{
	return access->task ? 1ULL << 63 | access->task : access->raw.tid;
}

static uint16_t *bucket_of(struct runs *runs, const struct function *fn, uint64_t task)
{
	/* Tasks are whatever a capture says; where this lies is not. */
	uint64_t hash = hash_add(hash_add((uintptr_t)runs, (uintptr_t)fn), task);

	return &runs->bucket[hash % RUNS_MAX];
}

static void list_remove(struct runs *runs, uint16_t i)
{
	struct run *run = &runs->run[i];

	if (run->older == NONE)
		runs->oldest = run->newer;
	else
		runs->run[run->older].newer = run->newer;
	if (run->newer == NONE)
		runs->newest = run->older;
	else
		runs->run[run->newer].older = run->older;
}

static void list_append(struct runs *runs, uint16_t i)
{
	struct run *run = &runs->run[i];

	run->older = runs->newest;
	run->newer = NONE;
	if (runs->newest == NONE)
		runs->oldest = i;
	else
		runs->run[runs->newest].newer = i;
	runs->newest = i;
}

static struct run *run_find(struct runs *runs, const struct function *fn, uint64_t task)
{
	uint16_t i = runs->newest;

	/* The same again, most likely. */
	if (i != NONE && runs->run[i].task == task && runs->run[i].fn == fn)
		return &runs->run[i];
	i = *bucket_of(runs, fn, task);
	while (i != NONE) {
		struct run *run = &runs->run[i];

		if (run->task == task && run->fn == fn) {
			if (runs->newest != i) {
				list_remove(runs, i);
				list_append(runs, i);
			}
			return run;
		}
		i = run->chain;
	}
	return NULL;
}

static struct run *run_make(struct runs *runs, const struct function *fn, uint64_t task)
{
	uint16_t i, *link;
	struct run *run;

	if (runs->used < RUNS_MAX) {
		i = runs->used++;
		run = &runs->run[i];
	} else {
		i = runs->oldest;
		run = &runs->run[i];
		list_remove(runs, i);
		link = bucket_of(runs, run->fn, run->task);
		while (*link != i)
			link = &runs->run[*link].chain;
		*link = run->chain;
	}
	run->fn = fn;
	run->task = task;
	run->on = (struct ismt_run){};
	link = bucket_of(runs, fn, task);
	run->chain = *link;
	*link = i;
	list_append(runs, i);
	return run;
}

void runs_follow(struct runs *runs, struct access *access, uint64_t limit)
{
	const struct ismt_access *raw = &access->raw;
	uint64_t task = task_of(access), pos;
	struct run *run = run_find(runs, access->fn, task);

	access->run = 0;
	access->run_bytes = 0;
	if (!run_has(raw, raw->region)) {
		if (run)
			run_end(&run->on);
		return;
	}
	if (!run)
		run = run_make(runs, access->fn, task);
	pos = (uint64_t)raw->region << ISMT_OFFSET_SHIFT(raw->layer) | raw->offset;
	run_follow(&run->on, pos, raw->len, access->ts, access->ts + raw->latency_ns, limit);
	access->run = RUN_WRITES(run->on.size);
	access->run_bytes = RUN_BYTES(run->on.size);
}
