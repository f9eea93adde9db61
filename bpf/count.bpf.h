/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count.bpf.h - counting mode: an access is added to its process's cell, and
 * becomes a record only when a rule of user/model/rules.c may fire on it.
 *
 * A write that was one PCISTB takes the short way, with every bucket known from
 * the write before; the rest is for all others.
 */
#ifndef ISMT_COUNT_BPF_H
#define ISMT_COUNT_BPF_H

#include "access.bpf.h"
#include "batch.h"
#include "buckets.h"
#include "cells.bpf.h"
#include "judge.h"
#include "runs.h"

/* ns between two runs of a task on a function that are sent as examples, at least. */
#define RUN_TELL_NS (1ULL << 27)

/* The bucket of a value in a cell's histograms.  Not static, so that it is verified once, not at each call. */
__noinline u32 cell_bucket(u64 value)
{
	u32 bucket = bucket_of(value);

	return bucket < ISMT_CELL_HIST ? bucket : ISMT_CELL_HIST - 1;
}

/* The two bytes op and layer of a record as one number, to compare both at once. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define OP_LAYER(op, layer) ((op) << 8 | (layer))
#else
#define OP_LAYER(op, layer) ((op) | (layer) << 8)
#endif

static __always_inline u16 op_layer(const struct ismt_access *rec)
{
	return *(const u16 *)&rec->op;
}

static __always_inline void size_extremes(struct ismt_cell *cell, u64 len)
{
	if (!cell->size_min || len + 1 < cell->size_min)
		cell->size_min = len + 1;
	if (len > cell->size_max)
		cell->size_max = len;
}

static __always_inline bool is_one_block(const struct ismt_task_state *st)
{
	return st->insns == INSNS_ONE && REQ_KIND(st->first) == ISMT_PCISTB &&
	       access_is_one_block(&st->rec, REQ_LEN(st->first));
}

/* Add the task's batch to its cell. */
__noinline int batch_flush(struct ismt_task_state *st)
{
	/* While recording there are no cells. */
	if (st && counting)
		batch_flush_into(&st->batch, &cells[st->batch.cell & (ISMT_CELLS - 1)]);
	return 0;
}

/* Remember a write that was one PCISTB: count_fast() takes the next one if it is equal. */
static __always_inline void hot_set(struct ismt_task_state *st, const struct ismt_cell *cell,
				    u32 index, u32 size, u32 bucket)
{
	struct ismt_batch *batch = &st->batch;
	struct ismt_hot_write *hot = &st->hot;
	u64 low = bucket ? (1ULL << (bucket - 1)) + 1 : 0, high = 1ULL << bucket;

	if (low < cell->latency_min)
		low = cell->latency_min;
	if (high > cell->latency_max)
		high = cell->latency_max;
	hot->req = st->first;
	hot->latency_low = low;
	hot->latency_high = high;
	hot->run_size = RUN_OF_ONE(st->rec.len);
	batch_flush(st);
	batch->cell = index;
	batch->len = st->rec.len;
	batch->full = st->rec.len == fn_cache_entry_of(st)->maxstbl;
	batch->size = size;
	batch->latency = bucket;
}

/*
 * The fast path: count the end of a write that differs from the one before only in its offset;
 * layer is that of the hook.  Returns false, with nothing done, for any other access.
 *
 * The region need not be compared: the instruction's address space is.
 */
static __always_inline bool count_fast(u32 layer, s64 ret, u64 now)
{
	u64 task = bpf_get_current_task(), one = 1, pos, latency;
	struct ismt_task_state *st = slot_of(task);
	const struct ismt_access *rec = &st->rec;
	const struct ismt_hot_write *hot = &st->hot;

	if (st->task != task || st->phase != PHASE_ONE || (u32)st->first != hot->req)
		return false;
	if (ret != (s64)rec->len || ret != (s64)st->batch.len ||
	    op_layer(rec) != OP_LAYER(ISMT_WRITE, layer))
		return false;
	pos = rec->offset;
	if (pos == st->run.next || (pos & (BLOCK_BOUNDARY - 1)) + ret > BLOCK_BOUNDARY)
		return false;
	latency = now - rec->hdr.ts;
	if (latency < hot->latency_low || latency > hot->latency_high)
		return false;

	/* One register for both. */
	barrier_var(one);
	st->phase = PHASE_READY * one;
	st->run.end = now;
	st->run.next = pos + ret;
	st->run.size = hot->run_size;
	cell_add(&st->batch.n, one);
	cell_add(&st->batch.latency_sum, latency);
	return true;
}

/* Count a write that was one PCISTB.  Returns true if a rule may fire on it. */
static __always_inline bool count_one_block(struct ismt_cell *cell, u32 maxstbl, u32 size, u64 len,
					    u64 pos)
{
	if (size < ISMT_ONE_BLOCK_BUCKETS)
		cell_add(&cell->one_block[size], 1);
	cell_add(&cell->one_block_bytes, len);
	if (len == maxstbl)
		cell_add(&cell->one_block_full, len);
	return store_is_impossible(pos, len, maxstbl);
}

