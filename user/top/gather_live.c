// SPDX-License-Identifier: GPL-2.0-only
/*
 * gather_live.c - counts of the running kernel, over as many sessions of
 * counting as it takes: drivers come and go, what was counted stays.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "live/counting.h"
#include "live/drivers.h"
#include "live/measurer.h"
#include "live/privilege.h"
#include "live/process.h"
#include "live/requirements.h"
#include "live/sandbox.h"
#include "model/function.h"
#include "top/gather.h"
#include "util/clock.h"
#include "util/message.h"
#include "util/rlimits.h"

/* How often it is looked whether drivers have come or gone. */
#define LOOK_MS 250
#define LOOK_NS (LOOK_MS * 1000000ULL)
/* Until the next try where attaching failed although a driver is there. */
#define RETRY_NS 2000000000ULL

struct gather_live {
	struct gather gather; /* first: operations get this one */
	struct live_options options;
	struct counting *counting; /* NULL: not attached */
	struct counts *past;	   /* of sessions that are over, until the next advance */
	/* Sums over all sessions that are over. */
	struct losses lost;
	uint64_t filtered, sharing;
	/*
	 * Our own copies of the functions: those of a session are freed with it, but rows and
	 * history outlive it and point to these.
	 */
	struct function_table *functions;
	const struct function *last_theirs, *last_ours;
	bool over;	     /* nothing is attached any more */
	uint64_t over_at;    /* since when nothing is counted, if over; CLOCK_MONOTONIC, ns */
	struct drivers seen; /* at the last look */
	uint64_t next_look, next_try; /* CLOCK_MONOTONIC, ns */
	uint64_t mono_offset;	      /* of all sessions: the clock may be set meanwhile */
};

static struct gather_live *to_live(struct gather *gather)
{
	return (struct gather_live *)gather;
}

/* --- Sums over sessions. */

static const struct function *our_function(struct gather_live *g, const struct function *fn)
{
	if (fn == &function_others)
		return fn;
	if (fn != g->last_theirs) {
		g->last_ours = function_enter(g->functions, fn);
		g->last_theirs = g->last_ours ? fn : NULL;
	}
	return g->last_ours;
}

static int add_events(struct gather_live *g, struct counts *sum, const struct counts *part)
{
	uint64_t i = part->nr_events > COUNT_EVENTS ? part->nr_events - COUNT_EVENTS : 0;

	/* Events that are no longer kept count, too. */
	sum->nr_events += i;
	for (; i < part->nr_events; i++) {
		struct count_event *event = &sum->events[sum->nr_events++ % COUNT_EVENTS];

		*event = part->events[i % COUNT_EVENTS];
		event->access.fn = our_function(g, event->access.fn);
		event->access.driver = names_get(sum->names, event->access.driver);
		if (!event->access.fn || !event->access.driver)
			return -ENOMEM;
	}
	return 0;
}

/* sum += part's rows and events, functions made ours.  0 or -ENOMEM. */
static int add_counts(struct gather_live *g, struct counts *sum, const struct counts *part)
{
	size_t i;

	for (i = 0; i < part->nr; i++) {
		struct count_key key = part->rows[i].key;
		struct stats_row *row;

		key.fn = our_function(g, key.fn);
		row = key.fn ? counts_row(sum, &key) : NULL;
		if (!row)
			return -ENOMEM;
		stats_row_add(row, &part->rows[i]);
		memcpy(row->comm, part->rows[i].comm, sizeof(row->comm));
	}
	sum->folded += part->folded;
	sum->folded_places += part->folded_places;
	return add_events(g, sum, part);
}

/* --- Sessions. */

/* True if drivers are not those that were there at the last look. */
static bool look(struct gather_live *g)
{
	struct drivers before = g->seen;

	drivers_look(&g->seen);
	g->next_look = mono_ns() + LOOK_NS;
	return !drivers_same(&before, &g->seen);
}

/* What was said first says why; the hint behind it does not fit. */
static void on_message(void *arg, const char *line)
{
	struct gather *gather = arg;

	if (!gather->note[0])
		snprintf(gather->note, sizeof(gather->note), "%s", line);
}

