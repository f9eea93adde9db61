// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure_blocks.c - with --measure: which functions are measured, when their blocks begin, and
 * what there is to say of them at the end.  The counting itself is in bpf/measure.bpf.h.
 */
#include "live/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ismtrace.skel.h"
#include "live/measurer.h"
#include "live/zpci_list.h"
#include "model/measure.h"
#include "util/clock.h"
#include "util/message.h"
#include "util/rlimits.h"

/*
 * A function that is open when the trace begins may be in use.  Its block is begun again until no
 * instruction is seen for QUIET_MS after that, as then none was under way when it began; but at
 * most QUIET_TRIES times.
 */
#define QUIET_MS    2
#define QUIET_TRIES 10

/* How much later than the machine says an update may come; and the time to wait if it says nothing. */
#define SLACK_MS    500
#define INTERVAL_MS 4000
/* The time between looks for the update. */
#define TICK_MS 5

/* What is known here of a function, by its index in measures. */
struct window {
	bool busy;		      /* it was in use while its block began */
	uint64_t before, after_begin; /* done, just before and after accesses were opened */
	uint64_t at_stop;	      /* and before none were any more */
};

struct live_measure {
	struct measurer *measurer;
	bool own;    /* the process is ours to end */
	long others; /* CPUs besides one */
	bool stopped;
	size_t nr;
	struct window windows[ISMT_MEASURES];
};

static struct ismt_measure *measure_at(struct live *live, size_t i)
{
	return &live->skel->bss_measures->measures[i];
}

/* The sum of numbers by kind; a macro, as u64 and uint64_t are different types. */
#define SUM(n) ((n)[ISMT_PCILG] + (n)[ISMT_PCISTG] + (n)[ISMT_PCISTB])

static uint64_t done(struct live *live, size_t i)
{
	const struct ismt_measure *m = measure_at(live, i);
	uint64_t all = 0;
	unsigned int kind;

	for (kind = 0; kind < ISMT_MEASURED; kind++)
		all += __atomic_load_n(&m->done[kind], __ATOMIC_SEQ_CST);
	return all;
}

/* Do the filters by function let this one pass?  Other filters do not matter for its instructions. */
static bool is_traced(const struct live *live, const struct function *fn)
{
	const struct ismt_scope *scope = &live->skel->bss->scope;
	uint32_t i;

	if (!scope->nr_fids)
		return fn->is_ism;
	for (i = 0; i < scope->nr_fids; i++)
		if (scope->fids[i] == fn->k.fid)
			return true;
	return false;
}

/* Called for each function that a scan finds: measure it if it is new, or has come back. */
static int follow(void *arg, const struct ismt_function *k, uint64_t zdev)
{
	struct live *live = arg;
	struct live_measure *measure = live->measure;
	struct function *fn = function_update(live->functions, k);
	struct ismt_measure *m;
	size_t i;

	if (!fn)
		return -ENOMEM;
	if (!is_traced(live, fn))
		return 0;
	for (i = 0; i < measure->nr && measure_at(live, i)->fid != k->fid; i++)
		;
	if (i == ISMT_MEASURES)
		return 0;
	m = measure_at(live, i);
	if (i == measure->nr) {
		m->fid = k->fid;
		measure->nr++;
	}
	if (m->zdev == zdev)
		return 0;
	/* The kernel's structure is another one: what was known of its block no longer holds. */
	__atomic_store_n(&m->stamp, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&m->zdev, zdev, __ATOMIC_SEQ_CST);
	/* The programs may have looked its handle up in vain, and remembered that. */
	bpf_map_delete_elem(bpf_map__fd(live->skel->maps.measure_index), &k->fh);
	return 0;
}

void live_measure_look(struct live *live)
{
	if (live->measure)
		scan_each(live->skel, follow, live);
}

int live_measure_start(struct live *live, const struct live_options *options)
{
	struct live_measure *measure = calloc(1, sizeof(*measure));

	if (!measure) {
		rlimits_no_memory();
		return EXIT_ATTACH;
	}
	live->measure = measure;
	measure->others = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	measure->measurer = options->measurer;
	measure->own = !options->measurer;
	return measure->own ? measurer_start(&measure->measurer) : EXIT_DONE;
}

