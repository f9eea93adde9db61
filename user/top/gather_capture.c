// SPDX-License-Identifier: GPL-2.0-only
/*
 * gather_capture.c - counts out of captures, up to any time in them.  An
 * access counts when it ends, as it does in the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/reader.h"
#include "model/filter_match.h"
#include "top/gather.h"
#include "util/clock.h"
#include "util/message.h"
#include "util/rlimits.h"
#include "util/times.h"

/* Looking for the end takes no longer than a person waits for a program to start. */
#define LOOK_AHEAD_NS NS_PER_SEC
/* Records between looks at the clock. */
#define LOOK_RECORDS 4096

struct gather_capture {
	struct gather gather; /* first: operations get this one */
	struct gather_capture_options options;
	struct capture *capture;
	/*
	 * What is shown outlives a capture that is read again, so the functions
	 * are not the capture's own.
	 */
	struct function_table *functions;
	const struct function *last_theirs, *last_ours;
	struct rules_state *rules;
	struct capture_record rec; /* the next one */
	bool have;		   /* rec is there */
	bool ended;		   /* the capture's account has been taken */
};

static struct gather_capture *to_capture(struct gather *gather)
{
	return (struct gather_capture *)gather;
}

static int64_t access_end(const struct access *access)
{
	return time_end(access->ts, access->raw.latency_ns);
}

static int open_capture(const struct gather_capture *g, struct capture **capture)
{
	struct capture_options options = { .strict = g->options.strict };

	return capture_open(capture, g->options.files, g->options.nr_files, &options);
}

/* The next access that there is; instructions of their own are part of accesses. */
static int next_access(struct gather_capture *g)
{
	int got;

	do {
		got = capture_next(g->capture, &g->rec);
	} while (got > 0 && g->rec.type != CAPTURE_ACCESS);
	g->have = got > 0;
	return got;
}

static const struct function *our_function(struct gather_capture *g, const struct function *fn)
{
	if (fn != g->last_theirs) {
		g->last_ours = function_enter(g->functions, fn);
		g->last_theirs = g->last_ours ? fn : NULL;
	}
	return g->last_ours;
}

static int take(struct gather_capture *g)
{
	const struct filter *filter = g->options.filter;
	struct counts *counts = g->gather.counts;
	struct access *access = &g->rec.access;

	if (!filter_match(filter, access)) {
		counts->filtered++;
		return 0;
	}
	access->fn = our_function(g, access->fn);
	if (!access->fn)
		return -ENOMEM;
	rules_apply(g->rules, access);
	if (!filter_match_rules(filter, access)) {
		counts->filtered++;
		return 0;
	}
	return counts_access(counts, access);
}

