// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording and counting say the same: the programs themselves (bpf/), run over the same
 * random accesses once in each way, of tasks that are renamed, execute, fork and end, on
 * functions that are opened meanwhile, until the trace is cut off somewhere.  What was
 * begun is what was recorded, filtered and lost, and no instruction is missing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In some of the rounds a process gets fewer. */
static unsigned int process_cells;
#define ISMT_PROCESS_CELLS process_cells

#include "live/batches.h"
#include "live/cell_counts.h"
#include "live/ring_record.h"
#include "model/counts.h"
#include "model/region.h"
#include "model/rules.h"
#include "model/summary.h"

#include "random.h"
#include "unit.h"

#include "fake/kernel.h"

/* What the loader sets is read-only only for the verifier. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#define const
#include "ismtrace.bpf.c"
#undef const
#pragma GCC diagnostic pop

#define ROUNDS	  400
#define STEPS	  600
#define FUNCTIONS 7
#define TASKS	  12
#define PAGE	  4096

/* The VFIO device, its PCI device, and the function behind that. */
struct device_ {
	struct {
		u64 pad;
		struct device *dev;
	} vfio;
	struct pci_dev pdev;
	struct zpci_dev zdev;
	struct zpci_bus zbus;
};

/* In the middle of an access: what is left of it. */
struct actor {
	struct task_struct *task;
	struct signal_struct process;
	struct pid pid;
	u32 tgid, tid;
	char comm[16], began_as[16], late[16];
	u64 late_at;
	bool alive, inside, nested;
	u32 layer, op, left, insn_len, kind;
	struct device_ *device;
	u64 pos, len, next[FUNCTIONS];
	s64 ret;
	bool fails;
};

static struct device_ devices[FUNCTIONS];
static struct function functions[FUNCTIONS];
static struct actor actors[TASKS];
static u8 *pages;
static const struct actor *ends; /* whose access ends just now */
static unsigned int wrong_names;
static uint64_t seed;
static u32 ids;
static bool together; /* some are counted with others, so that processes are not told apart */
static u32 first_cell, first_shared;

/* What became of a round, in one of the ways. */
struct outcome {
	struct counts *counts;
	struct rules_state *rules;
	struct ring_reader reader;
	u64 begun, begun_wanted, recorded, filtered, lost, unfinished;
	u64 issued[ISMT_KINDS], unattr[ISMT_KINDS], inside[ISMT_KINDS];
	bool ring_full;
};

static struct outcome *way;

static u64 pick(u64 below)
{
	return any_of(&seed, below);
}

static u32 fold_region(u32 region)
{
	return first_shared || region > REGIONS_APART ? REGIONS_APART : region;
}

static long receive(const void *data, u64 size)
{
	struct access *access = &way->reader.access, one;

	if (!ring_record_access(&way->reader, data, size)) {
		access->fn = &functions[access->raw.fid - 1];
		access->driver = access->raw.layer == ISMT_LAYER_ISM ? "ism-vfio-pci" : "vfio-pci";
	}
	/* While counting a name is asked for only when a record has to be made. */
	wrong_names +=
		(!counting && memcmp(access->raw.comm, ends->began_as, sizeof(ends->began_as))) ||
		access->raw.tid != ends->tid || access->raw.pid != ends->tgid;
	rules_apply(counting ? NULL : way->rules, access);
	if (!counting)
		way->recorded++;
	one = *access;
	if (together) {
		one.raw.pid = COUNT_OTHERS;
		one.raw.region = fold_region(one.raw.region);
	}
	return counting ? counts_findings(way->counts, &one, RULE_BIT(ISM004))
			: counts_access(way->counts, &one);
}

static void make_device(unsigned int i)
{
	struct device_ *device = &devices[i];
	static const u16 maxstbls[] = { 4096, 4096, 256, 1024 };

	memset(device, 0, sizeof(*device));
	device->vfio.dev = &device->pdev.dev;
	device->pdev.sysdata = &device->zbus;
	device->pdev.vendor = PCI_VENDOR_ID_IBM;
	device->pdev.device = i < 4 ? PCI_DEVICE_ID_ISM : 0x04ee;
	device->zbus.function[0] = &device->zdev;
	device->zdev.fid = i + 1;
	device->zdev.fh = 0x80000000 + i;
	device->zdev.maxstbl = maxstbls[i % 4];
	memset(&functions[i], 0, sizeof(functions[i]));
	functions[i].k.fid = i + 1;
	functions[i].k.maxstbl = maxstbls[i % 4];
	functions[i].is_ism = i < 4;
}

