/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access.bpf.h - the VFIO layer: an access is opened when a driver's read or
 * write is entered and becomes a record when it returns.
 */
#ifndef ISMT_ACCESS_BPF_H
#define ISMT_ACCESS_BPF_H

#include "fn_cache.bpf.h"
#include "insn_sums.h"
#include "match.h"
#include "state.bpf.h"
#include "task.bpf.h"

static __always_inline bool fid_wanted(u32 fid)
{
	u32 i;

	for (i = 0; i < ISMT_SCOPE_FIDS; i++) {
		if (i >= scope.nr_fids)
			break;
		if (scope.fids[i] == fid)
			return true;
	}
	return false;
}

/* Does a name pass the filter?  io_uring's workers have names of their own, but count as their program. */
static __always_inline bool comm_wanted(const char *comm)
{
	char leader[ISMT_COMM_LEN] = {};

	if (filter_wants_name(&filter, comm))
		return true;
	if (!task_is_worker())
		return false;
	task_leader_name(leader);
	return filter_wants_name(&filter, leader);
}

/* The filters that can be decided when an access begins, the cheapest first. */
static __always_inline bool access_wanted(const struct ismt_access *rec)
{
	u64 region = rec->offset >> ISMT_OFFSET_SHIFT(rec->layer);

	if (!filter_wants_place(&filter, rec->op, region, rec->len))
		return false;
	if (filter.by_fid && !fid_wanted(rec->fid))
		return false;
	return !filter.comm_len || comm_wanted(rec->comm);
}

/*
 * Is the current process one of those that are traced?  If the tracer's PID namespace is not the
 * first one, those asked for with -p are in a map of their own, pids_asked.
 */
static __always_inline bool process_wanted(void)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (bpf_map_lookup_elem(&pids, &pid))
		return true;
	if (!pid_ns)
		return false;
	pid = task_ids() >> 32;
	return pid && bpf_map_lookup_elem(&pids_asked, &pid);
}

/* How many ancestors of a process are looked at. */
#define ANCESTORS 16

/*
 * The current process is not in the map of traced ones.  If one of its ancestors is, it should be
 * there, too, but there was no room for it, or for an ancestor in between.
 */
__noinline u32 process_lost_track(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	u32 i, pid;

	for (i = 0; i < ANCESTORS; i++) {
		task = BPF_CORE_READ(task, group_leader, real_parent);
		if (!task)
			break;
		pid = BPF_CORE_READ(task, tgid);
		if (!pid)
			break;
		if (bpf_map_lookup_elem(&pids, &pid))
			return true;
	}
	return false;
}

/* enum pid_wanted of the task, looked up once: its process stays the same, and in the maps until it ends. */
static __always_inline u32 pid_wanted(struct ismt_task_state *st)
{
	if (st->pid_wanted)
		return st->pid_wanted;
	if (process_wanted())
		st->pid_wanted = PID_WANTED;
	else
		st->pid_wanted = lost_track && process_lost_track() ? PID_LOST_TRACK : PID_UNWANTED;
	return st->pid_wanted;
}

/* Fill in the sums of an access, which so far has at most one instruction. */
__noinline int access_fill(struct ismt_task_state *st)
{
	if (!st || st->insns == INSNS_FULL)
		return 0;
	access_expand(&st->rec, st->insns, st->first);
	st->insns = INSNS_FULL;
	return 0;
}

/* Keep the instructions of an access that will be in no record. */
__noinline int access_put_unattr(struct ismt_task_state *st, u32 class)
{
	struct ismt_unattr *total;
	struct ismt_access *rec;
	u32 kind;

	if (!st)
		return 0;
	rec = &st->rec;
	total = unattr_get(rec->fh, class, (u64)rec->fid + 1);
	if (!total)
		return 0;
	access_fill(st);
	__sync_fetch_and_add(&total->accesses, 1);
	for (kind = 0; kind < ISMT_KINDS; kind++)
		__sync_fetch_and_add(&total->n[kind], rec->insn.n[kind]);
	__sync_fetch_and_add(&total->failed, rec->insn.failed);
	__sync_fetch_and_add(&total->bytes, rec->insn.bytes);
	return 0;
}

/* Tasks without a slot: where the instructions of an open access are counted until it ends. */
static __always_inline struct ismt_unattr *spilled_insns(struct ismt_task_state *st, u32 access)
{
	u32 class = access == ACCESS_FILTERED ? ISMT_UNATTR_FILTERED : ISMT_UNATTR_LOST;

	return unattr_get(st->rec.fh, class, (u64)st->rec.fid + 1);
}