int live_measure_open(struct live *live)
{
	struct live_measure *measure = live->measure;
	size_t page = sysconf(_SC_PAGESIZE);
	size_t bytes = (sizeof(live->skel->bss_measures->measures) + page - 1) / page * page;
	int err;

	if (!measure)
		return EXIT_DONE;
	err = measurer_serve(measure->measurer, bpf_map__fd(live->skel->maps.rearm),
			     bpf_map__fd(live->skel->maps.bss_measures), bytes);
	if (!err) {
		live_measure_look(live);
		/* The owner of a measurer that is not ours says this itself, once. */
		if (measure->own)
			measurer_tell("ismtrace");
		return EXIT_DONE;
	}
	error("--measure: the process that begins measurement blocks does not work: %s",
	      strerror(-err));
	return EXIT_ATTACH;
}

/* True if no instruction was carried out since the block began, QUIET_MS from now. */
static bool is_quiet(struct live *live, size_t i)
{
	usleep(QUIET_MS * 1000);
	return done(live, i) == SUM(measure_at(live, i)->base);
}

/* Have a block begun for a function that was open before the trace began. */
static void begin_block(struct live *live, size_t i, const struct function *fn)
{
	const struct ismt_rearm rearm = {
		.index = (uint32_t)i, .domain = fn->k.domain, .bus = fn->k.bus, .devfn = fn->k.devfn
	};
	int tries = 0, err;

	do {
		err = measurer_rearm(live->measure->measurer, &rearm);
		if (err && err != -EBUSY)
			warning("%s: the measurement block cannot be begun: %s", fn->address,
				strerror(-err));
		if (err)
			return;
	} while (!is_quiet(live, i) && ++tries < QUIET_TRIES);
	live->measure->windows[i].busy = tries == QUIET_TRIES;
}

void live_measure_begin(struct live *live)
{
	size_t i;

	if (!live->measure)
		return;
	live_measure_look(live);
	for (i = 0; i < live->measure->nr; i++) {
		const struct function *fn =
			function_by_fid(live->functions, measure_at(live, i)->fid);

		if (fn && fn->k.flags & ISMT_FN_HAS_FMB && fn->k.flags & ISMT_FN_HAS_PDEV)
			begin_block(live, i, fn);
	}
	for (i = 0; i < ISMT_MEASURES; i++)
		live->measure->windows[i].before = done(live, i);
}

void live_measure_begun(struct live *live)
{
	size_t i;

	for (i = 0; live->measure && i < ISMT_MEASURES; i++)
		live->measure->windows[i].after_begin = done(live, i);
}

void live_measure_end(struct live *live)
{
	size_t i;

	for (i = 0; live->measure && i < ISMT_MEASURES; i++)
		live->measure->windows[i].at_stop = done(live, i);
}

/* Have the programs look whether the machine has updated a block. */
static void look(struct live *live, size_t i)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	live->skel->bss->look_at = (uint32_t)i;
	bpf_prog_test_run_opts(bpf_program__fd(live->skel->progs.measure_wait), &opts);
}

/* Will the next update of the block have instructions that it has not now? */
static bool is_due(struct live *live, size_t i, uint64_t updates)
{
	const struct ismt_measure *m = measure_at(live, i);

	look(live, i);
	return m->stamp && !m->closing && m->updates == updates && done(live, i) != SUM(m->at);
}

/* Wait until the block has everything that was carried out, or no update comes in time. */
static void wait_for_update(struct live *live, size_t i)
{
	const struct ismt_measure *m = measure_at(live, i);
	uint64_t updates, until;
	uint32_t ms = m->interval ? m->interval : INTERVAL_MS;

	look(live, i);
	updates = m->updates;
	until = mono_ns() + (ms + SLACK_MS) * 1000000ULL;
	while (is_due(live, i, updates) && mono_ns() < until)
		usleep(TICK_MS * 1000);
}