static void be(struct actor *a)
{
	fake_now.task = (u64)(uintptr_t)a->task;
	fake_now.pid_tgid = (u64)a->tgid << 32 | a->tid;
	memcpy(fake_now.comm, a->comm, sizeof(fake_now.comm));
	fake_now.cpu = (u32)(a->tid % 4);
}

/* Tasks begin on pages, some of which share a slot: 64 pages, each 16 MiB apart or near. */
static void begin_task(struct actor *a, struct actor *of)
{
	u64 page = pick(64);

	ids = ids % 30000 + 1;
	memset(a, 0, sizeof(*a));
	a->task = (void *)(pages + (page / 8 * (ISMT_SLOTS / 8) * 8 + page % 8) * PAGE);
	for (u32 i = 0; i < TASKS; i++)
		if (&actors[i] != a && actors[i].alive && actors[i].task == a->task)
			a->task = NULL;
	if (!a->task)
		return;
	a->tid = 100 + ids;
	a->tgid = of ? of->tgid : a->tid;
	snprintf(a->comm, sizeof(a->comm), "task%u", (u32)pick(3));
	a->process.live.counter = 1;
	a->task->signal = &a->process;
	a->task->thread_pid = &a->pid;
	a->task->group_leader = a->task;
	a->alive = true;
}

static void end_task(struct actor *a)
{
	u64 ctx[1] = { (u64)(uintptr_t)a->task };
	bool others = false;

	for (u32 i = 0; i < TASKS; i++)
		others |= &actors[i] != a && actors[i].alive && actors[i].tgid == a->tgid;
	a->process.live.counter = others;
	follow_exit(ctx);
	/* It closes its files, and may have a slot for it. */
	if (pick(2)) {
		struct ismt_task_state *st = state_get_or_make();

		if (st && pick(2))
			st->who_known = 1;
	}
	follow_free(ctx);
	if (any_spilled) {
		u64 key = ctx[0];

		fake_delete(&states, &key, sizeof(key));
	}
	a->alive = false;
	a->inside = false;
}

static void rename_task(struct actor *a)
{
	char comm[16] = {};
	u64 ctx[2] = { (u64)(uintptr_t)a->task, (u64)(uintptr_t)comm };

	snprintf(comm, sizeof(comm), "name%u", (u32)pick(3));
	follow_rename(ctx);
	/* Another one who was told of later, but got there before. */
	if (!pick(4)) {
		char other[16] = "other";
		u64 late[2] = { ctx[0], (u64)(uintptr_t)other };

		follow_rename(late);
	}
	memcpy(a->comm, comm, sizeof(comm));
	be(a);
}

/*
 * By another task, and the kernel has told of it, but the name is not there before the task has
 * made an access, maybe its first.
 */
static void rename_late(struct actor *a)
{
	struct actor *other = &actors[pick(TASKS)];
	u64 ctx[2] = { (u64)(uintptr_t)a->task, (u64)(uintptr_t)a->late };

	if (other == a || !other->alive)
		return;
	snprintf(a->late, sizeof(a->late), "late%u", (u32)pick(3));
	a->late_at = fake_now.ns;
	be(other);
	follow_rename(ctx);
	be(a);
}

static void execute(struct actor *a)
{
	u64 ctx[1] = { (u64)(uintptr_t)a->task };
	struct actor *other;

	if (a->inside)
		return;
	/* It takes over the number of another thread of its process, which ends. */
	other = &actors[pick(TASKS)];
	if (other != a && other->alive && other->tgid == a->tgid) {
		u32 tid = other->tid;

		be(other);
		end_task(other);
		a->tid = tid;
		be(a);
	}
	rename_task(a);
	follow_exec(ctx);
}

/* --- Accesses, a step at a time. */

