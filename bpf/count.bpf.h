/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count.bpf.h - counting mode: an access is added to its process's cell, and
 * becomes a record only when a rule of user/rules.c may fire on it.
 *
 * A write that was one PCISTB takes the short way, with every bucket known from
 * the write before; the rest is for all others.
 */
#ifndef ISMT_COUNT_H
#define ISMT_COUNT_H

#include "access.bpf.h"
#include "state.bpf.h"

/* At most one example of a run in so many ns, per task and function. */
#define RUN_TELL_NS	(1ULL << 27)

#define BARS		6

struct ismt_cell cells[ISMT_CELLS] SEC(".bss.cells");
__u32 cells_used;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ISMT_CELLS);
	__type(key, struct ismt_cell_key);
	__type(value, u32);
} cell_index SEC(".maps");

/* Cells whose process has ended, for use again. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, ISMT_CELLS);
	__type(value, u32);
} cells_free SEC(".maps");

/*
 * Functions that are not static are verified once, not at each call.
 *
 * As in user/hist.c: 0 and 1 are in bucket 0, i holds (1 << (i - 1), 1 << i].
 */
__noinline u32 hist_bucket(u64 value)
{
	u32 bucket = 1;

	if (value <= 1)
		return 0;
	value--;
	if (value >> 32) {
		value >>= 32;
		bucket += 32;
	}
	if (value >> 16) {
		value >>= 16;
		bucket += 16;
	}
	if (value >> 8) {
		value >>= 8;
		bucket += 8;
	}
	if (value >> 4) {
		value >>= 4;
		bucket += 4;
	}
	if (value >> 2) {
		value >>= 2;
		bucket += 2;
	}
	bucket += value >> 1;
	return bucket < ISMT_CELL_HIST ? bucket : ISMT_CELL_HIST - 1;
}

/* Both at once. */
#define OP_LAYER(op, layer)	((op) << 8 | (layer))

static __always_inline u16 op_layer(const struct ismt_access *rec)
{
	return *(const u16 *)&rec->op;
}

static __always_inline void add(u64 *to, u64 n)
{
	__sync_fetch_and_add(to, n);
}

/* A cell that nobody has; its index + 1, 0 if there is none. */
static __always_inline u32 cell_take(void)
{
	u32 index;

	if (cells_used < ISMT_CELLS) {
		index = __sync_fetch_and_add(&cells_used, 1);
		if (index < ISMT_CELLS)
			return index + 1;
	}
	if (bpf_map_pop_elem(&cells_free, &index))
		return 0;
	return index + 1;
}

__noinline u32 cell_find(struct task_state *st, u32 region)
{
	struct ismt_cell_key key = { .region = region };
	u32 *there, index, mine;
	struct ismt_cell *cell;

	if (!st)
		return 0;
	key.pid = bpf_get_current_pid_tgid() >> 32;
	key.fid = known_of(st)->fid;
	key.op = st->rec.op;
	key.layer = st->rec.layer;
	there = bpf_map_lookup_elem(&cell_index, &key);
	if (there)
		return *there + 1;
	mine = cell_take();
	if (!mine)
		return 0;
	index = mine - 1;
	cell = &cells[index & (ISMT_CELLS - 1)];
	cell->key = key;
	bpf_get_current_comm(cell->comm, sizeof(cell->comm));
	if (!bpf_map_update_elem(&cell_index, &key, &index, BPF_NOEXIST)) {
		cell->used = 1;
		return mine;
	}
	/* Another thread was faster, or the map has no memory. */
	bpf_map_push_elem(&cells_free, &index, 0);
	there = bpf_map_lookup_elem(&cell_index, &key);
	return there ? *there + 1 : 0;
}

/* The index of the access's cell; ISMT_CELLS if there is none. */
static __always_inline u32 cell_get(struct task_state *st, u32 region)
{
	u64 *known = &known_of(st)->cell[st->rec.op & 1], at = *known;

	if (!at || at >> 32 != region) {
		at = cell_find(st, region);
		if (!at)
			return ISMT_CELLS;
		at |= (u64)region << 32;
		*known = at;
	}
	return (u32)at - 1;
}

static __always_inline void size_extremes(struct ismt_cell *cell, u64 len)
{
	if (!cell->size_min || len + 1 < cell->size_min)
		cell->size_min = len + 1;
	if (len > cell->size_max)
		cell->size_max = len;
}

static __always_inline bool is_whole(const struct task_state *st)
{
	const struct ismt_access *rec = &st->rec;

	return st->insns == INSNS_ONE && REQ_KIND(st->first) == ISMT_PCISTB &&
	       rec->op == ISMT_WRITE && rec->ret == (s64)rec->len && REQ_LEN(st->first) == rec->len;
}

