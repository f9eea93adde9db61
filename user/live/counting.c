// SPDX-License-Identifier: GPL-2.0-only
#include "live/counting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ismtrace.skel.h"
#include "live/batches.h"
#include "live/cell_counts.h"
#include "model/region.h"
#include "util/clock.h"
#include "util/message.h"
#include "util/rlimits.h"

/* When so many cells are in use, those of processes that have ended are taken back. */
#define CELLS_TIGHT (ISMT_CELLS_OWN / 2)
/* If fewer than RETIRED_FEW were taken back, wait for RETIRE_EVERY_NS before looking again. */
#define RETIRED_FEW	64
#define RETIRE_EVERY_NS NS_PER_SEC

/* The programs count findings of these rules in the cells; a record of one is not counted again. */
#define COUNTED_IN_CELLS RULE_BIT(ISM004)

struct counting {
	struct live *live;
	/*
	 * Everything that was counted.  What is new in a cell is added when it is read, and nothing is
	 * ever subtracted, so that cells can be taken back and processes folded.
	 */
	struct counts *now;
	struct summary *forgotten; /* of functions: the instructions of what was */
	struct batches batches;
	struct ismt_cell *last;		  /* cells as they were when they were last added */
	uint32_t leaving[ISMT_CELLS_OWN]; /* indices, while cells are taken back */
	uint32_t seen_over;   /* processes that had ended when cells were last taken back */
	uint64_t next_retire; /* not before, CLOCK_MONOTONIC; 0: at any time */
	int error;	      /* -ENOMEM from a record, or as cells were taken back */
};

static int on_access(void *arg, struct access *access)
{
	struct counting *counting = arg;
	int err;

	rules_apply(NULL, access);
	err = counts_findings(counting->now, access, COUNTED_IN_CELLS);
	if (err)
		counting->error = err;
	return err;
}

static int on_insn(void *arg, const struct insn *insn)
{
	(void)arg;
	(void)insn;
	return 0;
}

int counting_open(struct counting **result, const struct live_options *options)
{
	struct live_options with_cells = *options;
	struct live_handler handler = { .access = on_access, .insn = on_insn };
	struct counting *counting = calloc(1, sizeof(*counting));
	int status = EXIT_ATTACH;

	if (!counting)
		goto no_memory;
	counting->now = counts_new();
	counting->last = calloc(ISMT_CELLS, sizeof(*counting->last));
	counting->forgotten = summary_new();
	if (!counting->last || !counting->now || !counting->forgotten)
		goto no_memory;
	with_cells.counting = true;
	with_cells.insns = false;
	with_cells.snaplen = 0;
	handler.arg = counting;
	status = live_open(&counting->live, &with_cells, &handler);
	if (status) {
		counting_close(counting);
		return status;
	}
	*result = counting;
	return EXIT_DONE;
no_memory:
	rlimits_no_memory();
	counting_close(counting);
	return status;
}

void counting_arm(struct counting *counting)
{
	live_arm(counting->live);
}

static struct ismt_cell *cell_at(struct counting *counting, int i)
{
	return &live_skeleton(counting->live)->bss_cells->cells[i];
}

/*
 * Add what is new in a cell of the kernel, which may be written to meanwhile.  0; -EAGAIN if it was
 * written to all the time, so that it must be read later; or -ENOMEM.
 */
static int add_cell(struct counting *counting, int index)
{
	const struct ismt_cell *there = cell_at(counting, index);
	const struct function *fn = live_function(counting->live, there->key.fid);
	struct count_key key = {
		.fn = fn,
		.pid = index < ISMT_CELLS_OWN ? there->shown : COUNT_OTHERS,
		.region = region_clamp(there->key.region),
		.op = there->key.op,
	};
	struct ismt_cell cell;
	int err;

	if (!fn)
		return -ENOMEM;
	if (!batches_read(&counting->batches, there, (uint32_t)index, &cell))
		return -EAGAIN;
	key.driver = live_driver(counting->live, fn, there->key.layer);
	err = cell_counts_since(counting->now, &key, &cell, &counting->last[index]);
	if (!err)
		counting->last[index] = cell;
	return err;
}

/* Read a counter that the kernel may be adding to. */
static uint32_t look(const uint32_t *number)
{
	return __atomic_load_n(number, __ATOMIC_RELAXED);
}

/* Add what is new in all cells that were ever used: the first ones of each kind. */
static int cells_used(const struct counting *counting)
{
	uint32_t used = look(&live_skeleton(counting->live)->bss->cells_used);

	return used < ISMT_CELLS_OWN ? (int)used : ISMT_CELLS_OWN;
}

static int cells_shared(const struct counting *counting)
{
	uint32_t used = look(&live_skeleton(counting->live)->bss->cells_shared);

	return used < ISMT_CELLS_SHARED ? (int)used : ISMT_CELLS_SHARED;
}

/* Has the process of a cell ended?  The programs know it, by its number in the first namespace. */
static bool process_is_over(struct counting *counting, uint32_t pid)
{
	struct ismt_process process;

	return bpf_map__lookup_elem(live_skeleton(counting->live)->maps.processes, &pid,
				    sizeof(pid), &process, sizeof(process), 0) == -ENOENT;
}