static void issue(struct actor *a, bool error)
{
	u64 space = a->pos >> ISMT_OFFSET_SHIFT(a->layer);
	u64 req = (u64)a->device->zdev.fh << 32 | space << 16 | a->insn_len;

	way->issued[a->kind]++;
	if (a->kind == ISMT_PCILG)
		fentry_plain_load(0, req);
	else if (a->kind == ISMT_PCISTG)
		fentry_plain_store(0, req);
	else
		fentry_plain_store_block(0, req);
	if (error) {
		struct ismt_error_event ev = {
			.insn = a->kind == ISMT_PCILG	 ? 'l'
				: a->kind == ISMT_PCISTG ? 's'
							 : 'b',
			.cc = pick(2) ? 1 : (u8)-ENXIO,
			.status = 20,
			.req = req,
		};
		struct debug_info id = { .name = "pci_error" };

		pci_error_id = (u64)(uintptr_t)&id;
		insn_error_event(&id, &ev, sizeof(ev));
	}
}

static void enter(struct actor *a, u32 layer)
{
	s64 pos = (s64)a->pos;
	u64 ctx[5] = { (u64)(uintptr_t)&a->device->vfio, 0, a->len, (u64)(uintptr_t)&pos, 0 };

	if (layer == ISMT_LAYER_ISM) {
		ctx[3] = a->pos;
		ctx[4] = a->op;
		event_enter(ctx);
	} else if (a->op == ISMT_READ) {
		fentry_core_read(ctx);
	} else {
		fentry_core_write(ctx);
	}
}

static void leave_driver(struct actor *a, u32 layer)
{
	u64 ctx[2] = { 0, (u64)a->ret };

	if (layer == ISMT_LAYER_ISM) {
		if (counting)
			event_exit_counting(ctx);
		else
			event_exit(ctx);
	} else if (a->op == ISMT_READ) {
		fexit_core_read(NULL, NULL, 0, NULL, a->ret);
	} else {
		fexit_core_write(NULL, NULL, 0, NULL, a->ret);
	}
}

static void choose_insns(struct actor *a)
{
	a->kind = a->op == ISMT_READ ? ISMT_PCILG : ISMT_PCISTB;
	/* No machine has longer ones. */
	a->insn_len = (u32)(a->len < ISMT_PAYLOAD_MAX ? a->len : ISMT_PAYLOAD_MAX);
	a->left = 1;
	if (a->op == ISMT_READ || (a->layer == ISMT_LAYER_CORE && pick(3))) {
		a->kind = a->op == ISMT_READ ? ISMT_PCILG : ISMT_PCISTG;
		a->insn_len = 1u << pick(4);
		a->left = (u32)(a->len / a->insn_len) % 20;
	} else if (!pick(20)) {
		a->insn_len = 8;
		a->left = (u32)pick(4);
	}
}

static void begin_access(struct actor *a)
{
	static const u64 lens[] = { 8, 16, 64, 256, 256, 256, 1024, 4096 };
	u32 i = (u32)(pick(6) ? pick(2) * 4 : pick(FUNCTIONS)), region;
	bool as_before = pick(2) && a->device;

	if (!as_before) {
		a->device = &devices[i];
		/* A device has one driver. */
		a->layer = i < 3 ? ISMT_LAYER_ISM : ISMT_LAYER_CORE;
		a->op = pick(4) ? ISMT_WRITE : ISMT_READ;
		a->len = lens[pick(8)];
	}
	i = (u32)(a->device - devices);
	region = pick(15) ? (pick(8) ? 0 : 2) : (u32)pick(9);
	a->pos = ((u64)region << ISMT_OFFSET_SHIFT(a->layer)) + pick(64) * 64;
	if (pick(3) && a->next[i])
		a->pos = a->next[i];
	if (!pick(40))
		a->len = pick(4) ? pick(9000) : pick(2) ? 0 : 5ULL << 32;
	a->ret = (s64)a->len;
	a->fails = !pick(30);
	if (a->fails)
		a->ret = pick(2) ? -EIO : (s64)(a->len / 2);
	choose_insns(a);
	if (!pick(30) || !a->len)
		a->left = 0;
	way->begun++;
	memcpy(a->began_as, a->comm, sizeof(a->began_as));
	enter(a, a->layer);
	a->nested = a->layer == ISMT_LAYER_ISM && !pick(20);
	if (a->nested)
		enter(a, ISMT_LAYER_CORE);
	a->inside = true;
}