static int session_open(struct gather_live *g)
{
	int status = counting_open(&g->counting, &g->options);

	if (status) {
		g->counting = NULL;
		return status;
	}
	counting_arm(g->counting);
	g->gather.mode = live_attach_mode(counting_live(g->counting));
	g->gather.attaches++;
	g->gather.state = GATHER_RUNNING;
	g->gather.note[0] = '\0';
	return EXIT_DONE;
}

static void session_wait(struct gather_live *g)
{
	g->gather.state = GATHER_WAITING;
	g->gather.mode = NULL;
	snprintf(g->gather.note, sizeof(g->gather.note),
		 "Waiting for a driver: neither ism-vfio-pci nor vfio-pci is loaded.");
}

/* Another try, with the privileges that it takes; what is said goes to the note. */
static void session_reopen(struct gather_live *g)
{
	struct message_listener before;

	if (!drivers_any(&g->seen)) {
		session_wait(g);
		return;
	}
	g->gather.note[0] = '\0';
	before = message_listen((struct message_listener){ on_message, &g->gather });
	if (privilege_raise(true) || session_open(g)) {
		g->gather.state = GATHER_WAITING;
		g->gather.mode = NULL;
		if (!g->gather.note[0])
			snprintf(g->gather.note, sizeof(g->gather.note), "Cannot attach.");
		g->next_try = mono_ns() + RETRY_NS;
	}
	privilege_raise(false);
	message_listen(before);
}

/* What was measured of a session's functions is added to that of ours.  0 or -ENOMEM. */
static int keep_measured(struct gather_live *g)
{
	struct summary *session = summary_new(), *all = g->gather.measured;
	int err = session ? counting_summary(g->counting, session) : -ENOMEM;
	struct summary_function *f;
	const struct function *fn;
	size_t i;

	for (i = 0; !err && i < session->nr_functions; i++) {
		fn = our_function(g, session->functions[i].fn);
		f = fn ? summary_function(all, fn) : NULL;
		if (f)
			measure_add(&f->measure, &session->functions[i].measure);
		else
			err = -ENOMEM;
	}
	summary_free(session);
	return err;
}

/* What it has counted is kept.  0 or -ENOMEM. */
static int session_close(struct gather_live *g)
{
	const struct counts *counts;
	int err = 0;

	if (!g->counting)
		return 0;
	counting_stop(g->counting);
	counts = counting_update(g->counting);
	if (counts) {
		err = add_counts(g, g->past, counts);
		losses_add(&g->lost, &counts->lost);
		g->filtered += counts->filtered;
		g->sharing += counts->sharing;
	}
	if (!err && counts && g->gather.measured)
		err = keep_measured(g);
	counting_close(g->counting);
	g->counting = NULL;
	g->last_theirs = NULL;
	return counts ? err : -ENOMEM;
}

/* Drivers may have come, gone or changed. */
static int watch(struct gather_live *g)
{
	uint64_t now = mono_ns();
	int err = 0;

	if (g->over || now < g->next_look)
		return 0;
	if (look(g)) {
		err = session_close(g);
		session_reopen(g);
	} else if (!g->counting && drivers_any(&g->seen) && now >= g->next_try) {
		session_reopen(g);
	}
	return err;
}

/* --- What the rest of ismtop calls. */

static int advance(struct gather *gather, int64_t ts)
{
	struct gather_live *g = to_live(gather);
	struct counts *sum = gather->counts;
	const struct counts *now = NULL;
	uint64_t at;
	int err = watch(g);

	if (err)
		return err;
	if (g->counting) {
		now = counting_update(g->counting);
		if (!now)
			return -ENOMEM;
	}
	/* Not now->ts: the clock may have been set between two sessions. */
	at = g->over ? g->over_at : mono_ns();
	counts_tick(sum);
	err = add_counts(g, sum, g->past);
	counts_clear(g->past);
	sum->lost = g->lost;
	sum->filtered = g->filtered;
	sum->sharing = g->sharing;
	if (!err && now) {
		err = add_counts(g, sum, now);
		losses_add(&sum->lost, &now->lost);
		sum->filtered += now->filtered;
		sum->sharing += now->sharing;
		if (counting_forget(g->counting))
			err = -ENOMEM;
	}
	sum->ts = at + g->mono_offset;
	return err;
}

