/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.bpf.h - maps, filters and counters of the tracing programs.
 */
#ifndef ISMT_STATE_BPF_H
#define ISMT_STATE_BPF_H

#include "runs.h"

/* Is the task's process among those that are traced? */
enum pid_wanted {
	PID_NOT_ASKED = 0,
	PID_WANTED,
	PID_UNWANTED,
	PID_LOST_TRACK, /* it is a descendant of CMD that there was no room to remember */
};

/* Which access a task is in. */
enum task_access {
	ACCESS_NONE = 0,
	ACCESS_READY,	    /* none; its last one passed by_pid */
	ACCESS_SKIPPED,	    /* one of a device that is not traced */
	ACCESS_OPEN,	    /* one that will be recorded or counted */
	ACCESS_FILTERED,    /* one that will count as left out */
	ACCESS_UNTRACKED,   /* one that will count as lost: see process_lost_track() */
	ACCESS_SPILLED = 8, /* a flag with any of these: the task has no slot */
};

#define ACCESS_KIND(access) ((access) & ~ACCESS_SPILLED)
#define ACCESS_IDLE(access) ((access) <= ACCESS_READY)

/*
 * An instruction whose helper was entered and has not returned: it may still fail.  Helpers nest
 * only in interrupts, whose instructions are not recorded one by one.
 */
struct ismt_cur_insn {
	u64 ts;	 /* when it was entered, ns */
	u64 req; /* the request word that the helper was given */
	u64 offset;
	u32 kind;
	u32 active;
	struct ismt_error error;
};

/*
 * A function that a task has accessed.  Kept because it takes seven reads of kernel memory to get
 * from the device to its function handle.
 */
struct ismt_fn_cache_entry {
	u64 vdev; /* struct vfio_device; 0: free */
	u32 fid;
	u32 fh;
	u32 is_ism;
	u32 maxstbl;
	u64 cell[2]; /* the cells of its last region by direction: region << 32 | index + 1; 0: none yet */
	struct ismt_run run; /* its run of writes, while the task accesses another function */
};

/*
 * While counting: the task's last write, if it was exactly one PCISTB.  The next one is likely to
 * differ only in its offset, and is then one more in the batch.
 */
struct ismt_hot_write {
	u32 req; /* lower half of its request word; 0: there is none */
	u32 pad;
	u64 latency_low;  /* a latency from this ... */
	u64 latency_high; /* ... to this is in the same bucket and no new extreme; ns */
	u64 run_size;	  /* the size of a run that consists of this write alone */
};

/* How many functions a task's state remembers; most tasks access one. */
#define FN_CACHE 4

enum task_insns {
	INSNS_NONE = 0,
	INSNS_ONE,  /* one, in first but not yet in rec */
	INSNS_FULL, /* all are in rec */
};

struct ismt_task_state {
	/* As in union ismt_slot. */
	u64 task;
	struct ismt_batch batch;
	u32 generation; /* of fn_cache, see there; 0: it is empty */
	u32 who_known;	/* pid, tid and comm in rec are the task's */
	/* Where the task is: four bytes that PHASE() compares at once. */
	union {
		struct {
			u8 mio_helper; /* inside a MIO-capable helper that has not
					 * yet called its function-handle form */
			u8 insns;      /* enum task_insns, of the open access */
			u8 nested; /* inside the core's function, called by the variant driver's */
			u8 access; /* enum task_access */
		};
		u32 phase;
	};
	u32 number; /* as ismt_access.task; 0: none yet */
	u64 first;  /* request word of the first instruction, with its kind */
	/* The last access's device and function; rec has the function's fid and fh. */
	u64 vdev;      /* struct vfio_device */
	u64 fast_vdev; /* vdev if access_enter_fast() may take the next access on it, else 0 */
	u32 at;	       /* the function's index in fn_cache */
	u32 victim;    /* the index in fn_cache of the entry to reuse when there is no room */
	u32 spilled;   /* ACCESS_SPILLED if the state is in task storage, else 0 */
	u32 pad;
	u64 buf;	 /* the caller's buffer, in user memory */
	u64 payload_len; /* payload bytes that were copied from the store block already */
	u64 recorded;	 /* how many records of the task were sent */
	u64 pid_wanted;	 /* enum pid_wanted, once it was looked up */
	struct ismt_hot_write hot;
	struct ismt_run run; /* the run of writes on the last access's function */
	u64 reported;	     /* when a run was last sent as an example, ns */
	struct ismt_fn_cache_entry fn_cache[FN_CACHE];
	struct ismt_cur_insn cur;
	struct ismt_cur_insn cur_mio; /* the MIO-capable helper that has called cur's */
	u64 renamed;		      /* when the task was last renamed, ns; 0: long ago */
	struct ismt_access rec;
};

/* A value of phase.  For both byte orders, as unit tests run the programs on the host. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PHASE(insns, access) ((insns) << 16 | (access))
#else
#define PHASE(insns, access) ((insns) << 8 | (access) << 24)
#endif
#define PHASE_READY   PHASE(0, ACCESS_READY)
#define PHASE_ENTERED PHASE(0, ACCESS_OPEN)	    /* no instruction so far */
#define PHASE_ONE     PHASE(INSNS_ONE, ACCESS_OPEN) /* one, not in rec yet */

/*
 * A task's state is in the slot that the address of its task_struct hashes to.  A shift and a mask
 * find it, which costs the traced program far less than any map.  If another task has that
 * slot, the state is in task storage, at twice the cost.
 *
 * A task_struct is longer than 4 KiB on s390, so that each begins in another 4 KiB.  They come
 * from slabs of 32 KiB all over memory; the slots are enough for 512 such slabs.
 */
