/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.bpf.h - who a task is, for as long as that holds: its numbers and name, and the end of
 * what is kept of it.
 */
#ifndef ISMT_TASK_BPF_H
#define ISMT_TASK_BPF_H

#include "state.bpf.h"

/*
 * The PID namespace of whoever traces, and how far down it is; 0: the first one, whose
 * numbers need no translation.  Found by scan_machine(), which the tracer runs itself.
 */
__u64 pid_ns;
__u32 pid_ns_level;

/* Its number so far down, and the namespace that this is of. */
static __always_inline struct upid *upid_at(struct pid *pid, u32 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       level * bpf_core_type_size(struct upid);
}

/* What the namespace calls it; 0: it is not in it. */
static __always_inline u32 pid_number(struct pid *pid)
{
	struct upid *upid = upid_at(pid, pid_ns_level);

	if (BPF_CORE_READ(pid, level) < pid_ns_level)
		return 0;
	if ((u64)BPF_CORE_READ(upid, ns) != pid_ns)
		return 0;
	return BPF_CORE_READ(upid, nr);
}

/* As bpf_get_current_pid_tgid(), in the namespace of whoever traces; 0: it is not in it. */
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

/* Remember where the tracer is, in its own context. */
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
 * Who does it; of a task with a slot only asked for again when it has executed a
 * program.  Another name is put into its record by follow_rename().
 */
static __always_inline void access_who(struct task_state *st)
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
	st->who_known = !st->spilled;
}

/* A name for the record; given to a task inside an access it is for the next one. */
static __always_inline void task_name(struct task_state *st, const u64 *half)
{
	bool open = st->access > ACCESS_READY;
	u64 *comm = open ? st->name : (u64 *)st->rec.comm;

	st->renamed = open;
	if (open)
		st->again = 0;
	comm[0] = half[0];
	comm[1] = half[1];
}

/* At the beginning of an access. */
static __always_inline void task_take_name(struct task_state *st)
{
	u64 *comm = (u64 *)st->rec.comm;

	if (!st->renamed)
		return;
	st->renamed = 0;
	comm[0] = st->name[0];
	comm[1] = st->name[1];
}

/* Of a process, the last thread: its others may have gone on without the first. */
static __always_inline bool process_is_over(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, signal, live.counter) <= 0;
}

/* A user worker of the kernel's for io_uring: named by the kernel, not by its program. */
#define PF_IO_WORKER	0x10

static __always_inline bool task_is_worker(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, flags) & PF_IO_WORKER;
}

/* The name of the process that a worker works for. */
static __always_inline void task_leader_name(char *comm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	bpf_core_read(comm, ISMT_COMM_LEN, &leader->comm);
}

/* Nothing that is known of a task must outlive it in its slot. */
static __always_inline void task_forget(struct task_state *st)
{
	u32 i;

	st->phase = 0;
	st->generation = 0;
	st->who_known = 0;
	st->number = 0;
	st->again = 0;
	st->vdev = 0;
	st->at = 0;
	st->first = 0;
	st->recorded = 0;
	st->renamed = 0;
	st->pid_wanted = 0;
	st->hot.req = 0;
	st->run.size = 0;
	st->told = 0;
	st->cur.active = 0;
	for (i = 0; i < KNOWN; i++) {
		st->known[i].vdev = 0;
		st->known[i].run.size = 0;
	}
}

/* It is another program from now on, in the same process. */
static __always_inline void task_executes(struct task_state *st)
{
	u32 i;

	st->who_known = 0;
	st->renamed = 0;
	st->number = 0;
	st->run.size = 0;
	for (i = 0; i < KNOWN; i++)
		st->known[i].run.size = 0;
	st->again = 0;
}

#endif /* ISMT_TASK_BPF_H */