void live_measure_stop(struct live *live)
{
	struct live_measure *measure = live->measure;
	size_t i;

	if (!measure || measure->stopped)
		return;
	measure->stopped = true;
	for (i = 0; i < measure->nr; i++)
		wait_for_update(live, i);
	if (measurer_gone(measure->measurer))
		warning("the process that begins measurement blocks has ended: "
			"functions that were opened since are not measured");
}

/* A copy whose numbers are all of the same moment. */
static void copy(struct live *live, size_t i, struct ismt_measure *m)
{
	const volatile struct ismt_measure *there = measure_at(live, i);
	int tries = 100;

	do {
		*m = *there;
	} while ((there->updates != m->updates || there->begun != m->begun ||
		  there->stamp != m->stamp) &&
		 --tries);
}

static void fill(struct live *live, size_t i, struct measure *out)
{
	long others = live->measure->others;
	const struct window *window = &live->measure->windows[i];
	struct ismt_measure m;
	uint64_t in_blocks;
	unsigned int kind;

	copy(live, i, &m);
	memset(out, 0, sizeof(*out));
	out->begun = m.begun;
	out->refused = m.refused == -EBUSY || m.refused == -ENOENT ? 0 : m.refused;
	out->after = m.after;
	for (kind = 0; kind < ISMT_MEASURED; kind++) {
		out->ours[kind] = m.ours[kind];
		out->machine[kind] = m.machine[kind];
		if (!m.stamp)
			continue;
		out->ours[kind] += m.at[kind] - m.base[kind];
		out->machine[kind] += m.block[kind];
		out->after += m.done[kind] - m.at[kind];
	}
	in_blocks = SUM(out->ours) + out->after;
	if (SUM(m.done) - window->before > in_blocks)
		out->before = SUM(m.done) - window->before - in_blocks;
	if (out->after || window->busy)
		out->under_way = others;
	out->missed = m.during + (window->busy ? others : 0);
	if (!m.during)
		return;
	/*
	 * Our count has all instructions that were issued while a block began, the machine's any
	 * number of them.  Besides, each other CPU may have been about to issue one when the block
	 * began, and when it ended.
	 */
	out->under_way += m.during + others * m.begun;
	out->missed += others * m.begun;
}

/*
 * By how many the trace's sums differ from what was counted beside them.  Instructions that are issued
 * while the trace begins or ends may be in only one of the two.
 */
static uint64_t astray(struct live *live, size_t i, const struct summary *summary,
		       const struct summary_function *f)
{
	const struct window *window = &live->measure->windows[i];
	uint64_t sums = summary_issued(f) - summary_failed(f);
	uint64_t most = done(live, i) - window->before;
	uint64_t least = window->at_stop - window->after_begin;
	uint64_t unknown = summary->lost.n[LOSS_UNATTR_FULL];

	if (sums > most)
		return sums - most;
	return sums + unknown < least ? least - sums - unknown : 0;
}

int live_measure_account(struct live *live, struct summary *summary)
{
	struct summary_function *f;
	struct function *fn;
	size_t i;

	for (i = 0; live->measure && i < live->measure->nr; i++) {
		const struct ismt_measure *m = measure_at(live, i);

		fn = function_by_fid(live->functions, m->fid);
		if (!fn || (!m->begun && !m->refused))
			continue;
		f = summary_function(summary, fn);
		if (!f)
			return -ENOMEM;
		fill(live, i, &f->measure);
		f->measure.missed += summary->lost.n[LOSS_INSN_PROBE];
		f->measure.missed_unknown = !losses_known(&summary->lost, LOSS_INSN_PROBE);
		/* While the trace goes on there are no final sums to compare. */
		if (live->measure->stopped)
			f->measure.astray = astray(live, i, summary, f);
	}
	return 0;
}

void live_measure_close(struct live *live)
{
	if (!live->measure)
		return;
	if (live->measure->own)
		measurer_stop(live->measure->measurer);
	free(live->measure);
	live->measure = NULL;
}