/* The name that another task gave it gets there. */
static void late_name(struct actor *a)
{
	if (!a->late[0])
		return;
	memcpy(a->comm, a->late, sizeof(a->comm));
	a->late[0] = '\0';
	be(a);
}

static void end_access(struct actor *a)
{
	ends = a;
	if (a->nested)
		leave_driver(a, ISMT_LAYER_CORE);
	leave_driver(a, a->layer);
	a->next[a->device - devices] = a->pos + a->len;
	a->inside = false;
	late_name(a);
}

static void step_access(struct actor *a)
{
	if (!a->inside) {
		begin_access(a);
	} else if (a->left) {
		/* An interrupt handler's, in between, on another function. */
		if (!pick(50)) {
			way->issued[ISMT_PCILG]++;
			fentry_plain_load(0, 0x8000000aULL << 32 | 15 << 16 | 4);
		}
		issue(a, a->fails && a->left == 1 && pick(2));
		a->left--;
	} else {
		end_access(a);
	}
}

static void step(void)
{
	struct actor *a = &actors[pick(TASKS)], *other;

	fake_now.ns += pick(200) ? 1 + pick(3000) : RUN_GAP_NS;
	if (!a->alive) {
		other = &actors[pick(TASKS)];
		begin_task(a, other->alive && pick(2) ? other : NULL);
		return;
	}
	be(a);
	/* No task that gives a name is held up for ever. */
	if (fake_now.ns - a->late_at > RENAME_NS / 2)
		late_name(a);
	if (pick(30)) {
		/* Mostly one task goes on for a while. */
		for (u64 n = pick(12); n; n--) {
			fake_now.ns += 100 + pick(400);
			step_access(a);
		}
		return;
	}
	switch (pick(6)) {
	case 0:
		fn_cache_invalidate();
		break;
	case 1:
		if (pick(2))
			rename_task(a);
		else
			rename_late(a);
		break;
	case 2:
		execute(a);
		break;
	case 3:
		end_task(a);
		break;
	default:
		step_access(a);
	}
}

/* --- Rounds. */

static void reset_programs(void)
{
	memset(slots, 0, sizeof(slots));
	memset(cells, 0, sizeof(cells));
	memset(counters, 0, sizeof(counters));
	memset(actors, 0, sizeof(actors));
	fake_forget_all();
	/* Short of cells: of a process's, of all, of those that are shared. */
	together = !pick(4);
	process_cells = together && pick(2) ? (unsigned int)pick(8) : 256;
	first_cell = together ? ISMT_CELLS_OWN - (u32)pick(24) : 0;
	cells_used = first_cell;
	first_shared = together && pick(2) ? ISMT_CELLS_SHARED / 2 - (u32)pick(8) : 0;
	cells_shared = first_shared;
	processes_sharing = 0;
	any_spilled = 0;
	generation = 1;
	numbers = 0;
	ids = 0;
	error_events = 1;
	vfio_device_dev = offsetof(struct device_, vfio.dev);
	scope.any_device = 1;
	fake_now.ns = 1000000000;
	armed = 1;
}

static void choose_filter(void)
{
	memset((void *)&filter, 0, sizeof(filter));
	filter.ops = 3;
	filter.regions = ~0ULL;
	filter.size_max = ~0ULL;
	scope.any_device = pick(4) > 0;
	switch (pick(8)) {
	case 0:
		filter.size_min = 16;
		filter.size_max = 300;
		break;
	case 1:
		filter.comm_len = 5;
		memcpy((void *)filter.comm, "name1", 5);
		break;
	case 2:
		filter.errors = 1;
		break;
	case 3:
		filter.regions = 1;
		break;
	case 4:
		filter.by_fid = 1;
		scope.nr_fids = 1;
		scope.fids[0] = 1;
		break;
	}
	filtered = filter.by_fid || filter.comm_len || ~filter.regions || filter.size_min;
}

