/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access_exit.bpf.h - the end of an access: a record, counts, or neither.
 */
#ifndef ISMT_ACCESS_EXIT_BPF_H
#define ISMT_ACCESS_EXIT_BPF_H

#include "access.bpf.h"
#include "count.bpf.h"
#include "judge.h"

static __always_inline bool access_was_clean(const struct ismt_task_state *st)
{
	return access_is_clean(&st->rec, st->insns == INSNS_FULL ? st->rec.insn.failed : 0);
}

/* An access ends that is filtered, lost or of a task without a slot: count it.  Returns ACCESS_OPEN if it is to be recorded all the same. */
__noinline u32 access_sort_out(struct ismt_task_state *st, u32 access)
{
	if (!st)
		return ACCESS_NONE;
	if (access & ACCESS_SPILLED)
		count_spilled_end(st, ACCESS_KIND(access));
	access = ACCESS_KIND(access);
	if (filter.errors && access == ACCESS_OPEN && access_was_clean(st))
		access = ACCESS_FILTERED;
	if (access == ACCESS_FILTERED) {
		access_put_unattr(st, ISMT_UNATTR_FILTERED);
		count(bpf_get_smp_processor_id(), ISMT_CNT_FILTERED);
	} else if (access == ACCESS_UNTRACKED) {
		access_put_unattr(st, ISMT_UNATTR_LOST);
		count(bpf_get_smp_processor_id(), ISMT_CNT_LOST_TRACK);
	}
	return access;
}

__noinline int access_unopened(void)
{
	if (armed)
		count(bpf_get_smp_processor_id(), ISMT_CNT_UNOPENED);
	return 0;
}

/* An access ends: the slow path, which handles all cases. */
__noinline int access_exit(u32 layer, s64 ret, u64 now)
{
	struct ismt_task_state *st = state_get();
	u32 access;

	if (!st || ACCESS_IDLE(st->access))
		return access_unopened();
	if (st->rec.layer != layer) {
		/* The core returning into the variant driver. */
		st->nested = 0;
		return 0;
	}

	access = st->access;
	st->access = ACCESS_NONE;
	st->rec.ret = ret;
	if (access != ACCESS_OPEN || filter.errors)
		access = access_sort_out(st, access);
	if (access != ACCESS_OPEN)
		return 0;
	st->access = ACCESS_READY;
	if (counting)
		access_count(st, now);
	else
		access_record(st, now);
	st->insns = INSNS_NONE;
	return 0;
}

/* Forget the state of a task that ends, or of one that had its address before. */
static __always_inline void task_end(struct ismt_task_state *st)
{
	if (!ACCESS_IDLE(st->access))
		access_abandon(st, ISMT_CNT_LOST_RETURN);
	batch_flush(st);
	task_forget(st);
	barrier();
	if (!st->spilled)
		st->task = 0;
}

#endif /* ISMT_ACCESS_EXIT_BPF_H */