__noinline int count_insns(struct ismt_cell *cell, const struct ismt_insns *insn, u32 maxstbl)
{
	u32 i, all = 0;

	if (!cell || !insn)
		return 0;
	for (i = 0; i < ISMT_KINDS; i++) {
		if (insn->n[i])
			cell_add(&cell->n[i], insn->n[i]);
		all += insn->n[i];
	}
	for (i = 0; i < ISMT_WIDTHS; i++)
		if (insn->width[i])
			cell_add(&cell->width[i], insn->width[i]);
	if (insn->failed)
		cell_add(&cell->failed, insn->failed);
	if (insn->bytes)
		cell_add(&cell->insn_bytes, insn->bytes);
	if (!insn->n[ISMT_PCISTB] && !insn->n[ISMT_MIO_BLOCK])
		return 0;
	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		if (insn->stb[i])
			cell_add(&cell->stb[i], insn->stb[i]);
	if (insn->n[ISMT_PCISTB] == all) {
		cell_add(&cell->block_bytes, insn->bytes);
		if (insn->min == maxstbl)
			cell_add(&cell->block_full, insn->bytes);
	}
	return 0;
}

/* Count any other access.  Returns true if a rule may fire on it. */
static __always_inline bool count_other(struct ismt_task_state *st, struct ismt_cell *cell,
					u32 maxstbl, u32 region)
{
	const struct ismt_access *rec = &st->rec;
	u64 len = rec->len;
	u32 bucket;

	access_fill(st);
	cell_add(&cell->accesses, 1);
	if (rec->ret < 0)
		cell_add(&cell->errors, 1);
	else
		cell_add(&cell->bytes, rec->ret);
	bucket = cell_bucket(len);
	if (bucket < ISMT_CELL_HIST)
		cell_add(&cell->size[bucket], 1);
	cell_add(&cell->size_sum, len);
	count_insns(cell, &rec->insn, maxstbl);
	return access_is_suspect(rec, region, maxstbl);
}

/*
 * Follow the run that a write to a BAR begins or continues, and count the write as split if ISM004
 * applies (rules_on_ism() in user/model/rules.c).  Returns true if the run should be sent as an
 * example.
 */
static __always_inline bool count_run(struct ismt_task_state *st, struct ismt_cell *cell,
				      u32 maxstbl, u64 now)
{
	const struct ismt_access *rec = &st->rec;

	if (!run_follow(&st->run, rec->offset, rec->len, rec->hdr.ts, now, maxstbl))
		return false;
	if (!fn_cache_entry_of(st)->is_ism && rec->layer != ISMT_LAYER_ISM)
		return false;
	cell_add(&cell->split, 1);
	if (RUN_WRITES(st->run.size) != 2 || now - st->reported <= RUN_TELL_NS)
		return false;
	st->reported = now;
	return true;
}

/* Send an access that was counted as a record, too, for the rules in user space to look at. */
static __always_inline void access_examine(struct ismt_task_state *st, u64 latency, bool must)
{
	access_who(st);
	st->rec.latency_ns = latency;
	st->rec.run = RUN_WRITES(st->run.size);
	st->rec.run_bytes = RUN_BYTES(st->run.size);
	if (access_send(st) && must)
		count(bpf_get_smp_processor_id(), ISMT_CNT_UNEXAMINED);
}

__noinline int access_count(struct ismt_task_state *st, u64 now)
{
	struct ismt_access *rec;
	u32 region, maxstbl, bucket, size, index;
	bool examine, tell = false;
	struct ismt_cell *cell;
	u64 latency;

	/* Asked here for the verifier: see cell_share(). */
	if (!st || !counting)
		return 0;
	rec = &st->rec;
	region = cell_region(rec->offset >> ISMT_OFFSET_SHIFT(rec->layer));
	latency = now - rec->hdr.ts;
	maxstbl = fn_cache_entry_of(st)->maxstbl;
	index = cell_get(st, region);
	if (index >= ISMT_CELLS) {
		access_put_unattr(st, ISMT_UNATTR_LOST);
		count(bpf_get_smp_processor_id(), ISMT_CNT_LOST_CELL);
		return 0;
	}
	cell = &cells[index & (ISMT_CELLS - 1)];
	if (!cell->latency_min || latency < cell->latency_min)
		cell->latency_min = latency;
	if (latency > cell->latency_max)
		cell->latency_max = latency;
	bucket = cell_bucket(latency);
	if (bucket < ISMT_CELL_HIST)
		cell_add(&cell->latency[bucket], 1);
	cell_add(&cell->latency_sum, latency);
	size_extremes(cell, rec->len);

	if (is_one_block(st)) {
		size = cell_bucket(rec->len);
		if (size >= ISMT_ONE_BLOCK_BUCKETS)
			size = ISMT_ONE_BLOCK_BUCKETS - 1;
		examine = count_one_block(cell, maxstbl, size, rec->len, rec->offset);
		if (rec->len <= maxstbl && region < ISMT_BARS)
			hot_set(st, cell, index, size, bucket);
	} else {
		examine = count_other(st, cell, maxstbl, region);
	}
	if (run_has(rec, region))
		tell = count_run(st, cell, maxstbl, now);
	else
		run_end(&st->run);
	if (examine || tell)
		access_examine(st, latency, examine);
	return 0;
}

#endif /* ISMT_COUNT_BPF_H */