/* A function that is not in the capture is most likely a slip. */
static int check_names(const struct gather_capture *g)
{
	struct function_table *table = capture_functions(g->capture);
	size_t i;

	for (i = 0; i < g->options.filter->nr_functions; i++) {
		if (function_by_name(table, g->options.filter->functions[i]))
			continue;
		error("no such function in the capture: %s", g->options.filter->functions[i]);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* What the trace says of itself is known when all of it has been read. */
static int take_account(struct gather_capture *g)
{
	struct counts *counts = g->gather.counts;
	struct summary *summary = summary_new();
	int err = summary ? capture_account(g->capture, summary) : -ENOMEM;

	if (!err) {
		counts->lost = summary->lost;
		counts->filtered += summary->filtered;
		g->gather.end_ns = summary->end_ns;
		g->gather.has_end = true;
		g->gather.lost_why = summary->unaccounted;
	}
	summary_free(summary);
	g->ended = true;
	if (!err && !g->options.look_ahead && !g->gather.status)
		g->gather.status = check_names(g);
	return err;
}

/* From the beginning, again or for the first time.  An exit status. */
static int start(struct gather_capture *g)
{
	int status;

	counts_clear(g->gather.counts);
	capture_close(g->capture);
	rules_free(g->rules);
	g->capture = NULL;
	g->last_theirs = NULL;
	/* Should it not be there any more, it has ended. */
	g->ended = true;
	g->have = false;
	g->gather.state = GATHER_RUNNING;
	g->rules = rules_new();
	if (!g->rules) {
		rlimits_no_memory();
		return EXIT_CAPTURE;
	}
	status = open_capture(g, &g->capture);
	if (status)
		return status;
	g->ended = false;
	g->gather.begin_ns = capture_begin(g->capture);
	g->gather.counts->ts = g->gather.begin_ns;
	if (next_access(g) < 0)
		g->gather.status = EXIT_CAPTURE;
	return EXIT_DONE;
}

static int advance(struct gather *gather, int64_t ts)
{
	struct gather_capture *g = to_capture(gather);
	struct counts *counts = gather->counts;
	int err = 0;

	if (ts < counts->ts && start(g))
		gather->status = EXIT_CAPTURE;
	counts_tick(counts);
	while (!err && g->have && access_end(&g->rec.access) <= ts) {
		err = take(g);
		if (!err && next_access(g) < 0)
			gather->status = EXIT_CAPTURE;
	}
	if (!err && !g->have && !g->ended)
		err = take_account(g);
	if (err)
		return err;
	/* Behind the last access there may be time in which nothing happened. */
	if (g->ended && ts >= gather->end_ns) {
		gather->state = GATHER_ENDED;
		ts = gather->end_ns > counts->ts ? gather->end_ns : counts->ts;
	}
	counts->ts = ts;
	return 0;
}

static bool next(struct gather *gather, int64_t *ts)
{
	const struct gather_capture *g = to_capture(gather);

	if (!g->have && !g->ended)
		return false;
	*ts = g->have ? access_end(&g->rec.access) : gather->end_ns;
	return true;
}

static int gather_wait(struct gather *gather, int timeout_ms)
{
	struct timespec ts = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000L,
	};

	return nanosleep(&ts, NULL) ? -EINTR : 0;
}

static void free_capture(struct gather *gather)
{
	struct gather_capture *g = to_capture(gather);

	counts_free(gather->counts);
	rules_free(g->rules);
	capture_close(g->capture);
	if (g->functions)
		function_table_free(g->functions);
	free(g);
}

static const struct gather_ops capture_ops = {
	.advance = advance,
	.next = next,
	.wait = gather_wait,
	.free = free_capture,
};

/*
 * Read the whole capture once, for how long it is, and to have told what is wrong
 * with it before the screen is taken.
 */
static int look_ahead(struct gather_capture *g)
{
	uint64_t until = mono_ns() + LOOK_AHEAD_NS;
	struct summary *summary = NULL;
	struct capture_record rec;
	unsigned int n = 0;
	int got, err;

	while ((got = capture_next(g->capture, &rec)) > 0)
		if (++n % LOOK_RECORDS == 0 && mono_ns() > until)
			return EXIT_DONE;
	if (got < 0)
		g->gather.status = EXIT_CAPTURE;
	summary = summary_new();
	err = summary ? capture_account(g->capture, summary) : -ENOMEM;
	if (!err) {
		g->gather.end_ns = summary->end_ns;
		g->gather.has_end = true;
		g->gather.lost_why = summary->unaccounted;
	}
	summary_free(summary);
	return err ? EXIT_CAPTURE : EXIT_DONE;
}

int gather_capture_open(struct gather **result, const struct gather_capture_options *options)
{
	struct gather_capture *g = calloc(1, sizeof(*g));
	int status = EXIT_CAPTURE;

	if (g) {
		g->gather.counts = counts_new();
		g->functions = function_table_new();
	}
	if (!g || !g->gather.counts || !g->functions) {
		rlimits_no_memory();
		if (g)
			free_capture(&g->gather);
		return EXIT_CAPTURE;
	}
	/* All of it is there to be looked at, and what there was most of is what is looked for. */
	g->gather.counts->heavy = true;
	g->gather.ops = &capture_ops;
	g->gather.name = options->files[0];
	g->gather.lost_why = "not read to the end yet";
	g->options = *options;
	if (options->look_ahead) {
		status = open_capture(g, &g->capture);
		if (!status)
			status = look_ahead(g);
		if (!status && g->gather.has_end)
			status = check_names(g);
	} else {
		status = EXIT_DONE;
	}
	if (!status)
		status = start(g);
	if (status) {
		free_capture(&g->gather);
		return status;
	}
	*result = &g->gather;
	return EXIT_DONE;
}
