/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.bpf.h - maps, filters and counters of the tracing programs.
 */
#ifndef ISMT_STATE_BPF_H
#define ISMT_STATE_BPF_H

#include "runs.h"

/* Is its process among those that are traced? */
enum pid_wanted {
	PID_NOT_ASKED = 0,
	PID_WANTED,
	PID_UNWANTED,
	PID_LOST_TRACK, /* it would be, but there was no room to remember it */
};

/* What a task is doing, as far as we are concerned. */
enum task_access {
	ACCESS_NONE = 0,
	ACCESS_READY,	    /* nothing, but it passed by_pid the last time */
	ACCESS_SKIPPED,	    /* an access to a device that is out of scope */
	ACCESS_OPEN,	    /* one that is recorded or counted */
	ACCESS_FILTERED,    /* one that is counted as left out */
	ACCESS_UNTRACKED,   /* one that is counted as lost: see process_lost_track() */
	ACCESS_SPILLED = 8, /* with one of these: the task has no slot */
};

#define ACCESS_KIND(access) ((access) & ~ACCESS_SPILLED)
#define ACCESS_IDLE(access) ((access) <= ACCESS_READY)

/*
 * An instruction that has been entered and may still fail.  The helpers do
 * not nest, except in an interrupt, whose instructions are on their own.
 */
struct ismt_cur_insn {
	u64 ts;
	u64 req; /* as the helper was given it */
	u64 offset;
	u32 kind;
	u32 active;
	struct ismt_error error;
};

/*
 * A function that a task accesses.  The way from the device to its function
 * handle is seven reads of kernel memory long.
 */
struct ismt_fn_cache_entry {
	u64 vdev; /* struct vfio_device; 0: free */
	u32 fid;
	u32 fh;
	u32 is_ism;
	u32 maxstbl;
	u64 cell[2];	     /* by direction: region << 32 | index + 1; 0: none yet */
	struct ismt_run run; /* when the task left it for another function */
};

/*
 * While counting: the task's last write, if it was exactly one PCISTB.  The next one
 * is likely the same but for its place, and then one more in the batch, which has
 * its length.
 */
struct ismt_hot_write {
	u32 req; /* lower half of the request; 0: none */
	u32 pad;
	u64 latency_low;  /* from here ... */
	u64 latency_high; /* ... to here it is the same bucket and no new extreme */
	u64 run_size;	  /* of a run that has no write but it */
};

/* Most tasks have one. */
#define FN_CACHE 4

enum task_insns {
	INSNS_NONE = 0,
	INSNS_ONE,  /* in first, but not in rec */
	INSNS_FULL, /* all in rec */
};

struct ismt_task_state {
	/* As in union ismt_slot. */
	u64 task;
	struct ismt_batch batch;
	u32 generation; /* of what is known; 0: nothing is */
	u32 who_known;	/* pid, tid and comm in rec are the task's */
	/* Where the task is; to be looked at in one go, see below. */
	union {
		struct {
			u8 mio_helper; /* inside a MIO-capable helper that has not
					 * yet called its function-handle form */
			u8 insns;      /* enum task_insns: of the open access */
			u8 nested;     /* inside the core's function, below ours */
			u8 access;     /* enum task_access */
		};
		u32 phase;
	};
	u32 number; /* as ismt_access.task; 0: none yet */
	u64 first;  /* request word of the first instruction, with its kind */
	/* The last access's device and function; rec has the function's fid and fh. */
	u64 vdev;      /* struct vfio_device */
	u64 fast_vdev; /* vdev if access_enter_fast() may take the next access on it, else 0 */
	u32 at;	       /* the function's index in known */
	u32 victim;    /* the index in known of the function to forget when there is no room */
	u32 spilled;   /* ACCESS_SPILLED if the state is in task storage */
	u32 pad;
	u64 buf;	 /* the caller's, in user memory */
	u64 payload_len; /* taken from the store block already */
	u64 recorded;
	u64 pid_wanted; /* by the map of pids: enum pid_wanted */
	struct ismt_hot_write hot;
	struct ismt_run run; /* on the function at hand */
	u64 reported;	     /* when a run was last sent as an example */
	struct ismt_fn_cache_entry fn_cache[FN_CACHE];
	struct ismt_cur_insn cur;
	struct ismt_cur_insn cur_mio; /* the MIO-capable helper above it */
	u64 renamed;		      /* when it was last given another name, ns; 0: long ago */
	struct ismt_access rec;
};

/* The bytes of a phase; the unit tests run the programs on machines of both orders. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PHASE(insns, access) ((insns) << 16 | (access))
#else
#define PHASE(insns, access) ((insns) << 8 | (access) << 24)
#endif
#define PHASE_READY   PHASE(0, ACCESS_READY)
#define PHASE_ENTERED PHASE(0, ACCESS_OPEN)	    /* no instruction so far */
#define PHASE_ONE     PHASE(INSNS_ONE, ACCESS_OPEN) /* one, not in rec yet */

/*
 * A task's state is in the slot that its address hashes to, which costs the
 * traced program far less than any map: all that it takes is a shift and a mask.
 * When another task has that slot, it is in the task's storage, and pays twice.
 *
 * A task is longer than 4 KiB on s390, so that no two begin in the same; they come
 * from slabs of 32 KiB all over the memory, of which so many slots tell 512 apart.
 */
#define SLOT_MASK  ((ISMT_SLOTS - 1) * ISMT_SLOT_SIZE)
#define SLOT_SHIFT 2 /* from the address's 4 KiB to the slot's size */

_Static_assert(sizeof(struct ismt_task_state) <= ISMT_SLOT_SIZE, "state fits its slot");
_Static_assert(__builtin_offsetof(struct ismt_task_state, batch) ==
		       __builtin_offsetof(union ismt_slot, batch),
	       "user space finds the batch");

union ismt_slot slots[ISMT_SLOTS];

/* Some task's state is in its storage. */
__u32 any_spilled;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ismt_task_state);
} states SEC(".maps");

/* The same record with what was moved behind it; only with ismt_filter.snaplen. */
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
 * Thread groups to trace, with ismt_filter.by_pid; numbers of the first PID namespace.  User
 * space makes it as large as there can be processes, which can be changed afterwards.
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

/* Some of the filter is there for something; all but by_pid and errors. */
const volatile __u8 filtered;

/* Count in the kernel; records only of what a rule may fire on. */
const volatile __u8 counting;

/* A child of a traced process found no room in the map of pids. */
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

/* Tasks that were given a number. */
__u32 numbers;

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

static __always_inline struct ismt_task_state *slot_of(u64 task)
{
	return (void *)slots + (task >> SLOT_SHIFT & SLOT_MASK);
}

/* A slot by its number. */
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

/* So many bytes of a payload are kept; in bounds that the verifier can see. */
static __always_inline u64 payload_cut(u64 len)
{
	if (len > filter.snaplen)
		len = filter.snaplen;
	return len > ISMT_PAYLOAD_MAX ? ISMT_PAYLOAD_MAX : len;
}

/*
 * To change a map of maps takes until no program runs that began before; user space does
 * so, with the same map, when it needs to know that.
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
 * The totals of what is in no record; NULL, and counted, when the map is full.
 * fid, plus one, is only looked at when they are set up.
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
