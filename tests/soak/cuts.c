// SPDX-License-Identifier: GPL-2.0-only
/*
 * cuts.c - tracers that began and ended in the middle of the load: what was under way
 * for sure while they traced is recorded, counted, filtered or lost.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ismtop says when an interval ended, and read its counts about then. */
#define READ_NS 100000000ULL
/* What a tracer's clock may be off, see clocks_set(). */
#define CLOCK_NS 50000000ULL

struct cuts {
	struct load *load;
	const char *dir;
	unsigned int n;
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

static struct window window_of(const json_t *cut, const struct trace *trace)
{
	struct window w = {
		.sure_begin = (uint64_t)number_of(cut, "marked"),
		.sure_end = (uint64_t)number_of(cut, "asked"),
		.begin = (uint64_t)number_of(cut, "spawned"),
		.end = (uint64_t)number_of(cut, "ended"),
	};

	/* Counted from when the probes were in place, of which it says when that was. */
	if (!strcmp(text_of(cut, "way"), "time"))
		w.sure_end = (uint64_t)number_of(trace->summary, "begin") +
			     (uint64_t)number_of(cut, "ms") * 1000000 - CLOCK_NS;
	/* They come in the order of their ends; what is after the last is filtered. */
	if (!strcmp(text_of(cut, "way"), "count"))
		w.sure_end =
			trace->nr_records ? trace->records[trace->nr_records - 1].ts - CLOCK_NS : 0;
	return w;
}

/* As lab/ismsoak/cut.c has them. */
#define FILTER_TREE 2
#define JOB_OF_CMD  (1u << 31)

/* Only CMD and its children are traced, and of these all: none of theirs is filtered. */
static void tree_check(const struct load *load, const struct trace *trace, const struct window *w,
		       uint32_t job)
{
	json_int_t recorded = number_of(trace->summary, "recorded"), sure = 0, all = 0;
	size_t i;

	for (i = 0; i < load->nr_ops; i++) {
		const struct op *op = &load->ops[i];

		if (op->job == job) {
			all++;
			sure += surely_in(op, w);
		} else if (op->record) {
			differ(trace->name, "filter",
			       "op %" PRIu64 " (job %u) by %u/%u is none of CMD's", op->seq,
			       op->job, op->pid, op->tid);
		}
	}
	if (recorded + lost_of(trace) < sure || recorded > all)
		differ(trace->name, "filter",
		       "%" JSON_INTEGER_FORMAT " of CMD are recorded, but there were "
		       "%" JSON_INTEGER_FORMAT ", and perhaps %" JSON_INTEGER_FORMAT " more",
		       recorded, sure, all - sure);
}

static void cut_of_trace(struct cuts *cuts, const json_t *cut, const char *name)
{
	struct trace *trace;
	struct window w;
	char path[512];

	snprintf(path, sizeof(path), "%s/cut/%u.json", cuts->dir,
		 (unsigned int)number_of(cut, "number"));
	trace = trace_read(path, name);
	w = window_of(cut, trace);
	match(cuts->load, trace, &w);
	/* With -n what comes after the last is filtered, of CMD as well. */
	if (number_of(cut, "filter") == FILTER_TREE && strcmp(text_of(cut, "way"), "count"))
		tree_check(cuts->load, trace, &w, JOB_OF_CMD | (uint32_t)number_of(cut, "number"));
	trace_free(trace);
}

/* ismtop shows only sums, over the intervals that it was there for. */
static void cut_of_top(struct cuts *cuts, const json_t *cut, const char *name)
{
	json_t *top, *totals;
	struct window w;
	char path[512];

	/* It may have been ended before it had shown anything. */
	if (!number_of(cut, "marked"))
		return;
	snprintf(path, sizeof(path), "%s/cut/%u.json", cuts->dir,
		 (unsigned int)number_of(cut, "number"));
	top = object_read(path, "interval");
	totals = json_object_get(top, "totals");
	/* Told to end, its last interval has all; else it is the third one that ends it. */
	w = (struct window){ .sure_begin = (uint64_t)number_of(cut, "marked"),
			     .sure_end = number_of(cut, "asked")
						 ? (uint64_t)number_of(cut, "asked")
						 : (uint64_t)number_of(top, "end") - READ_NS,
			     .begin = (uint64_t)number_of(cut, "spawned"),
			     .end = (uint64_t)number_of(top, "end") + READ_NS };
	window_check(cuts->load, name, &w,
		     number_of(totals, "accesses") + number_of(totals, "lost") +
			     number_of(totals, "filtered"));
	json_decref(top);
}

static void cut_check(void *arg, json_t *cut)
{
	struct cuts *cuts = arg;
	char name[64];

	snprintf(name, sizeof(name), "cut %s (%s)", text_of(cut, "tool"), text_of(cut, "way"));
	cuts->n++;
	if (number_of(cut, "status")) {
		differ(name, "status", "number %" JSON_INTEGER_FORMAT ": %" JSON_INTEGER_FORMAT,
		       number_of(cut, "number"), number_of(cut, "status"));
		return;
	}
	if (!strcmp(text_of(cut, "tool"), "ismtop"))
		cut_of_top(cuts, cut, name);
	else
		cut_of_trace(cuts, cut, name);
}

unsigned int cuts_check(struct load *load, const char *dir)
{
	struct cuts cuts = { .load = load, .dir = dir };
	char path[512];

	snprintf(path, sizeof(path), "%s/cut/cuts", dir);
	if (!access(path, F_OK))
		lines_read(path, cut_check, &cuts);
	return cuts.n;
}
