/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.bpf.h - who a task is, for as long as that holds: its numbers and name, and the end of
 * what is kept of it.
 */
#ifndef ISMT_TASK_BPF_H
#define ISMT_TASK_BPF_H

#include "state.bpf.h"

/*
 * The tracer's PID namespace and its level; 0: the first namespace, whose numbers need no
 * translation.  scan_machine(), which the tracer runs in its own context, sets them.
 */
__u64 pid_ns;
__u32 pid_ns_level;

/* A pid's number at a level, and the namespace that it is a number of. */
static __always_inline struct upid *upid_at(struct pid *pid, u32 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       level * bpf_core_type_size(struct upid);
}

/* A pid's number in the tracer's namespace; 0: it has none. */
static __always_inline u32 pid_number(struct pid *pid)
{
	struct upid *upid = upid_at(pid, pid_ns_level);

	if (BPF_CORE_READ(pid, level) < pid_ns_level)
		return 0;
	if ((u64)BPF_CORE_READ(upid, ns) != pid_ns)
		return 0;
	return BPF_CORE_READ(upid, nr);
}

/* bpf_get_current_pid_tgid() with numbers of the tracer's namespace; 0: the task is not in it. */
__noinline u64 task_ids(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	u32 pid, tid;

	if (!pid_ns)
		return bpf_get_current_pid_tgid();
	tid = pid_number(BPF_CORE_READ(task, thread_pid));
	pid = pid_number(BPF_CORE_READ(task, group_leader, thread_pid));
	return tid && pid ? (u64)pid << 32 | tid : 0;
}

/* Called in the tracer's context: remember its PID namespace. */
static __always_inline void task_learn_namespace(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	u32 level = BPF_CORE_READ(pid, level);

	if (!level)
		return;
	pid_ns_level = level;
	pid_ns = (u64)BPF_CORE_READ(upid_at(pid, level), ns);
}

/*
 * For how long, in ns, accesses look at a task's real name after the task was renamed.  The trace
 * event comes before the new name is in the task.  And if two rename it at once, the events come
 * in any order: newer kernels (7.2) take no lock for it.
 */
#define RENAME_NS 1000000000ULL

/* When a task without state was last renamed by another task, ns. */
static u64 renamed_unknown;

static __always_inline void task_renamed(struct ismt_task_state *st)
{
	__sync_lock_test_and_set(&st->renamed, bpf_ktime_get_ns());
	st->fast_vdev = 0;
}

/* Note that a task is renamed; call it before looking for its state, which the task may be about to make. */
static __always_inline void task_renamed_by(u64 task)
{
	if (task != bpf_get_current_task())
		__sync_lock_test_and_set(&renamed_unknown, bpf_ktime_get_ns());
}

/* True if a task may have been renamed while there was no state to note it in. */
static __always_inline bool renamed_lately(void)
{
	return renamed_unknown && bpf_ktime_get_ns() - renamed_unknown < RENAME_NS;
}

/*
 * Fill in the record's pid, tid and comm.  For a task with a slot they are kept until it executes
 * another program; task_look_at_name() sees when it is renamed.
 */
static __always_inline void access_who(struct ismt_task_state *st)
{
	u64 ids;

	if (st->who_known)
		return;
	ids = task_ids();
	st->rec.flags = ids ? 0 : ISMT_TASK_FOREIGN;
	if (!ids)
		ids = bpf_get_current_pid_tgid();
	st->rec.pid = ids >> 32;
	st->rec.tid = ids;
	if (!counting)
		st->rec.task = st->number;
	bpf_get_current_comm(st->rec.comm, sizeof(st->rec.comm));
	if (renamed_lately())
		task_renamed(st);
	st->who_known = !st->spilled;
}

/* At the beginning of an access: was the task renamed?  An open access keeps the name that it began with. */
static __always_inline void task_look_at_name(struct ismt_task_state *st)
{
	u64 at = st->renamed;

	if (!at)
		return;
	if (st->who_known)
		bpf_get_current_comm(st->rec.comm, sizeof(st->rec.comm));
	/* Another name may have come meanwhile. */
	if (bpf_ktime_get_ns() - at > RENAME_NS)
		__sync_val_compare_and_swap(&st->renamed, at, 0);
}

/* Is the current thread the last of its process?  The first one may have ended before others. */
static __always_inline bool process_is_over(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, signal, live.counter) <= 0;
}

/* A task that the kernel has made for io_uring in a process, with a name of the kernel's. */
#define PF_IO_WORKER 0x10

static __always_inline bool task_is_worker(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, flags) & PF_IO_WORKER;
}

/* The name of such a worker's process. */
static __always_inline void task_leader_name(char *comm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	bpf_core_read(comm, ISMT_COMM_LEN, &leader->comm);
}

/* Clear all that a slot knows of its task: the next task at that address must not inherit it. */
static __always_inline void task_forget(struct ismt_task_state *st)
{
	u32 i;

	st->phase = 0;
	st->generation = 0;
	st->who_known = 0;
	st->number = 0;
	st->fast_vdev = 0;
	st->vdev = 0;
	st->at = 0;
	st->first = 0;
	st->recorded = 0;
	st->renamed = 0;
	st->pid_wanted = 0;
	st->hot.req = 0;
	st->run.size = 0;
	st->reported = 0;
	st->cur.active = 0;
	for (i = 0; i < FN_CACHE; i++) {
		st->fn_cache[i].vdev = 0;
		st->fn_cache[i].run.size = 0;
	}
}

/* The task has executed another program, in the same process. */
static __always_inline void task_executes(struct ismt_task_state *st)
{
	u32 i;

	st->who_known = 0;
	st->number = 0;
	st->run.size = 0;
	for (i = 0; i < FN_CACHE; i++)
		st->fn_cache[i].run.size = 0;
	st->fast_vdev = 0;
}

#endif /* ISMT_TASK_BPF_H */
