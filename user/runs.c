// SPDX-License-Identifier: GPL-2.0-only
#include "runs.h"

#include <stdlib.h>

#include "region.h"
#include "rules.h"

#define NONE UINT16_MAX

struct run {
	const struct function *fn;
	uint64_t next; /* offset where the run would go on */
	uint64_t bytes;
	uint64_t end_ns; /* end of its last write */
	uint32_t tid;
	uint32_t region;
	uint32_t writes; /* 0: nothing to continue */
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

static uint16_t *bucket_of(struct runs *runs, const struct function *fn, uint32_t tid)
{
	uint32_t key = tid * 2654435761u ^ (uint32_t)((uintptr_t)fn >> 4);

	return &runs->bucket[(key ^ key >> 16) % RUNS_MAX];
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

static struct run *run_find(struct runs *runs, const struct function *fn, uint32_t tid)
{
	uint16_t i = runs->newest;

	/* The same again, most likely. */
	if (i != NONE && runs->run[i].tid == tid && runs->run[i].fn == fn)
		return &runs->run[i];
	i = *bucket_of(runs, fn, tid);
	while (i != NONE) {
		struct run *run = &runs->run[i];

		if (run->tid == tid && run->fn == fn) {
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

static struct run *run_make(struct runs *runs, const struct function *fn, uint32_t tid)
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
		link = bucket_of(runs, run->fn, run->tid);
		while (*link != i)
			link = &runs->run[*link].chain;
		*link = run->chain;
	}
	run->fn = fn;
	run->tid = tid;
	run->writes = 0;
	link = bucket_of(runs, fn, tid);
	run->chain = *link;
	*link = i;
	list_append(runs, i);
	return run;
}

static bool run_continues(const struct run *run, const struct access *access,
			  uint64_t limit)
{
	const struct ismt_access *raw = &access->raw;

	if (!run->writes || run->region != raw->region || run->next != raw->offset)
		return false;
	if (access->ts > run->end_ns && access->ts - run->end_ns > RUN_GAP_NS)
		return false;
	if (run->bytes > limit || raw->len > limit - run->bytes)
		return false;
	/* From the begin of the run to the end of this write, in one block. */
	return raw->len <= BLOCK_BOUNDARY && run->bytes <= BLOCK_BOUNDARY &&
	       ((raw->offset - run->bytes) & (BLOCK_BOUNDARY - 1)) + run->bytes +
			       raw->len <=
		       BLOCK_BOUNDARY;
}

void runs_follow(struct runs *runs, struct access *access, uint64_t limit)
{
	const struct ismt_access *raw = &access->raw;
	struct run *run = run_find(runs, access->fn, raw->tid);

	access->run = 0;
	access->run_bytes = 0;
	if (raw->op != ISMT_WRITE || !region_is_bar(raw->region) || raw->ret <= 0) {
		if (run)
			run->writes = 0;
		return;
	}
	if (!run)
		run = run_make(runs, access->fn, raw->tid);
	if (run_continues(run, access, limit)) {
		run->writes++;
		run->bytes += raw->len;
	} else {
		run->region = raw->region;
		run->writes = 1;
		run->bytes = raw->len;
	}
	run->next = raw->offset + raw->len;
	run->end_ns = access->ts + raw->latency_ns;
	access->run = run->writes;
	access->run_bytes = run->bytes;
}