/* Add the task's tally to its cell. */
__noinline int tally_move(struct task_state *st)
{
	struct ismt_tally *tally;
	struct ismt_cell *cell;
	u64 n;

	/* The other mode has no cells. */
	if (!st || !counting)
		return 0;
	tally = &st->tally;
	n = tally->n;
	if (!n)
		return 0;
	cell = &cells[tally->cell & (ISMT_CELLS - 1)];
	tally->moves++;
	barrier();
	if (tally->size < ISMT_WHOLE_BUCKETS)
		add(&cell->whole[tally->size], n);
	if (tally->latency < ISMT_CELL_HIST)
		add(&cell->latency[tally->latency], n);
	add(&cell->latency_sum, tally->latency_sum);
	add(&cell->whole_bytes, n * tally->len);
	if (tally->full)
		add(&cell->whole_full, n * tally->len);
	tally->n = 0;
	tally->latency_sum = 0;
	barrier();
	tally->moves++;
	return 0;
}

/* Remember a whole write for the next, which may then go through count_again(). */
static __always_inline void hot_set(struct task_state *st, const struct ismt_cell *cell,
				    u32 index, u32 size, u32 bucket)
{
	struct ismt_tally *tally = &st->tally;
	struct hot_write *hot = &st->hot;
	u64 low = bucket ? (1ULL << (bucket - 1)) + 1 : 0, high = 1ULL << bucket;

	if (low < cell->latency_min)
		low = cell->latency_min;
	if (high > cell->latency_max)
		high = cell->latency_max;
	hot->req = st->first;
	hot->latency_low = low;
	hot->latency_high = high;
	hot->run_size = 1ULL << 32 | (u32)st->rec.len;
	tally_move(st);
	tally->cell = index;
	tally->len = st->rec.len;
	tally->full = st->rec.len == known_of(st)->maxstbl;
	tally->size = size;
	tally->latency = bucket;
}

/*
 * The end of a write like the one before, but for its place; layer is that of
 * the hook.  Returns false, with nothing done, if it is not one.
 *
 * That it went to the same region follows from its instruction.
 */
