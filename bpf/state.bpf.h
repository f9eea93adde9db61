/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.bpf.h - maps, filters and counters of the tracing programs.
 */
#ifndef ISMT_STATE_H
#define ISMT_STATE_H

/* What a task is doing, as far as we are concerned. */
enum task_access {
	ACCESS_NONE = 0,
	ACCESS_OPEN,		/* being recorded */
	ACCESS_FILTERED,	/* counted, not recorded */
	ACCESS_SKIPPED,		/* of a device that is out of scope */
};

/*
 * An instruction that has been entered and may still fail.  The helpers do
 * not nest, except in an interrupt, whose instructions are on their own.
 */
struct cur_insn {
	u64 ts;
	u64 req;		/* as the helper was given it */
	u64 offset;
	u32 kind;
	u8 active;
	u8 front;		/* inside a MIO-capable helper that has not yet
				 * called its function-handle form */
	u16 pad;
	struct ismt_error error;
};

/* The function that a task accessed last; most go on with the same one. */
struct known_function {
	u64 vdev;		/* struct vfio_device */
	u64 zdev;		/* struct zpci_dev */
	u32 fid;
	u32 fh;
	u32 is_ism;
	u32 pad;
};

struct task_state {
	u32 access;		/* enum task_access */
	u32 nested;		/* inside the core's function, below ours */
	u64 vdev;		/* struct vfio_device of the open access */
	u64 buf;		/* the caller's, in user memory */
	struct known_function known;
	u64 payload_len;	/* taken from the store block already */
	struct cur_insn cur;
	struct cur_insn front;	/* the MIO-capable helper above it */
	struct ismt_access rec;
};

/*
 * Task storage rather than a hash: it goes away with its task, and finding
 * it costs a pointer or two.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} states SEC(".maps");

/* The same record with what was moved behind it; only with ismt_filter.snaplen. */
struct payload {
	struct ismt_access rec;
	u8 data[ISMT_PAYLOAD_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct payload);
} payloads SEC(".maps");

/* Sized by user space before it is created. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 3 * ISMT_MAX_FUNCTIONS);
	__type(key, struct ismt_apart_key);
	__type(value, struct ismt_apart);
} apart SEC(".maps");

/* Thread groups to trace, with ismt_filter.by_pid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u8);
} pids SEC(".maps");

const volatile struct ismt_filter filter;
struct ismt_scope scope;

/*
 * Errors are reported by the kernel's debug feature (with cc and status) when
 * this is set, by the return values of the helpers when it is not.
 */
const volatile __u8 error_events;

/*
 * Set by user space once every probe is in place and cleared before the first
 * is removed: nothing is opened outside this window.
 */
__u32 armed;

/* The address of the debug area "pci_error", once it has been seen. */
__u64 pci_error_id;

__u64 counters[ISMT_MAX_CPUS][ISMT_COUNTERS_PADDED];

/*
 * Atomic: a program attached by trampoline can be preempted by another of
 * ours on the same CPU.
 */
static __always_inline void count(u32 cpu, enum ismt_counter what)
{
	__sync_fetch_and_add(&counters[cpu & ISMT_CPU_MASK][what], 1);
}

static __always_inline struct task_state *state_get(void)
{
	return bpf_task_storage_get(&states, bpf_get_current_task_btf(), 0, 0);
}

static __always_inline struct task_state *state_get_or_make(void)
{
	return bpf_task_storage_get(&states, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline struct payload *payload_get(void)
{
	return bpf_task_storage_get(&payloads, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* So many bytes of a payload are kept; in bounds that the verifier can see. */
static __always_inline u64 payload_cut(u64 len)
{
	if (len > filter.snaplen)
		len = filter.snaplen;
	return len > ISMT_PAYLOAD_MAX ? ISMT_PAYLOAD_MAX : len;
}

/* The totals of what is in no record; NULL, and counted, when the map is full. */
static __always_inline struct ismt_apart *apart_get(u32 fh, u32 class)
{
	struct ismt_apart_key key = { .fh = fh, .class = class };
	static const struct ismt_apart zero;
	struct ismt_apart *total;

	total = bpf_map_lookup_elem(&apart, &key);
	if (total)
		return total;
	bpf_map_update_elem(&apart, &key, &zero, BPF_ANY);
	total = bpf_map_lookup_elem(&apart, &key);
	if (!total)
		count(bpf_get_smp_processor_id(), ISMT_CNT_APART_FULL);
	return total;
}

#endif /* ISMT_STATE_H */