static int gather_wait(struct gather *gather, int timeout_ms)
{
	struct gather_live *g = to_live(gather);
	struct timespec ts;
	int err;

	if (timeout_ms > LOOK_MS)
		timeout_ms = LOOK_MS;
	if (g->counting) {
		err = counting_wait(g->counting, timeout_ms);
	} else {
		ts.tv_sec = 0;
		ts.tv_nsec = timeout_ms * 1000000L;
		err = nanosleep(&ts, NULL) ? -EINTR : 0;
	}
	return watch(g) ? -ENOMEM : err;
}

static int end(struct gather *gather)
{
	struct gather_live *g = to_live(gather);

	/* What begins after this is not counted, although to be sure of it takes a moment. */
	if (!g->over)
		g->over_at = mono_ns();
	g->over = true;
	return session_close(g);
}

static void free_live(struct gather *gather)
{
	struct gather_live *g = to_live(gather);

	if (g->counting) {
		counting_stop(g->counting);
		counting_close(g->counting);
	}
	measurer_stop(g->options.measurer);
	summary_free(gather->measured);
	counts_free(gather->counts);
	counts_free(g->past);
	if (g->functions)
		function_table_free(g->functions);
	free(g);
}

/* Threads there are none. */
static void confine(struct gather *gather)
{
	(void)gather;
	sandbox_files(SANDBOX_ATTACH, -1);
	sandbox_calls(SANDBOX_ATTACH);
}

static const struct gather_ops live_ops = {
	.advance = advance,
	.wait = gather_wait,
	.end = end,
	.confine = confine,
	.free = free_live,
};

/* Without a driver there is nothing to attach to yet, but what else it takes can be told. */
static int start_waiting(struct gather_live *g)
{
	if (requirements_cannot_load())
		return EXIT_ATTACH;
	session_wait(g);
	return EXIT_DONE;
}

static int start(struct gather_live *g)
{
	int status, err;

	/* Sessions come and go, and only now it may be made. */
	status = g->options.measure ? measurer_start(&g->options.measurer) : EXIT_DONE;
	if (status)
		return status;
	if (g->options.measure)
		measurer_tell("ismtop");
	look(g);
	if (process_missing(&g->options.filter))
		return EXIT_ATTACH;
	status = drivers_any(&g->seen) ? session_open(g) : start_waiting(g);
	if (status)
		return status;
	err = privilege_keep_tracing(&g->options.run_as);
	if (err) {
		error("cannot drop privileges: %s", strerror(-err));
		return EXIT_ATTACH;
	}
	return EXIT_DONE;
}

int gather_live_open(struct gather **result, const struct filter *filter, bool measure,
		     const struct run_as *run_as)
{
	struct gather_live *g = calloc(1, sizeof(*g));
	int status = EXIT_ATTACH;

	if (g) {
		g->gather.ops = &live_ops;
		g->gather.counts = counts_new();
		g->past = counts_new();
		g->functions = function_table_new();
		g->options.measure = measure;
		g->gather.measured = measure ? summary_new() : NULL;
	}
	if (!g || (measure && !g->gather.measured) || !g->gather.counts || !g->past ||
	    !g->functions) {
		rlimits_no_memory();
		if (g)
			free_live(&g->gather);
		return EXIT_ATTACH;
	}
	g->options.filter = *filter;
	g->options.run_as = *run_as;
	g->options.buffer_size = LIVE_BUFFER_DEFAULT;
	g->options.reattaches = true;
	g->mono_offset = real_ns() - mono_ns();
	g->gather.begin_ns = real_ns();
	g->gather.counts->ts = g->gather.begin_ns;
	status = start(g);
	if (status) {
		free_live(&g->gather);
		return status;
	}
	/* What was counted while it was set up has to lie behind the beginning. */
	g->gather.begin_ns = mono_ns() + g->mono_offset;
	g->gather.counts->ts = g->gather.begin_ns;
	*result = &g->gather;
	return EXIT_DONE;
}
