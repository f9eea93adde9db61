/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure.bpf.h - with --measure: our own count of instructions beside each function's
 * measurement block.
 *
 * The machine writes a block now and then, and says in it when.  Whoever enters the next
 * instruction finds it written, and what was counted until then is what must be in the
 * block.  So the two are compared as of one moment, whatever the interval, and it does not matter what the
 * machine does when a block ends: what came after the last update is known to have.
 *
 * Separate programs count (INSN_HOOK()), so that without --measure nothing is asked.
 */
#ifndef ISMT_MEASURE_BPF_H
#define ISMT_MEASURE_BPF_H

#include "fn_cache.bpf.h"
#include "state.bpf.h"

/* MPCIFC's function control that sets a block's address; its number in the request word. */
#define FC_SET_MEASURE 10
#define REQ_FC(req)    ((u8)(req))

/* Condition code of MPCIFC for a disabled function: the kernel then frees the function's block, too. */
#define CC_NO_FUNCTION 3

/* A bit of a block's time of update that is set while the machine writes the block. */
#define FMB_WRITING 1

const volatile __u8 measuring;

struct ismt_measure measures[ISMT_MEASURES] SEC(".bss.measures");

/* The index in measures of a function handle; ISMT_MEASURES: its function is not traced. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u32);
	__type(value, u32);
} measure_index SEC(".maps");

/* What is to be remembered from the entry of a kernel function to its return, by thread. */
struct ismt_measure_call {
	u64 zdev;
	u32 index;
	u32 begins; /* zpci_mod_fc(): a block does; else it ends */
	u64 done[ISMT_MEASURED];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, u64);
	__type(value, struct ismt_measure_call);
} measure_calls SEC(".maps");

/* The ring buffer with struct ismt_rearm, for the process that begins blocks anew. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rearm SEC(".maps");

static __always_inline struct ismt_measure *measure_at(u32 index)
{
	return index < ISMT_MEASURES ? &measures[index & (ISMT_MEASURES - 1)] : NULL;
}

/* The index in measures of a fid, plus one; ISMT_MEASURES if it is not there. */
__noinline u32 measure_find(u64 fid)
{
	u32 i;

	if (!measuring)
		return ISMT_MEASURES;
	for (i = 0; i < ISMT_MEASURES; i++) {
		if (!measures[i].zdev)
			break;
		if ((u64)measures[i].fid + 1 == fid)
			return i;
	}
	return ISMT_MEASURES;
}

/* Find out which function has a handle, and remember it: handles change when a function is enabled. */
__noinline u32 measure_learn(u32 fh)
{
	u64 fid;
	u32 index;

	/* For the verifier, as in cell_share(): the maps are not there, and neither are the measures. */
	if (!measuring)
		return ISMT_MEASURES;
	fid = fid_of_handle(fh);
	index = measure_find(fid);
	if (fid)
		bpf_map_update_elem(&measure_index, &fh, &index, BPF_ANY);
	return index;
}

static __always_inline u32 measure_index_of(u32 fh)
{
	u32 *index = bpf_map_lookup_elem(&measure_index, &fh);

	return index ? *index : measure_learn(fh);
}

static __always_inline void measure_copy(u64 *to, const u64 *from)
{
	u32 i;

#pragma clang loop unroll(full)
	for (i = 0; i < ISMT_MEASURED; i++)
		to[i] = *(const volatile u64 *)&from[i];
}

static __always_inline u64 measure_sum(const u64 *n)
{
	return n[ISMT_PCILG] + n[ISMT_PCISTG] + n[ISMT_PCISTB];
}

/*
 * Has the machine updated the block since it was last looked at?  Then the block must hold what
 * done[] has now; put the two aside as a pair.  An instruction that another CPU is about to
 * issue is in done[] but not in the block; user space allows for that.
 *
 * done[] is read before seen is set to the new time of update, and the caller adds its own
 * instruction after that.  So done[] has no instruction that was entered after the update
 * could be seen.
 */
__noinline int measure_look(u32 index)
{
	struct ismt_measure *m = measure_at(index);
	u64 done[ISMT_MEASURED], block[ISMT_MEASURED] = {};
	u64 seen, now = 0, then = 0;
	struct zpci_fmb *fmb;

	if (!m || !m->stamp)
		return 0;
	seen = m->seen;
	if (bpf_probe_read_kernel(&now, sizeof(now), (void *)m->stamp) || now == seen)
		return 0;
	if (now & FMB_WRITING) {
		m->torn = 1;
		return 0;
	}
	measure_copy(done, m->done);
	fmb = (void *)m->stamp - bpf_core_field_offset(struct zpci_fmb, last_update);
	block[ISMT_PCILG] = BPF_CORE_READ(fmb, ld_ops);
	block[ISMT_PCISTG] = BPF_CORE_READ(fmb, st_ops);
	block[ISMT_PCISTB] = BPF_CORE_READ(fmb, stb_ops);
	bpf_probe_read_kernel(&then, sizeof(then), (void *)m->stamp);
	if (then != now || __sync_val_compare_and_swap(&m->seen, seen, now) != seen)
		return 0;
	/* An update that was seen half done: it is not known which instructions came after it. */
	if (m->torn) {
		m->torn = 0;
		return 0;
	}
	measure_copy(m->at, done);
	measure_copy(m->block, block);
	m->updates++;
	return 0;
}

/* An instruction is about to be issued. */
static __always_inline int measure_insn(u32 kind, u64 req)
{
	u32 index = measure_index_of(REQ_FH(req));
	struct ismt_measure *m = measure_at(index);

	if (!m || kind >= ISMT_MEASURED)
		return 0;
	measure_look(index);
	__sync_fetch_and_add(&m->done[kind], 1);
	return 0;
}