#define SLOT_MASK  ((ISMT_SLOTS - 1) * ISMT_SLOT_SIZE)
#define SLOT_SHIFT 2 /* from the address's 4 KiB to the slot's size */

_Static_assert(sizeof(struct ismt_task_state) <= ISMT_SLOT_SIZE, "state fits its slot");
_Static_assert(__builtin_offsetof(struct ismt_task_state, batch) ==
		       __builtin_offsetof(union ismt_slot, batch),
	       "user space finds the batch");

union ismt_slot slots[ISMT_SLOTS];

/* True if the state of any task is in task storage. */
__u32 any_spilled;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ismt_task_state);
} states SEC(".maps");

/* A task's record with its payload behind it; only with ismt_filter.snaplen. */
struct ismt_payload {
	struct ismt_access rec;
	u8 data[ISMT_PAYLOAD_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ismt_payload);
} payloads SEC(".maps");

/* Sized by user space before it is created. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 3 * ISMT_MAX_FUNCTIONS);
	__type(key, struct ismt_unattr_key);
	__type(value, struct ismt_unattr);
} unattributed SEC(".maps");

/*
 * With ismt_filter.by_pid: the thread groups to trace, by their numbers in the first PID namespace.
 * User space makes room for as many processes as there can be when the trace begins.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u8);
} pids SEC(".maps");

/* The processes asked for with -p, by the numbers of the tracer's PID namespace, where that is not the first one. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, u8);
} pids_asked SEC(".maps");

const volatile struct ismt_filter filter;

/* True if the filter has any condition besides by_pid and errors. */
const volatile __u8 filtered;

/* Count accesses in cells; send records only of those that a rule may fire on. */
const volatile __u8 counting;

/* True if there was no room in pids for a child of a traced process. */
__u32 lost_track;

/* The reader is woken when these bits of the number of a task's records are all 0. */
const volatile __u32 wakeup_mask;

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

/*
 * What tasks know of devices is of a generation.  A new one begins whenever a device is
 * opened, as its function may be another one than what was at the same address before.
 * A task that knows nothing yet has generation 0.
 */
__u32 generation = 1;

/* The last number that a task was given (ismt_access.task). */
__u32 numbers;

/* The address of the debug area "pci_error", once it has been seen. */
__u64 pci_error_id;

__u64 counters[ISMT_MAX_CPUS][ISMT_COUNTERS_PADDED];

/*
 * Increment a counter, atomically: a program that is attached by trampoline can be preempted by
 * another one of ours on the same CPU.
 */
static __always_inline void count(u32 cpu, enum ismt_counter what)
{
	__sync_fetch_and_add(&counters[cpu & ISMT_CPU_MASK][what], 1);
}

static __always_inline struct ismt_task_state *slot_of(u64 task)
{
	return (void *)slots + (task >> SLOT_SHIFT & SLOT_MASK);
}

/* The slot with a number. */
static __always_inline struct ismt_task_state *slot_at(u32 i)
{
	return (void *)&slots[i & (ISMT_SLOTS - 1)];
}

static __always_inline struct ismt_task_state *state_get(void)
{
	u64 task = bpf_get_current_task();
	struct ismt_task_state *st = slot_of(task);

	if (st->task == task)
		return st;
	if (!any_spilled)
		return NULL;
	return bpf_task_storage_get(&states, bpf_get_current_task_btf(), 0, 0);
}

static __always_inline struct ismt_task_state *state_get_or_make(void)
{
	u64 task = bpf_get_current_task();
	struct ismt_task_state *st = slot_of(task);

	if (st->task == task)
		return st;
	if (any_spilled) {
		st = bpf_task_storage_get(&states, bpf_get_current_task_btf(), 0, 0);
		if (st)
			return st;
		st = slot_of(task);
	}
	if (!__sync_val_compare_and_swap(&st->task, 0, task))
		return st;
	any_spilled = 1;
	st = bpf_task_storage_get(&states, bpf_get_current_task_btf(), 0,
				  BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (st)
		st->spilled = ACCESS_SPILLED;
	return st;
}

static __always_inline struct ismt_payload *payload_get(void)
{
	return bpf_task_storage_get(&payloads, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* How many bytes of a payload of len bytes are kept, in bounds that the verifier can see. */
static __always_inline u64 payload_cut(u64 len)
{
	if (len > filter.snaplen)
		len = filter.snaplen;
	return len > ISMT_PAYLOAD_MAX ? ISMT_PAYLOAD_MAX : len;
}

/*
 * Updating a map of maps returns only when no program runs any more that was running before.  User
 * space waits for that by replacing the inner map by itself (live_quiet()).
 */
struct ismt_quiet_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} quiet_inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(values, struct ismt_quiet_map);
} quiet SEC(".maps") = {
	.values = { (void *)&quiet_inner },
};

/*
 * The sums of instructions that are in no record, by handle and class; NULL, which is counted, if
 * the map is full.  fid, plus one, matters only when they are made.
 */
static __always_inline struct ismt_unattr *unattr_get(u32 fh, u32 class, u64 fid)
{
	struct ismt_unattr_key key = { .fh = fh, .class = class };
	struct ismt_unattr fresh = { .fid = fid };
	struct ismt_unattr *total;

	total = bpf_map_lookup_elem(&unattributed, &key);
	if (total)
		return total;
	bpf_map_update_elem(&unattributed, &key, &fresh, BPF_NOEXIST);
	total = bpf_map_lookup_elem(&unattributed, &key);
	if (!total)
		count(bpf_get_smp_processor_id(), ISMT_CNT_UNATTR_FULL);
	return total;
}

#endif /* ISMT_STATE_BPF_H */