static __always_inline bool count_again(u32 layer, s64 ret, u64 now)
{
	u64 task = bpf_get_current_task(), one = 1, pos, latency;
	struct task_state *st = slot_of(task);
	const struct ismt_access *rec = &st->rec;
	const struct hot_write *hot = &st->hot;

	if (st->task != task || st->phase != PHASE_ONE || (u32)st->first != hot->req)
		return false;
	if (ret != (s64)rec->len || ret != (s64)st->tally.len ||
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
	add(&st->tally.n, one);
	add(&st->tally.latency_sum, latency);
	return true;
}

/* Returns true if it may break a rule. */
static __always_inline bool count_whole(struct ismt_cell *cell, u32 maxstbl, u32 size, u64 len,
					u64 pos)
{
	if (size < ISMT_WHOLE_BUCKETS)
		add(&cell->whole[size], 1);
	add(&cell->whole_bytes, len);
	if (len == maxstbl)
		add(&cell->whole_full, len);
	return len > maxstbl || (pos & (BLOCK_BOUNDARY - 1)) + len > BLOCK_BOUNDARY;
}

__noinline int count_insns(struct ismt_cell *cell, const struct ismt_insns *insn, u32 maxstbl)
{
	u32 i, all = 0;

	if (!cell || !insn)
		return 0;
	for (i = 0; i < ISMT_KINDS; i++) {
		if (insn->n[i])
			add(&cell->n[i], insn->n[i]);
		all += insn->n[i];
	}
	for (i = 0; i < ISMT_WIDTHS; i++)
		if (insn->width[i])
			add(&cell->width[i], insn->width[i]);
	if (insn->failed)
		add(&cell->failed, insn->failed);
	if (insn->bytes)
		add(&cell->insn_bytes, insn->bytes);
	if (!insn->n[ISMT_PCISTB] && !insn->n[ISMT_MIO_BLOCK])
		return 0;
	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		if (insn->stb[i])
			add(&cell->stb[i], insn->stb[i]);
	if (insn->n[ISMT_PCISTB] == all) {
		add(&cell->block_bytes, insn->bytes);
		if (insn->min == maxstbl)
			add(&cell->block_full, insn->bytes);
	}
	return 0;
}

/* Everything but whole writes.  Returns true if it may break a rule. */
static __always_inline bool count_other(struct task_state *st, struct ismt_cell *cell, u32 maxstbl,
					bool bar)
{
	const struct ismt_access *rec = &st->rec;
	const struct ismt_insns *insn = &rec->insn;
	u64 len = rec->len;
	u32 mio, bucket;

	access_fill(st);
	add(&cell->accesses, 1);
	if (rec->ret < 0)
		add(&cell->errors, 1);
	else
		add(&cell->bytes, rec->ret);
	bucket = hist_bucket(len);
	if (bucket < ISMT_CELL_HIST)
		add(&cell->size[bucket], 1);
	add(&cell->size_sum, len);
	count_insns(cell, insn, maxstbl);

	mio = insn->n[ISMT_MIO_LOAD] | insn->n[ISMT_MIO_STORE] | insn->n[ISMT_MIO_BLOCK];
	if (insn->failed || mio || rec->ret != (s64)len)
		return true;
	if (!bar)
		return false;
	/* Longer than its narrowest instruction, which is below 8 bytes. */
	if (insn->min && insn->min < 8 && len > insn->min)
		return true;
	/* No store at all is no rule's business, unless the write was too long. */
	return rec->op == ISMT_WRITE && len &&
	       (insn->n[ISMT_PCISTG] || insn->n[ISMT_PCISTB] > 1 || len > maxstbl ||
		(rec->offset & (BLOCK_BOUNDARY - 1)) + len > BLOCK_BOUNDARY);
}

/* A write to a BAR that begins where the one before ended: does it go on with it? */
static __always_inline bool run_goes_on(const struct task_state *st, u32 maxstbl)
{
	const struct ismt_access *rec = &st->rec;
	u64 bytes = (u32)st->run.size, sum = bytes + rec->len;

	if (!st->run.size || sum > maxstbl || sum < bytes)
		return false;
	if (rec->hdr.ts > st->run.end && rec->hdr.ts - st->run.end > RUN_GAP_NS)
		return false;
	return ((rec->offset - bytes) & (BLOCK_BOUNDARY - 1)) + sum <= BLOCK_BOUNDARY;
}

/*
 * Follow the run that a write to a BAR begins or continues.  Returns true if it
 * should be told of, as an example.
 */
static __always_inline bool run_follow(struct task_state *st, struct ismt_cell *cell, u32 maxstbl,
				       u64 now)
{
	const struct ismt_access *rec = &st->rec;
	struct write_run *run = &st->run;
	bool tell = false;

	if (run->next == rec->offset && run_goes_on(st, maxstbl)) {
		run->size += (1ULL << 32) + rec->len;
		add(&cell->split, 1);
		tell = run->size >> 32 == 2 && now - run->told > RUN_TELL_NS;
		if (tell)
			run->told = now;
	} else {
		run->size = 1ULL << 32 | (u32)rec->len;
	}
	run->next = rec->offset + rec->len;
	run->end = now;
	return tell;
}

/* For the rules of user space to look at. */
static __always_inline void access_examine(struct task_state *st, u64 latency, bool must)
{
	access_who(st);
	st->rec.latency_ns = latency;
	st->rec.run = st->run.size >> 32;
	st->rec.run_bytes = st->run.size;
	if (access_send(st) && must)
		count(bpf_get_smp_processor_id(), ISMT_CNT_UNEXAMINED);
}

__noinline int access_count(struct task_state *st, u64 now)
{
	struct ismt_access *rec;
	u32 region, maxstbl, bucket, size, index;
	bool examine, tell = false;
	struct ismt_cell *cell;
	u64 latency;

	if (!st)
		return 0;
	rec = &st->rec;
	region = rec->offset >> ISMT_OFFSET_SHIFT(rec->layer);
	latency = now - rec->hdr.ts;
	maxstbl = known_of(st)->maxstbl;
	index = cell_get(st, region);
	if (index >= ISMT_CELLS) {
		access_put_apart(st, ISMT_APART_LOST);
		count(bpf_get_smp_processor_id(), ISMT_CNT_LOST_SLOT);
		return 0;
	}
	cell = &cells[index & (ISMT_CELLS - 1)];
	if (!cell->latency_min || latency < cell->latency_min)
		cell->latency_min = latency;
	if (latency > cell->latency_max)
		cell->latency_max = latency;
	bucket = hist_bucket(latency);
	if (bucket < ISMT_CELL_HIST)
		add(&cell->latency[bucket], 1);
	add(&cell->latency_sum, latency);
	size_extremes(cell, rec->len);

	if (is_whole(st)) {
		size = hist_bucket(rec->len);
		if (size >= ISMT_WHOLE_BUCKETS)
			size = ISMT_WHOLE_BUCKETS - 1;
		examine = count_whole(cell, maxstbl, size, rec->len, rec->offset);
		tell = run_follow(st, cell, maxstbl, now);
		if (rec->len <= maxstbl)
			hot_set(st, cell, index, size, bucket);
	} else {
		examine = count_other(st, cell, maxstbl, region < BARS);
		if (rec->op == ISMT_WRITE && region < BARS && rec->ret > 0)
			tell = run_follow(st, cell, maxstbl, now);
		else
			st->run.size = 0;
	}
	if (examine || tell)
		access_examine(st, latency, examine);
	return 0;
}

#endif /* ISMT_COUNT_H */