static void take_cell(struct counts *counts, const struct batches *batches, u32 i)
{
	struct count_key key = {
		.fn = &functions[cells[i].key.fid - 1],
		.driver = cells[i].key.layer == ISMT_LAYER_ISM ? "ism-vfio-pci" : "vfio-pci",
		.pid = together ? COUNT_OTHERS : cells[i].shown,
		.region = fold_region(cells[i].key.region),
		.op = cells[i].key.op,
	};
	struct stats_row part, *sum = counts_row(counts, &key);
	struct ismt_cell cell;

	if (!batches_read(batches, &cells[i], i, &cell))
		ok(false, "a cell at rest");
	cell_counts(&cell, &part);
	stats_row_add(sum, &part);
}

static void take_cells(struct counts *counts)
{
	static struct batches batches;
	u32 i;

	batches_look(&batches, slots);
	for (i = first_cell; i < cells_used && i < ISMT_CELLS_OWN; i++)
		take_cell(counts, &batches, i);
	for (i = first_shared; i < cells_shared && i < ISMT_CELLS_SHARED; i++)
		take_cell(counts, &batches, ISMT_CELLS_OWN + i);
}

static u64 counter_sum(enum ismt_counter which)
{
	u64 sum = 0;
	u32 cpu;

	for (cpu = 0; cpu < ISMT_MAX_CPUS; cpu++)
		sum += counters[cpu][which];
	return sum;
}

static void add_up(struct outcome *out)
{
	struct fake_entry *entry;
	size_t i;
	u32 k;

	if (counting)
		take_cells(out->counts);
	out->recorded = 0;
	for (i = 0; i < out->counts->nr; i++) {
		out->recorded += out->counts->rows[i].stats.accesses;
		for (k = 0; k < ISMT_KINDS; k++)
			out->inside[k] += out->counts->rows[i].stats.insns[k];
	}
	for (i = 0; i < FAKE_BUCKETS; i++)
		for (entry = fake_entries[i]; entry; entry = entry->next)
			if (entry->map == &unattributed)
				for (k = 0; k < ISMT_KINDS; k++)
					out->unattr[k] +=
						((struct ismt_unattr *)entry->value)->n[k];
	out->filtered = counter_sum(ISMT_CNT_FILTERED) + counter_sum(ISMT_CNT_SPILLED_OUT) -
			counter_sum(ISMT_CNT_SPILLED_OVER);
	out->unfinished = counter_sum(ISMT_CNT_UNFINISHED) + counter_sum(ISMT_CNT_SPILLED_OPEN) -
			  counter_sum(ISMT_CNT_SPILLED_DONE);
	out->lost = counter_sum(ISMT_CNT_LOST_RING) + counter_sum(ISMT_CNT_LOST_SLOT) +
		    counter_sum(ISMT_CNT_LOST_RETURN) + counter_sum(ISMT_CNT_LOST_CELL) +
		    out->unfinished;
}

static void run(struct outcome *out, uint64_t round, bool counts)
{
	unsigned int i;

	memset(out, 0, sizeof(*out));
	out->counts = counts_new();
	out->rules = rules_new();
	way = out;
	fake_receive = receive;
	seed = round * 0x9e3779b97f4a7c15ULL + 1;
	reset_programs();
	counting = counts;
	choose_filter();
	for (i = 0; i < STEPS; i++)
		step();
	armed = 0;
	slot_cursor = 0;
	while (end_open(NULL))
		;
	add_up(out);
}

static bool same_hist(const struct hist *a, const struct hist *b)
{
	return a->count == b->count && a->sum == b->sum &&
	       !memcmp(a->bucket, b->bucket, sizeof(a->bucket)) &&
	       (!a->count || (a->min == b->min && a->max == b->max));
}

static const char *differ(const struct stats_row *a, const struct stats_row *b)
{
	unsigned int i;

	if (a->stats.accesses != b->stats.accesses || a->stats.bytes != b->stats.bytes ||
	    a->stats.errors != b->stats.errors)
		return "accesses";
	if (memcmp(a->stats.insns, b->stats.insns, sizeof(a->stats.insns)) ||
	    a->stats.failed != b->stats.failed || a->stats.insn_bytes != b->stats.insn_bytes ||
	    a->block_bytes != b->block_bytes || a->full_bytes != b->full_bytes ||
	    a->one_block != b->one_block ||
	    memcmp(a->stats.width, b->stats.width, sizeof(a->stats.width)) ||
	    memcmp(a->stats.stb, b->stats.stb, sizeof(a->stats.stb)))
		return "instructions";
	if (!same_hist(&a->stats.size, &b->stats.size) ||
	    !same_hist(&a->stats.latency, &b->stats.latency))
		return "histograms";
	for (i = 0; i < RULE_COUNT; i++)
		if (a->findings[i] != b->findings[i])
			return rules[i].id;
	return NULL;
}