/* An instruction was not carried out: take it off again.  fh is 0 for a MIO instruction. */
static __always_inline void measure_failed(u32 kind, u32 fh)
{
	struct ismt_measure *m = fh ? measure_at(measure_index_of(fh)) : NULL;

	if (m && kind < ISMT_MEASURED)
		__sync_fetch_and_add(&m->done[kind], -1);
}

/* zpci_mod_fc() is entered. */
static __always_inline int measure_mod_fc(u64 req, void *fib)
{
	u64 task = bpf_get_current_pid_tgid();
	struct ismt_measure_call call = {};
	struct ismt_measure *m;

	if (REQ_FC(req) != FC_SET_MEASURE)
		return 0;
	call.index = measure_index_of(REQ_FH(req));
	m = measure_at(call.index);
	if (!m)
		return 0;
	call.begins = BPF_CORE_READ((struct zpci_fib *)fib, fmb_addr) != 0;
	measure_look(call.index);
	measure_copy(call.done, m->done);
	bpf_map_update_elem(&measure_calls, &task, &call, BPF_ANY);
	return 0;
}

/* The function's block ends: add what was compared to the sums. */
static __always_inline void measure_end(struct ismt_measure *m)
{
	u32 i;

	if (!m->stamp)
		return;
	m->stamp = 0;
#pragma clang loop unroll(full)
	for (i = 0; i < ISMT_MEASURED; i++) {
		m->ours[i] += m->at[i] - m->base[i];
		m->machine[i] += m->block[i];
		m->after += m->done[i] - m->at[i];
	}
}

static __always_inline void measure_begin(struct ismt_measure *m,
					  const struct ismt_measure_call *call)
{
	struct zpci_dev *zdev = (void *)m->zdev;
	struct zpci_fmb *fmb = BPF_CORE_READ(zdev, fmb);

	/* End the block before, in case a probe has missed its end. */
	measure_end(m);
	measure_copy(m->base, call->done);
	measure_copy(m->at, call->done);
	m->block[ISMT_PCILG] = 0;
	m->block[ISMT_PCISTG] = 0;
	m->block[ISMT_PCISTB] = 0;
	/* A new block is all zeros. */
	m->seen = 0;
	m->torn = 0;
	m->closing = 0;
	m->interval = BPF_CORE_READ(zdev, fmb_update);
	m->begun++;
	m->during += measure_sum(m->done) - measure_sum(call->done);
	m->stamp = fmb ? (u64)fmb + bpf_core_field_offset(struct zpci_fmb, last_update) : 0;
}

/* zpci_mod_fc() returns, with a condition code. */
__noinline int measure_mod_fc_done(u64 cc)
{
	u64 task = bpf_get_current_pid_tgid();
	struct ismt_measure_call *there = bpf_map_lookup_elem(&measure_calls, &task), call;
	struct ismt_measure *m;

	if (!there)
		return 0;
	call = *there;
	bpf_map_delete_elem(&measure_calls, &task);
	m = measure_at(call.index);
	cc &= 0xff;
	if (!m)
		return 0;
	if (call.begins && !cc) {
		measure_begin(m, &call);
	} else if (!call.begins && (!cc || cc == CC_NO_FUNCTION)) {
		/* The machine may have written it a last time; the kernel frees it next. */
		measure_look(call.index);
		measure_end(m);
	}
	return 0;
}

/* clp_enable_fh() is entered: after a reset, for instance when VFIO opens a device. */
static __always_inline int measure_enable(void *at)
{
	struct zpci_dev *zdev = at;
	u64 task = bpf_get_current_pid_tgid();
	struct ismt_measure_call call = {};

	call.zdev = (u64)zdev;
	call.index = measure_find((u64)BPF_CORE_READ(zdev, fid) + 1);
	if (call.index < ISMT_MEASURES)
		bpf_map_update_elem(&measure_calls, &task, &call, BPF_ANY);
	return 0;
}

/*
 * clp_enable_fh() returns.  Where a reset ends measurement, the kernel's block no longer counts.
 * Ask user space to begin it anew, as only that can.
 */
__noinline int measure_enable_done(int err)
{
	u64 task = bpf_get_current_pid_tgid();
	struct ismt_measure_call *there = bpf_map_lookup_elem(&measure_calls, &task), call;
	struct ismt_rearm ask = {};
	struct ismt_measure *m;
	struct zpci_dev *zdev;

	if (!there)
		return 0;
	call = *there;
	bpf_map_delete_elem(&measure_calls, &task);
	m = measure_at(call.index);
	zdev = (void *)call.zdev;
	if (err || !m || m->closing || !BPF_CORE_READ(zdev, fmb))
		return 0;
	ask.index = call.index;
	ask.domain = BPF_CORE_READ(zdev, zbus, domain_nr);
	ask.bus = BPF_CORE_READ(zdev, zbus, bus, number);
	ask.devfn = BPF_CORE_READ(zdev, devfn);
	bpf_ringbuf_output(&rearm, &ask, sizeof(ask), BPF_RB_FORCE_WAKEUP);
	return 0;
}

/*
 * VFIO closes a device: from now on nobody but the kernel may touch its block, which it
 * frees without the lock that the file in debugfs takes.
 */
static __always_inline int measure_closing(u64 vdev)
{
	struct zpci_dev *zdev = zdev_of(pdev_of(vdev));
	struct ismt_measure *m = measure_at(measure_find((u64)BPF_CORE_READ(zdev, fid) + 1));

	if (m)
		m->closing = 1;
	return 0;
}

/* For user space, which waits for an update: has there been one? */
__u32 look_at;

SEC("raw_tp")
int measure_wait(void *ctx)
{
	measure_look(look_at);
	return 0;
}

#endif /* ISMT_MEASURE_BPF_H */
