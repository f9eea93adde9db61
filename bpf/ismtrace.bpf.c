// SPDX-License-Identifier: GPL-2.0-only
/*
 * ismtrace.bpf.c - where the programs hang.
 *
 * Each hook exists twice, for trampolines (fentry and fexit, which want the
 * BPF JIT) and for kprobes; user space loads one of the two.  To add a hook,
 * add it here and in the table of user/hooks.c.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "record.h"
#include "state.bpf.h"
#include "access.bpf.h"
#include "insn.bpf.h"
#include "scan.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * An argument by its number.  The verifier takes a pointer to const void for one
 * to a structure that it does not know, and refuses to have it read plainly.
 */
static __always_inline u64 func_arg(void *ctx, u32 n)
{
	u64 value = 0;

	bpf_get_func_arg(ctx, n, &value);
	return value;
}

#define ACCESS_HOOK(name, function, layer, op)						\
	SEC("fentry/" function)								\
	int BPF_PROG(fentry_##name, struct vfio_device *vdev, void *buf, u64 len,	\
		     s64 *ppos)								\
	{										\
		return access_enter(layer, op, vdev, buf, len, ppos);			\
	}										\
	SEC("fexit/" function)								\
	int BPF_PROG(fexit_##name, struct vfio_device *vdev, void *buf, u64 len,	\
		     s64 *ppos, s64 ret)						\
	{										\
		return access_exit(layer, ret);						\
	}										\
	SEC("kprobe/" function)								\
	int BPF_KPROBE(kprobe_##name, struct vfio_device *vdev, void *buf, u64 len,	\
		       s64 *ppos)							\
	{										\
		return access_enter(layer, op, vdev, buf, len, ppos);			\
	}										\
	SEC("kretprobe/" function)							\
	int BPF_KRETPROBE(kretprobe_##name, s64 ret)					\
	{										\
		return access_exit(layer, ret);						\
	}

ACCESS_HOOK(ism_read, "ism_vfio_pci_read", ISMT_LAYER_ISM, ISMT_READ)
ACCESS_HOOK(ism_write, "ism_vfio_pci_write", ISMT_LAYER_ISM, ISMT_WRITE)
ACCESS_HOOK(core_read, "vfio_pci_core_read", ISMT_LAYER_CORE, ISMT_READ)
ACCESS_HOOK(core_write, "vfio_pci_core_write", ISMT_LAYER_CORE, ISMT_WRITE)

/* All three helpers take (data, request, offset). */
#define INSN_HOOK(name, function, enter, exit)						\
	SEC("fentry/" function)								\
	int BPF_PROG(fentry_##name, u64 a, u64 b, u64 c)				\
	{										\
		return enter;								\
	}										\
	SEC("fexit/" function)								\
	int BPF_PROG(fexit_##name, u64 a, u64 b, u64 c, s32 ret)			\
	{										\
		return exit;								\
	}										\
	SEC("kprobe/" function)								\
	int BPF_KPROBE(kprobe_##name, u64 a, u64 b, u64 c)				\
	{										\
		return enter;								\
	}										\
	SEC("kretprobe/" function)							\
	int BPF_KRETPROBE(kretprobe_##name, s32 ret)					\
	{										\
		return exit;								\
	}

INSN_HOOK(load, "__zpci_load", insn_enter(ISMT_PCILG, b, c, NULL), insn_exit(ret))
INSN_HOOK(store, "__zpci_store", insn_enter(ISMT_PCISTG, b, c, NULL), insn_exit(ret))
INSN_HOOK(store_block, "__zpci_store_block", insn_enter(ISMT_PCISTB, b, c, (void *)a),
	  insn_exit(ret))

/* addr: which argument is the MIO address; the length is always the third. */
#define FRONT_HOOK(name, function, kind, addr)						\
	SEC("fentry/" function)								\
	int fentry_##name(void *ctx)							\
	{										\
		return front_enter(kind, func_arg(ctx, addr), func_arg(ctx, 2));	\
	}										\
	SEC("fexit/" function)								\
	int BPF_PROG(fexit_##name, u64 a, u64 b, u64 c, s32 ret)			\
	{										\
		return front_exit(kind, ret);						\
	}										\
	SEC("kprobe/" function)								\
	int BPF_KPROBE(kprobe_##name, u64 a, u64 b, u64 c)				\
	{										\
		return front_enter(kind, addr ? b : a, c);				\
	}										\
	SEC("kretprobe/" function)							\
	int BPF_KRETPROBE(kretprobe_##name, s32 ret)					\
	{										\
		return front_exit(kind, ret);						\
	}

FRONT_HOOK(front_load, "zpci_load", ISMT_MIO_LOAD, 1)
FRONT_HOOK(front_store, "zpci_store", ISMT_MIO_STORE, 0)
FRONT_HOOK(front_block, "zpci_write_block", ISMT_MIO_BLOCK, 0)

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

/* The children of a traced thread group are traced too. */
SEC("raw_tp/sched_process_fork")
int follow_fork(u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	u32 ptgid = BPF_CORE_READ(parent, tgid), ctgid = BPF_CORE_READ(child, tgid);
	u8 yes = 1;

	if (ptgid != ctgid && bpf_map_lookup_elem(&pids, &ptgid))
		bpf_map_update_elem(&pids, &ctgid, &yes, BPF_ANY);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int follow_exit(u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	u32 tgid = BPF_CORE_READ(task, tgid);

	if (tgid == (u32)BPF_CORE_READ(task, pid))
		bpf_map_delete_elem(&pids, &tgid);
	return 0;
}
