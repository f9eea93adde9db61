// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters.c - what the kernel counted besides records: losses, instructions that are in no
 * record, and the functions' measurement blocks.
 */
#include "live/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ismtrace.skel.h"
#include "live/zpci_list.h"
#include "util/clock.h"

/* How often functions are looked at, for the measurement blocks that come and go. */
#define TICK_NS NS_PER_SEC

static struct fmb_watch *fmb_find(struct live *live, uint32_t fid)
{
	struct fmb_watch *watch;
	size_t i;

	for (i = 0; i < live->nr_watch; i++)
		if (live->watch[i].fid == fid)
			return &live->watch[i];
	watch = realloc(live->watch, (live->nr_watch + 1) * sizeof(*watch));
	if (!watch)
		return NULL;
	live->watch = watch;
	watch = &live->watch[live->nr_watch++];
	memset(watch, 0, sizeof(*watch));
	watch->fid = fid;
	return watch;
}

void live_look_at_blocks(struct live *live, bool begin)
{
	size_t i;

	scan_functions(live->skel, live->functions);
	for (i = 0; i < function_count(live->functions); i++) {
		const struct ismt_function *k = &function_at(live->functions, i)->k;
		struct fmb_watch *watch;

		if (!(k->flags & ISMT_FN_HAS_FMB))
			continue;
		watch = fmb_find(live, k->fid);
		if (!watch)
			continue;
		if (begin) {
			watch->base = *k;
			watch->opens = live->skel->data->generation;
		} else if (k->fmb_samples < watch->last.fmb_samples) {
			/* The block was set up anew during the trace: it has counted from zero since. */
			memset(&watch->base, 0, sizeof(watch->base));
			watch->opens = live->skel->data->generation;
		}
		if (k->fmb_updated != watch->last.fmb_updated)
			watch->noticed = mono_ns();
		watch->last = *k;
	}
	live->next_tick = mono_ns() + TICK_NS;
}

static uint64_t counter(const struct live *live, enum ismt_counter which)
{
	uint64_t sum = 0;
	int cpu;

	for (cpu = 0; cpu < ISMT_MAX_CPUS; cpu++)
		sum += __atomic_load_n(&live->skel->bss->counters[cpu][which], __ATOMIC_RELAXED);
	return sum;
}

uint64_t live_still_open(const struct live *live)
{
	scan_open(live->skel);
	return live->skel->bss->open_accesses + counter(live, ISMT_CNT_SPILLED_OPEN) -
	       counter(live, ISMT_CNT_SPILLED_DONE);
}

/* The per-CPU values of one key, added up for its function. */
static int unattr_collect(struct live *live, struct summary *summary,
			  const struct ismt_unattr_key *key, struct ismt_unattr *values, int cpus)
{
	int map = bpf_map__fd(live->skel->maps.unattributed), cpu;
	struct summary_function *total;
	const struct function *fn;
	struct ismt_unattr *sum;
	uint64_t fid = 0;

	if (bpf_map_lookup_elem(map, key, values))
		return -errno;
	for (cpu = 0; cpu < cpus && !fid; cpu++)
		fid = values[cpu].fid;
	fn = fid ? function_by_fid(live->functions, (uint32_t)(fid - 1))
		 : function_by_fh(live->functions, key->fh);
	/* The kernel's own instructions on functions that are not ISM are of no interest. */
	if (!fn || (!fn->is_ism && key->class == ISMT_UNATTR_OUTSIDE))
		return 0;
	total = summary_function(summary, fn);
	if (!total)
		return -ENOMEM;
	sum = key->class == ISMT_UNATTR_OUTSIDE	   ? &total->outside
	      : key->class == ISMT_UNATTR_FILTERED ? &total->filtered
						   : &total->lost;
	for (cpu = 0; cpu < cpus; cpu++)
		unattr_add(sum, &values[cpu]);
	return 0;
}