/* Tasks without a slot: the access has ended, so take its instructions off those sums. */
__noinline int spilled_insns_end(struct ismt_task_state *st, u32 access)
{
	struct ismt_unattr *total = st ? spilled_insns(st, access) : NULL;
	u32 kind;

	if (!total)
		return 0;
	for (kind = 0; kind < ISMT_KINDS; kind++) {
		if (st->insns == INSNS_FULL)
			__sync_fetch_and_add(&total->n[kind], -(u64)st->rec.insn.n[kind]);
		else if (st->insns == INSNS_ONE && kind == REQ_KIND(st->first))
			__sync_fetch_and_add(&total->n[kind], -1);
	}
	return 0;
}

/* An access of a task without a slot ends: one that was opened, or one that was left out. */
static __always_inline void count_spilled_end(struct ismt_task_state *st, u32 access)
{
	spilled_insns_end(st, access);
	count(bpf_get_smp_processor_id(),
	      access == ACCESS_FILTERED ? ISMT_CNT_SPILLED_OVER : ISMT_CNT_SPILLED_DONE);
}

/*
 * The end of the open access was not seen, because a return probe missed it, or the task or the
 * trace has ended.  Count it under cause (enum ismt_counter), and keep its instructions.
 */
__noinline int access_abandon(struct ismt_task_state *st, u32 cause)
{
	u32 cpu = bpf_get_smp_processor_id(), access;

	if (!st)
		return 0;
	access = ACCESS_KIND(st->access);
	st->access = ACCESS_NONE;
	if (access == ACCESS_SKIPPED)
		return 0;
	if (st->spilled)
		count_spilled_end(st, access);
	if (access != ACCESS_FILTERED) {
		access_put_unattr(st, ISMT_UNATTR_LOST);
		count(cpu, cause & (ISMT_COUNTERS_PADDED - 1));
	} else {
		access_put_unattr(st, ISMT_UNATTR_FILTERED);
		count(cpu, ISMT_CNT_FILTERED);
	}
	return 0;
}

/* Apply the filters to an access that begins.  Returns the enum task_access for it. */
__noinline u32 access_filter(struct ismt_task_state *st)
{
	u32 wanted = PID_WANTED;

	if (!st)
		return ACCESS_NONE;
	access_who(st);
	if (filter.by_pid)
		wanted = pid_wanted(st);
	if (wanted == PID_UNWANTED || (filtered && !access_wanted(&st->rec)))
		return ACCESS_FILTERED;
	return wanted == PID_LOST_TRACK ? ACCESS_UNTRACKED : ACCESS_OPEN;
}

/* The arguments of a driver's read or write. */
struct ismt_access_args {
	u64 vdev;
	u64 buf;
	u64 len;
	u64 pos;
	u32 layer;
	u32 op;
};

/*
 * May the task's next access to this device go through access_enter_fast()?  Not if there is
 * anything to look at, and not if a device is opened just now, or the task renamed:
 * fn_cache_invalidate() changes the generation first, task_renamed() the time.
 */
static __always_inline void access_allow_fast(struct ismt_task_state *st)
{
	if (filtered || filter.errors || filter.snaplen || st->spilled)
		return;
	__sync_lock_test_and_set(&st->fast_vdev, st->vdev);
	if (st->generation != generation || st->renamed)
		st->fast_vdev = 0;
}

