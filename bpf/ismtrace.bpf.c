// SPDX-License-Identifier: GPL-2.0-only
/*
 * ismtrace.bpf.c - the programs, and what they attach to.
 *
 * Each hook exists twice, for trampolines (fentry and fexit, which want the
 * BPF JIT) and for kprobes; user space loads one of the two.  To add a hook,
 * add it here and in the table of user/live/hooks.c.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "access.bpf.h"
#include "access_exit.bpf.h"
#include "insn.bpf.h"
#include "ismtrace.h"
#include "measure.bpf.h"
#include "state.bpf.h"
#include "zpci_list.bpf.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline u64 read_pos(const s64 *ppos)
{
	u64 pos = 0;

	bpf_probe_read_kernel(&pos, sizeof(pos), ppos);
	return pos;
}

/*
 * A trampoline program's argument by its number.  Read by a helper: the verifier takes a pointer to
 * const void for one to an unknown structure, and refuses a plain read of it.
 */
static __always_inline u64 func_arg(void *ctx, u32 n)
{
	u64 value = 0;

	bpf_get_func_arg(ctx, n, &value);
	return value;
}

static __always_inline int access_enter_slow(u32 layer, u32 op, u64 vdev, u64 buf, u64 len, u64 pos)
{
	struct ismt_access_args args = {
		.vdev = vdev,
		.buf = buf,
		.len = len,
		.pos = pos,
		.layer = layer,
		.op = op,
	};

	return access_enter(&args);
}

/*
 * What all programs on a driver's read and write do at its entry.  A macro, so that an
 * argument is read where it is needed, and none has to be kept meanwhile.
 */
#define ENTER(layer, op, vdev, buf, len, pos)                                     \
	({                                                                        \
		u64 task = bpf_get_current_task();                                \
		struct ismt_task_state *st = slot_of(task);                       \
                                                                                  \
		if (!armed)                                                       \
			return 0;                                                 \
		if (!access_is_ready(st, task, vdev))                             \
			return access_enter_slow(layer, op, vdev, buf, len, pos); \
		access_enter_fast(st, layer, op, len, pos);                       \
	})

/* What all programs do at its return.  The time is taken once, for whichever path it takes. */
static __always_inline int leave(u32 layer, s64 ret, bool counts)
{
	u64 now = bpf_ktime_get_ns();

	if (!counts || __builtin_expect(!count_fast(layer, ret, now), false))
		return access_exit(layer, ret, now);
	return 0;
}