static int account_unattr(struct live *live, struct summary *summary)
{
	int map = bpf_map__fd(live->skel->maps.unattributed), cpus = libbpf_num_possible_cpus();
	struct ismt_unattr_key key, next, *prev = NULL;
	struct ismt_unattr *values;
	int err = 0;

	if (cpus < 0)
		return cpus;
	values = calloc(cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	while (!err && !bpf_map_get_next_key(map, prev, &next)) {
		key = next;
		prev = &key;
		err = unattr_collect(live, summary, &key, values, cpus);
	}
	free(values);
	return err;
}

/* What the measurement block counted since the trace began. */
static void account_fmb(struct live *live, struct summary_function *total)
{
	const struct ismt_function *now, *base;
	struct fmb_watch *watch = NULL;
	size_t i;

	for (i = 0; i < live->nr_watch; i++)
		if (live->watch[i].fid == total->fn->k.fid)
			watch = &live->watch[i];
	if (!watch) {
		total->fmb_note = "the kernel keeps none for it";
		return;
	}
	now = &watch->last;
	base = &watch->base;
	if (watch->opens != live->skel->data->generation) {
		total->fmb_note = "an open may have ended it; --measure begins it anew";
		return;
	}
	if (now->fmb_updated == base->fmb_updated) {
		total->fmb_note = "the machine did not update it during the trace";
		return;
	}
	total->has_fmb = true;
	total->fmb_loads = now->fmb_loads - base->fmb_loads;
	total->fmb_stores = now->fmb_stores - base->fmb_stores;
	total->fmb_blocks = now->fmb_blocks - base->fmb_blocks;
	total->fmb_age_ns = mono_ns() - watch->noticed;
}

void live_losses(const struct live *live, struct losses *lost, uint64_t *filtered)
{
	struct hook_misses misses;

	hooks_misses(live->hooks, &misses);
	memset(lost, 0, sizeof(*lost));
	lost->misses_unknown = misses.unknown;
	lost->n[LOSS_RING] = counter(live, ISMT_CNT_LOST_RING);
	lost->n[LOSS_SLOT] = counter(live, ISMT_CNT_LOST_SLOT);
	lost->n[LOSS_RETURN] = counter(live, ISMT_CNT_LOST_RETURN);
	lost->n[LOSS_PROBE] = misses.access_entry;
	lost->n[LOSS_INSN_PROBE] = misses.insn_entry;
	lost->n[LOSS_INSN_RING] = counter(live, ISMT_CNT_INSN_LOST);
	lost->n[LOSS_UNATTR_FULL] = counter(live, ISMT_CNT_UNATTR_FULL);
	lost->n[LOSS_UNEXAMINED] = counter(live, ISMT_CNT_UNEXAMINED);
	/* Accesses of tasks without a slot that are still open: no program could end them. */
	if (live->frozen)
		lost->n[LOSS_UNFINISHED] = counter(live, ISMT_CNT_UNFINISHED) +
					   counter(live, ISMT_CNT_SPILLED_OPEN) -
					   counter(live, ISMT_CNT_SPILLED_DONE);
	lost->n[LOSS_INSN_RETURN] = misses.insn_return;
	lost->n[LOSS_ERROR_PROBE] = misses.error;
	lost->n[LOSS_ERRORS_OFF] = switch_off_seconds(&live->watch_switches.errors);
	lost->n[LOSS_PROBES_OFF] = switch_off_seconds(&live->watch_switches.probes);
	lost->n[LOSS_INSNS_UNSEEN] = live->lack_insns;
	lost->n[LOSS_DRIVER] = switch_off_seconds(&live->watch_switches.driver);
	lost->n[LOSS_CELL] = counter(live, ISMT_CNT_LOST_CELL);
	lost->n[LOSS_TRACK] = counter(live, ISMT_CNT_LOST_TRACK);
	*filtered = counter(live, ISMT_CNT_FILTERED);
	if (live->frozen)
		*filtered +=
			counter(live, ISMT_CNT_SPILLED_OUT) - counter(live, ISMT_CNT_SPILLED_OVER);
}

int live_account(struct live *live, struct summary *summary)
{
	uint64_t writer = summary->lost.n[LOSS_WRITER],
		 insn_writer = summary->lost.n[LOSS_INSN_WRITER];
	uint64_t filtered;
	size_t i;
	int err;

	live_look_at_blocks(live, false);
	live_switches_look(live);
	live_losses(live, &summary->lost, &filtered);
	summary->lost.n[LOSS_WRITER] = writer;
	summary->lost.n[LOSS_INSN_WRITER] = insn_writer;
	summary->filtered += filtered;
	summary->unopened = counter(live, ISMT_CNT_UNOPENED);
	err = account_unattr(live, summary);
	for (i = 0; i < summary->nr_functions; i++)
		account_fmb(live, &summary->functions[i]);
	return err ?: live_measure_account(live, summary);
}