/* Free a cell that was removed from the index, unless it is used again. */
static int retire_cell(struct counting *counting, uint32_t index)
{
	struct ismtrace_bpf *skel = live_skeleton(counting->live);
	struct ismt_cell *cell = cell_at(counting, (int)index);
	int err;

	/* Meanwhile another process has got the number, and uses the cell: put it back into the index. */
	if (!process_is_over(counting, cell->key.pid)) {
		bpf_map__update_elem(skel->maps.cell_index, &cell->key, sizeof(cell->key), &index,
				     sizeof(index), BPF_NOEXIST);
		return 0;
	}
	err = add_cell(counting, (int)index);
	/* Nobody should be writing to it; if somebody is, look again later. */
	if (err)
		return err == -EAGAIN ? 0 : err;
	memset(cell, 0, sizeof(*cell));
	memset(&counting->last[index], 0, sizeof(counting->last[index]));
	bpf_map__update_elem(skel->maps.cells_free, NULL, 0, &index, sizeof(index), BPF_ANY);
	__atomic_fetch_add(&skel->bss->cells_returned, 1, __ATOMIC_RELAXED);
	return 0;
}

/* Keep the counts of cells whose process is over, and free them. */
static int retire(struct counting *counting)
{
	struct ismtrace_bpf *skel = live_skeleton(counting->live);
	uint32_t over = look(&skel->bss->processes_over);
	int i, err = 0;
	size_t k, nr = 0;

	batches_look(&counting->batches, skel->bss->slots);
	for (i = 0; i < cells_used(counting); i++) {
		struct ismt_cell *cell = cell_at(counting, i);

		if (!cell->used || !process_is_over(counting, cell->key.pid))
			continue;
		bpf_map__delete_elem(skel->maps.cell_index, &cell->key, sizeof(cell->key), 0);
		counting->leaving[nr++] = (uint32_t)i;
	}
	/* A program that had found a cell before it was removed has ended by then. */
	if (nr)
		err = live_quiet(counting->live);
	for (k = 0; k < nr && !err; k++)
		err = retire_cell(counting, counting->leaving[k]);
	counting->seen_over = over;
	/* Most cells are of live processes: looking again at once would find no more. */
	counting->next_retire = nr < RETIRED_FEW ? mono_ns() + RETIRE_EVERY_NS : 0;
	return err;
}

/* Take cells back only when they get scarce: an unused one costs nothing. */
static int retire_if_tight(struct counting *counting)
{
	const struct ismtrace_bpf *skel = live_skeleton(counting->live);

	if (look(&skel->bss->cells_taken) - look(&skel->bss->cells_returned) < CELLS_TIGHT ||
	    look(&skel->bss->processes_over) == counting->seen_over ||
	    mono_ns() < counting->next_retire)
		return 0;
	return retire(counting);
}

static int add_cells(struct counting *counting, int first, int nr)
{
	int i;

	for (i = first; i < first + nr; i++)
		if (cell_at(counting, i)->used && add_cell(counting, i) == -ENOMEM)
			return -ENOMEM;
	return 0;
}

struct counts *counting_update(struct counting *counting)
{
	struct counts *now = counting->now;

	counts_tick(now);
	while (live_poll(counting->live, 0) > 0)
		;
	if (counting->error)
		return NULL;
	batches_look(&counting->batches, live_skeleton(counting->live)->bss->slots);
	if (retire_if_tight(counting))
		return NULL;
	if (add_cells(counting, 0, cells_used(counting)) ||
	    add_cells(counting, ISMT_CELLS_OWN, cells_shared(counting)))
		return NULL;
	now->sharing = look(&live_skeleton(counting->live)->bss->processes_sharing);
	live_losses(counting->live, &now->lost, &now->filtered);
	/* By CLOCK_MONOTONIC, which nobody can set, as intervals are differences. */
	now->ts = (int64_t)live_now(counting->live);
	return now;
}

int counting_forget(struct counting *counting)
{
	int err = counts_instructions(counting->now, counting->forgotten);

	counts_clear(counting->now);
	return err;
}

int counting_wait(struct counting *counting, int timeout_ms)
{
	int got = live_poll(counting->live, timeout_ms), err = retire_if_tight(counting);

	if (err)
		counting->error = err;
	return got == -EINTR ? -EINTR : 0;
}

void counting_stop(struct counting *counting)
{
	live_stop(counting->live);
}

int counting_summary(struct counting *counting, struct summary *summary)
{
	const struct counts *counts = counting_update(counting);
	int err = counts ? counts_summary(counts, summary) : -ENOMEM;

	if (!err)
		err = summary_add_instructions(summary, counting->forgotten);
	if (err)
		return err;
	/* With what is known only at the end. */
	summary->filtered = 0;
	return live_account(counting->live, summary);
}

const struct live *counting_live(const struct counting *counting)
{
	return counting->live;
}

void counting_close(struct counting *counting)
{
	if (!counting)
		return;
	live_close(counting->live);
	counts_free(counting->now);
	summary_free(counting->forgotten);
	free(counting->last);
	free(counting);
}