/* NULL, or what they do not agree about. */
static const char *compare(const struct outcome *live, const struct outcome *stat)
{
	const struct stats_row *other;
	const char *what;
	size_t i;

	if (live->begun != stat->begun)
		return "the test itself";
	if (live->recorded != stat->recorded || live->filtered != stat->filtered ||
	    live->lost != stat->lost)
		return "recorded, filtered, lost";
	for (i = 0; i < stat->counts->nr; i++)
		if (stat->counts->rows[i].stats.accesses &&
		    !counts_find(live->counts, &stat->counts->rows[i].key))
			return "a row of stat's";
	for (i = 0; i < live->counts->nr; i++) {
		other = counts_find(stat->counts, &live->counts->rows[i].key);
		if (!other)
			return "a row of live's";
		what = differ(&live->counts->rows[i], other);
		if (what)
			return what;
	}
	return NULL;
}

/* Accesses of devices that are out of scope are in nothing. */
static bool adds_up(const struct outcome *out)
{
	u64 sum = out->recorded + out->filtered + out->lost;
	u32 k;

	if (scope.any_device ? sum != out->begun : sum > out->begun)
		return false;
	for (k = 0; k < ISMT_KINDS; k++)
		if (out->inside[k] + out->unattr[k] != out->issued[k])
			return false;
	return true;
}

static void release(struct outcome *out)
{
	counts_free(out->counts);
	rules_free(out->rules);
}

int main(void)
{
	unsigned int i, same = 0, live_adds = 0, stat_adds = 0;
	u64 recorded = 0, filtered_ = 0, lost = 0, findings = 0, splits = 0, spilled = 0;
	u64 sharing = 0;
	struct outcome live, stat;
	const char *what;

	pages = mmap(NULL, (size_t)(ISMT_SLOTS + 8) * 8 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pages == MAP_FAILED)
		return 1;
	for (i = 0; i < FUNCTIONS; i++)
		make_device(i);
	for (i = 1; i <= ROUNDS; i++) {
		run(&live, i, false);
		live_adds += adds_up(&live);
		run(&stat, i, true);
		stat_adds += adds_up(&stat);
		what = compare(&live, &stat);
		same += !what;
		if (what && same + 4 > i)
			printf("# round %u: %s: live %llu %llu %llu, stat %llu %llu %llu\n", i,
			       what, live.recorded, live.filtered, live.lost, stat.recorded,
			       stat.filtered, stat.lost);
		recorded += live.recorded;
		filtered_ += live.filtered;
		lost += live.lost;
		spilled += any_spilled;
		sharing += processes_sharing;
		findings += live.counts->nr_events;
		for (size_t k = 0; k < live.counts->nr; k++)
			splits += live.counts->rows[k].findings[ISM004];
		release(&live);
		release(&stat);
	}
	is_int(same, ROUNDS, "rounds in which recording and counting say the same");
	is_int(live_adds, ROUNDS, "rounds in which what was recorded adds up to what was begun");
	is_int(stat_adds, ROUNDS, "rounds in which what was counted does");
	ok(recorded > 100 * ROUNDS && filtered_ > ROUNDS && lost > ROUNDS,
	   "there was something to say: %llu recorded, %llu filtered, %llu lost", recorded,
	   filtered_, lost);
	ok(splits > ROUNDS && findings > 10 * ROUNDS, "%llu findings, of which %llu are of runs",
	   findings, splits);
	is_int(wrong_names, 0, "records with another name or number than the task had as it began");
	ok(spilled > ROUNDS / 10, "in %llu rounds two tasks wanted one slot", spilled);
	ok(sharing > ROUNDS, "%llu processes found no room of their own", sharing);
	return unit_end();
}