#define ACCESS_HOOK(name, function, layer, op)                                              \
	SEC("fentry/" function)                                                             \
	int fentry_##name(u64 *ctx)                                                         \
	{                                                                                   \
		return ENTER(layer, op, ctx[0], ctx[1], ctx[2], read_pos((s64 *)ctx[3]));   \
	}                                                                                   \
	SEC("fexit/" function)                                                              \
	int BPF_PROG(fexit_##name, struct vfio_device *vdev, void *buf, u64 len, s64 *ppos, \
		     s64 ret)                                                               \
	{                                                                                   \
		return leave(layer, ret, counting);                                         \
	}                                                                                   \
	SEC("kprobe/" function)                                                             \
	int kprobe_##name(struct pt_regs *ctx)                                              \
	{                                                                                   \
		return ENTER(layer, op, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx),             \
			     PT_REGS_PARM3(ctx), read_pos((s64 *)PT_REGS_PARM4(ctx)));      \
	}                                                                                   \
	SEC("kretprobe/" function)                                                          \
	int BPF_KRETPROBE(kretprobe_##name, s64 ret)                                        \
	{                                                                                   \
		return leave(layer, ret, counting);                                         \
	}

ACCESS_HOOK(ism_read, "ism_vfio_pci_read", ISMT_LAYER_ISM, ISMT_READ)
ACCESS_HOOK(ism_write, "ism_vfio_pci_write", ISMT_LAYER_ISM, ISMT_WRITE)
ACCESS_HOOK(core_read, "vfio_pci_core_read", ISMT_LAYER_CORE, ISMT_READ)
ACCESS_HOOK(core_write, "vfio_pci_core_write", ISMT_LAYER_CORE, ISMT_WRITE)

/*
 * The variant driver's own trace events, where it has them: cheaper than any
 * probe on the two functions.
 */
SEC("raw_tp/ism_vfio_pci_enter")
int event_enter(u64 *ctx)
{
	return ENTER(ISMT_LAYER_ISM, ctx[4], ctx[0], ctx[1], ctx[2], ctx[3]);
}

SEC("raw_tp/ism_vfio_pci_exit")
int event_exit(u64 *ctx)
{
	return leave(ISMT_LAYER_ISM, ctx[1], false);
}

/* Two programs, one for each value of `counting`: to test it at run time costs a fortieth of the program. */
SEC("raw_tp/ism_vfio_pci_exit")
int event_exit_counting(u64 *ctx)
{
	return leave(ISMT_LAYER_ISM, ctx[1], true);
}

/* All three helpers take (data, request, offset). */
#define INSN_HOOK(name, function, kind)                          \
	SEC("fentry/" function)                                  \
	int BPF_PROG(fentry_##name, u64 a, u64 b, u64 c)         \
	{                                                        \
		insn_enter(kind, b, c, (void *)a);               \
		return measuring ? measure_insn(kind, b) : 0;    \
	}                                                        \
	SEC("fexit/" function)                                   \
	int BPF_PROG(fexit_##name, u64 a, u64 b, u64 c, s32 ret) \
	{                                                        \
		return insn_exit(ret);                           \
	}                                                        \
	SEC("kprobe/" function)                                  \
	int BPF_KPROBE(kprobe_##name, u64 a, u64 b, u64 c)       \
	{                                                        \
		insn_enter(kind, b, c, (void *)a);               \
		return measuring ? measure_insn(kind, b) : 0;    \
	}                                                        \
	SEC("kretprobe/" function)                               \
	int BPF_KRETPROBE(kretprobe_##name, s32 ret)             \
	{                                                        \
		return insn_exit(ret);                           \
	}                                                        \
	SEC("fentry/" function)                                  \
	int BPF_PROG(fentry_plain_##name, u64 a, u64 b)          \
	{                                                        \
		return insn_enter_plain(kind, b);                \
	}                                                        \
	SEC("kprobe/" function)                                  \
	int BPF_KPROBE(kprobe_plain_##name, u64 a, u64 b)        \
	{                                                        \
		return insn_enter_plain(kind, b);                \
	}                                                        \
	SEC("fentry/" function)                                  \
	int BPF_PROG(fentry_measured_##name, u64 a, u64 b)       \
	{                                                        \
		insn_enter_plain(kind, b);                       \
		return measure_insn(kind, b);                    \
	}                                                        \
	SEC("kprobe/" function)                                  \
	int BPF_KPROBE(kprobe_measured_##name, u64 a, u64 b)     \
	{                                                        \
		insn_enter_plain(kind, b);                       \
		return measure_insn(kind, b);                    \
	}

INSN_HOOK(load, "__zpci_load", ISMT_PCILG)
INSN_HOOK(store, "__zpci_store", ISMT_PCISTG)
INSN_HOOK(store_block, "__zpci_store_block", ISMT_PCISTB)

/* addr: which argument is the MIO address; the length is always the third. */
#define MIO_HOOK(name, function, kind, addr)                                   \
	SEC("fentry/" function)                                                \
	int fentry_##name(void *ctx)                                           \
	{                                                                      \
		return mio_enter(kind, func_arg(ctx, addr), func_arg(ctx, 2)); \
	}                                                                      \
	SEC("fexit/" function)                                                 \
	int BPF_PROG(fexit_##name, u64 a, u64 b, u64 c, s32 ret)               \
	{                                                                      \
		return mio_exit(kind, ret);                                    \
	}                                                                      \
	SEC("kprobe/" function)                                                \
	int BPF_KPROBE(kprobe_##name, u64 a, u64 b, u64 c)                     \
	{                                                                      \
		return mio_enter(kind, addr ? b : a, c);                       \
	}                                                                      \
	SEC("kretprobe/" function)                                             \
	int BPF_KRETPROBE(kretprobe_##name, s32 ret)                           \
	{                                                                      \
		return mio_exit(kind, ret);                                    \
	}

MIO_HOOK(mio_load, "zpci_load", ISMT_MIO_LOAD, 1)
MIO_HOOK(mio_store, "zpci_store", ISMT_MIO_STORE, 0)
MIO_HOOK(mio_block, "zpci_write_block", ISMT_MIO_BLOCK, 0)

SEC("fentry/debug_event_common")
int fentry_error(void *ctx)
{
	return insn_error_event((void *)func_arg(ctx, 0), (void *)func_arg(ctx, 2),
				func_arg(ctx, 3));
}

SEC("kprobe/debug_event_common")
int BPF_KPROBE(kprobe_error, struct debug_info *id, int level, const void *buf, int len)
{
	return insn_error_event(id, buf, len);
}

/*
 * A device is opened: another one may have had its address before.  Tasks on the fast path do not
 * compare generations, so all are taken off it.  A task that is inside an access just then ends
 * it with what it knows.
 */
static __always_inline int fn_cache_invalidate(void)
{
	u32 i;

	__sync_fetch_and_add(&generation, 1);
	/* Unrolled: the verifier follows every round. */
#pragma clang loop unroll_count(16)
	for (i = 0; i < ISMT_SLOTS; i++)
		slot_at(i)->fast_vdev = 0;
	return 0;
}

SEC("fentry/vfio_pci_core_enable")
int fentry_enable(void *ctx)
{
	return fn_cache_invalidate();
}

SEC("kprobe/vfio_pci_core_enable")
int kprobe_enable(void *ctx)
{
	return fn_cache_invalidate();
}

/* With --measure: where a measurement block begins and ends, and what ends it. */
SEC("fentry/zpci_mod_fc")
int fentry_mod_fc(u64 *ctx)
{
	return measure_mod_fc(ctx[0], (void *)ctx[1]);
}

SEC("fexit/zpci_mod_fc")
int BPF_PROG(fexit_mod_fc, u64 req, void *fib, void *status, u8 cc)
{
	return measure_mod_fc_done(cc);
}

SEC("kprobe/zpci_mod_fc")
int BPF_KPROBE(kprobe_mod_fc, u64 req, void *fib)
{
	return measure_mod_fc(req, fib);
}

SEC("kretprobe/zpci_mod_fc")
int BPF_KRETPROBE(kretprobe_mod_fc, u64 cc)
{
	return measure_mod_fc_done(cc);
}

SEC("fentry/clp_enable_fh")
int fentry_enable_fh(u64 *ctx)
{
	return measure_enable((void *)ctx[0]);
}

SEC("fexit/clp_enable_fh")
int BPF_PROG(fexit_enable_fh, void *zdev, void *fh, u8 spaces, int err)
{
	return measure_enable_done(err);
}

SEC("kprobe/clp_enable_fh")
int BPF_KPROBE(kprobe_enable_fh, void *zdev)
{
	return measure_enable(zdev);
}

SEC("kretprobe/clp_enable_fh")
int BPF_KRETPROBE(kretprobe_enable_fh, int err)
{
	return measure_enable_done(err);
}

SEC("fentry/vfio_pci_core_disable")
int fentry_disable(u64 *ctx)
{
	return measure_closing(ctx[0]);
}

SEC("kprobe/vfio_pci_core_disable")
int BPF_KPROBE(kprobe_disable, u64 vdev)
{
	return measure_closing(vdev);
}

/*
 * Count the open accesses of tasks with slots.  A run looks at SLOTS_A_RUN slots, from slot_cursor
 * on, and returns 0 when there are no more.
 */
#define SLOTS_A_RUN 128

__u32 open_accesses;
__u32 slot_cursor;

SEC("raw_tp")
int scan_open(void *ctx)
{
	u32 i, at = slot_cursor;

	for (i = 0; i < SLOTS_A_RUN; i++, at++) {
		if (slot_at(at)->access >= ACCESS_OPEN)
			open_accesses++;
	}
	slot_cursor = at;
	return at < ISMT_SLOTS;
}

/*
 * The trace is over, and no other program runs any more: count the accesses that are still open as
 * unfinished.  In runs, as scan_open().
 */
SEC("raw_tp")
int end_open(void *ctx)
{
	u32 i, at = slot_cursor;

	for (i = 0; i < SLOTS_A_RUN; i++, at++) {
		struct ismt_task_state *st = slot_at(at);

		if (st->access >= ACCESS_OPEN)
			access_abandon(st, ISMT_CNT_UNFINISHED);
	}
	slot_cursor = at;
	return at < ISMT_SLOTS;
}

/* A child of a traced process is traced, too. */
SEC("raw_tp/sched_process_fork")
int follow_fork(u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	u32 ptgid = BPF_CORE_READ(parent, tgid), ctgid = BPF_CORE_READ(child, tgid);
	u8 yes = 1;

	if (filter.by_pid && ptgid != ctgid && process_wanted() &&
	    bpf_map_update_elem(&pids, &ctgid, &yes, BPF_ANY))
		lost_track = 1;
	return 0;
}

/*
 * A task ends; this runs in its context.  Its slot becomes free.  The first thread of a process may
 * end before the others.
 */
SEC("raw_tp/sched_process_exit")
int follow_exit(u64 *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32, asked;
	struct ismt_task_state *st = state_get();

	if (st)
		task_end(st);
	if (!(filter.by_pid || counting) || !process_is_over())
		return 0;
	if (counting)
		cells_process_over(pid);
	if (!filter.by_pid)
		return 0;
	bpf_map_delete_elem(&pids, &pid);
	asked = pid_ns ? task_ids() >> 32 : 0;
	if (asked)
		bpf_map_delete_elem(&pids_asked, &asked);
	return 0;
}

/*
 * A task's memory is freed, and may become another task's.  Free its slot once more: a task closes
 * its files after sched_process_exit, and instructions on the way may have given it a slot.
 */
SEC("raw_tp/sched_process_free")
int follow_free(u64 *ctx)
{
	struct ismt_task_state *st = slot_of(ctx[0]);

	if (st->task == ctx[0])
		task_end(st);
	return 0;
}

/* A task executes a program; this runs in its context.  It may get another thread id, its leader's. */
SEC("raw_tp/sched_process_exec")
int follow_exec(u64 *ctx)
{
	struct ismt_task_state *st = state_get();

	if (st)
		task_executes(st);
	return 0;
}

/*
 * A task is renamed, by exec(), prctl() or a write to /proc, which another task may do.  The new
 * name is not in the task yet.
 */
SEC("raw_tp/task_rename")
int follow_rename(u64 *ctx)
{
	union {
		char comm[ISMT_COMM_LEN];
		u64 half[2];
	} name = {};
	struct ismt_task_state *st;
	u32 i;

	task_renamed_by(ctx[0]);
	st = slot_of(ctx[0]);
	if (st->task != ctx[0]) {
		st = ctx[0] == bpf_get_current_task() ? state_get() : NULL;
		if (!st)
			return 0;
	}
	bpf_probe_read_kernel_str(name.comm, sizeof(name.comm), (void *)ctx[1]);
	task_renamed(st);
	for (i = 0; counting && i < FN_CACHE; i++) {
		if (!st->fn_cache[i].vdev)
			continue;
		cell_rename(st->fn_cache[i].cell[ISMT_READ], name.half);
		cell_rename(st->fn_cache[i].cell[ISMT_WRITE], name.half);
	}
	return 0;
}
