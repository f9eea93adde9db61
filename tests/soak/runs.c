// SPDX-License-Identifier: GPL-2.0-only
/*
 * runs.c - how many adjacent writes there were (ISM004), by the load's own clock.
 *
 * Whether a write goes on with a run depends on when the one before ended, which each
 * tracer sees at a moment of its own, somewhere between what the task itself saw
 * before and after.  So some are for sure and some are not.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define GAP_NS	 100000000ULL /* longest pause in a run */
#define BLOCK	 4096u	      /* the longest block, and what it must not cross */
#define BAR_LAST 5

struct run {
	const struct op *last; /* NULL: nothing to go on with */
	uint64_t bytes;
	bool unsure; /* where it began */
};

static int order(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (x->place.function != y->place.function)
		return x->place.function < y->place.function ? -1 : 1;
	return (x->ts > y->ts) - (x->ts < y->ts);
}

static bool same_task(const struct record *x, const struct record *y)
{
	return x->tid == y->tid && x->place.function == y->place.function;
}

/* Do the two fit, but for the time between them? */
static bool fits(const struct run *run, const struct place *place)
{
	const struct place *last = &run->last->place;
	uint64_t begin = place->offset - run->bytes;

	return last->region == place->region && last->offset + last->len == place->offset &&
	       run->bytes + place->len <= BLOCK && begin % BLOCK + run->bytes + place->len <= BLOCK;
}

static void run_follow(struct run *run, const struct record *rec, struct sums *sums)
{
	const struct op *op = rec->op, *last = run->last;
	bool sure, maybe;

	if (!op->place.write || op->place.region > BAR_LAST || rec->ret <= 0) {
		run->last = NULL;
		return;
	}
	run->last = op;
	if (!last || last->place.region != op->place.region ||
	    last->place.offset + last->place.len != op->place.offset) {
		run->bytes = op->place.len;
		run->unsure = false;
		return;
	}
	maybe = op->begin < last->end || op->begin - last->end <= GAP_NS;
	sure = maybe && !run->unsure && op->end != UINT64_MAX && op->end - last->begin <= GAP_NS;
	run->last = last;
	if (run->unsure || !maybe || fits(run, &op->place)) {
		sums->maybe += maybe && !sure;
		sums->sure += sure;
		run->unsure = maybe && !sure;
		run->bytes = sure ? run->bytes + op->place.len : op->place.len;
	} else {
		run->bytes = op->place.len;
		run->unsure = false;
	}
	run->last = op;
}

struct sums runs_expect(const struct trace *trace)
{
	const struct record **records = calloc(trace->nr_records + 1, sizeof(*records));
	struct sums sums = { 0 };
	struct run run = { 0 };
	size_t i, n = 0;

	for (i = 0; records && i < trace->nr_records; i++)
		if (trace->records[i].op)
			records[n++] = &trace->records[i];
	if (n)
		qsort(records, n, sizeof(*records), order);
	for (i = 0; i < n; i++) {
		if (!i || !same_task(records[i], records[i - 1]))
			memset(&run, 0, sizeof(run));
		run_follow(&run, records[i], &sums);
	}
	free(records);
	return sums;
}