/* An access begins: the slow path, which handles all cases. */
__noinline int access_enter(const struct ismt_access_args *args)
{
	struct ismt_task_state *st = state_get_or_make();
	struct ismt_access *rec;
	u32 access = ACCESS_OPEN;

	if (!args)
		return 0;
	if (!st) {
		count(bpf_get_smp_processor_id(), ISMT_CNT_LOST_SLOT);
		return 0;
	}
	rec = &st->rec;
	if (!ACCESS_IDLE(st->access)) {
		/* The variant driver handing on to the core: one access. */
		if (args->layer == ISMT_LAYER_CORE && rec->layer == ISMT_LAYER_ISM &&
		    st->vdev == args->vdev && rec->op == args->op && !st->nested) {
			st->nested = 1;
			return 0;
		}
		access_abandon(st, ISMT_CNT_LOST_RETURN);
	}
	task_look_at_name(st);
	if (st->vdev != args->vdev || st->generation != generation || !st->number)
		fn_cache_switch(st, args->vdev);
	access_allow_fast(st);
	rec->layer = args->layer;
	rec->op = args->op;
	if (args->layer == ISMT_LAYER_CORE && !scope.any_device && !fn_cache_entry_of(st)->is_ism) {
		st->access = ACCESS_SKIPPED;
		return 0;
	}

	st->insns = INSNS_NONE;
	rec->offset = args->pos;
	rec->len = args->len;
	if (filter.snaplen) {
		st->buf = args->buf;
		st->payload_len = 0;
	}
	if (!counting)
		access_who(st);
	if (filtered || filter.by_pid)
		access = access_filter(st);
	if (st->spilled) {
		count(bpf_get_smp_processor_id(),
		      access == ACCESS_FILTERED ? ISMT_CNT_SPILLED_OUT : ISMT_CNT_SPILLED_OPEN);
		access |= ACCESS_SPILLED;
	}
	st->access = access;
	st->nested = 0;
	rec->hdr.ts = bpf_ktime_get_ns();
	return 0;
}

/*
 * An access begins: may it take the fast path?  Nearly always, as the task has accessed the same
 * function before, nothing is filtered but by process, and no payload is taken.
 */
static __always_inline bool access_is_ready(const struct ismt_task_state *st, u64 task, u64 vdev)
{
	return __builtin_expect(
		st->task == task && st->phase == PHASE_READY && st->fast_vdev == vdev, true);
}

static __always_inline int access_enter_fast(struct ismt_task_state *st, u32 layer, u32 op, u64 len,
					     u64 pos)
{
	st->rec.len = len;
	st->rec.offset = pos;
	st->rec.op = op;
	st->rec.layer = layer;
	st->phase = PHASE_ENTERED;
	st->rec.hdr.ts = bpf_ktime_get_ns();
	return 0;
}

/*
 * Send a record with its payload.  A store block was copied from the driver's buffer.  Anything
 * else is read from the caller's buffer, which is mapped, as the driver has just used it, but
 * which another thread may have changed since.
 */
static __always_inline long submit_with_payload(struct ismt_task_state *st, u64 flags)
{
	struct ismt_payload *payload = payload_get();
	u64 len = st->payload_len;

	if (!payload)
		return bpf_ringbuf_output(&records, &st->rec, sizeof(st->rec), flags);
	if (!len && st->rec.ret > 0) {
		len = payload_cut(st->rec.ret);
		if (bpf_probe_read_user(payload->data, len, (void *)st->buf))
			len = 0;
	}
	len = payload_cut(len);
	st->rec.hdr.len = sizeof(st->rec) + len;
	payload->rec = st->rec;
	return bpf_ringbuf_output(&records, payload, sizeof(st->rec) + len, flags);
}

static __always_inline long submit(struct ismt_task_state *st, u64 flags)
{
	struct ismt_access *rec = &st->rec;

	if (filter.snaplen)
		access_fill(st);
	if (st->insns != INSNS_FULL) {
		rec->hdr.type = ISMT_REC_BRIEF;
		rec->hdr.len = ISMT_BRIEF_LEN;
		rec->brief = st->insns;
		rec->req = st->first;
		return bpf_ringbuf_output(&records, rec, ISMT_BRIEF_LEN, flags);
	}
	rec->hdr.type = ISMT_REC_ACCESS;
	rec->hdr.len = sizeof(*rec);
	if (filter.snaplen)
		return submit_with_payload(st, flags);
	return bpf_ringbuf_output(&records, rec, sizeof(*rec), flags);
}

/* Send a record.  The reader is woken once in so many records of a task (wakeup_mask), and else looks every 50 ms. */
static __always_inline long access_send(struct ismt_task_state *st)
{
	st->rec.hdr.cpu = bpf_get_smp_processor_id();
	return submit(st, st->recorded++ & wakeup_mask ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP);
}

static __always_inline void access_record(struct ismt_task_state *st, u64 now)
{
	st->rec.latency_ns = now - st->rec.hdr.ts;
	if (access_send(st)) {
		access_put_unattr(st, ISMT_UNATTR_LOST);
		count(bpf_get_smp_processor_id(), ISMT_CNT_LOST_RING);
	}
}

#endif /* ISMT_ACCESS_BPF_H */
