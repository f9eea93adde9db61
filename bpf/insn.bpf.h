/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn.bpf.h - the zPCI layer: the helpers that issue PCILG, PCISTG and PCISTB.
 */
#ifndef ISMT_INSN_BPF_H
#define ISMT_INSN_BPF_H

#include "access.bpf.h"
#include "fn_cache.bpf.h"
#include "insn_sums.h"
#include "measure.bpf.h"
#include "state.bpf.h"

/* With MIO there is no request; the length is kept in its place. */
#define SPACE_UNKNOWN 0xff

static __always_inline bool state_in_access(const struct ismt_task_state *st)
{
	return st && st->access >= ACCESS_OPEN;
}

/* The second instruction of an access, and all after it. */
__noinline int insn_count_more(struct ismt_task_state *st, u32 kind, u64 req)
{
	if (!st || kind >= ISMT_KINDS)
		return 0;
	access_fill(st);
	insns_add(&st->rec.insn, kind, REQ_LEN(req));
	return 0;
}

/* Count an instruction of the open access.  The first one is only noted, which costs next to nothing. */
static __always_inline void insn_count(struct ismt_task_state *st, u32 kind, u64 req)
{
	if (st->insns != INSNS_NONE) {
		insn_count_more(st, kind, req);
	} else {
		st->first = REQ_WITH_KIND(req, kind);
		st->insns = INSNS_ONE;
	}
}

/*
 * Count an instruction of any task, with a slot or without one.  Tasks without a slot are not
 * found when the trace ends; so what they have issued in an open access counts as lost, or
 * filtered, until the access ends.
 */
__noinline int insn_count_any(struct ismt_task_state *st, u32 kind, u64 req)
{
	struct ismt_unattr *total;

	if (!st || kind >= ISMT_KINDS)
		return 0;
	insn_count(st, kind, req);
	total = st->spilled ? spilled_insns(st, ACCESS_KIND(st->access)) : NULL;
	if (total)
		__sync_fetch_and_add(&total->n[kind], 1);
	return 0;
}

__noinline int insn_put_outside(u32 fh, u32 kind, u32 len)
{
	struct ismt_unattr *total;

	if (!armed || kind >= ISMT_KINDS)
		return 0;
	total = unattr_outside(fh);
	if (!total)
		return 0;
	__sync_fetch_and_add(&total->n[kind], 1);
	__sync_fetch_and_add(&total->bytes, len);
	return 0;
}

static __always_inline void cur_begin(struct ismt_cur_insn *cur, u32 kind, u64 req, u64 offset)
{
	cur->kind = kind;
	cur->req = req;
	cur->offset = offset;
	cur->active = 1;
	cur->error.flags = 0;
	if (filter.insns)
		cur->ts = bpf_ktime_get_ns();
}

/* Copy the payload that the driver is about to store, out of the driver's buffer. */
static __always_inline void keep_block(struct ismt_task_state *st, const void *data, u32 len)
{
	struct ismt_payload *payload = payload_get();
	u64 cut = payload_cut(len);

	if (payload && !bpf_probe_read_kernel(payload->data, cut, data))
		st->payload_len = cut;
}

/* A function-handle helper is entered.  data: for a store block, what it stores. */
static __always_inline int insn_enter(u32 kind, u64 req, u64 offset, const void *data)
{
	struct ismt_task_state *st;

	st = filter.insns && armed ? state_get_or_make() : state_get();
	if (st) {
		/* If a MIO-capable helper is open, it has not issued a MIO instruction. */
		st->mio_helper = 0;
		if (filter.insns || !error_events)
			cur_begin(&st->cur, kind, req, offset);
	}
	if (state_in_access(st) && insn_is_of(st, REQ_FH(req))) {
		insn_count_any(st, kind, req);
		if (filter.snaplen && kind == ISMT_PCISTB && !st->payload_len)
			keep_block(st, data, REQ_LEN(req));
	} else {
		insn_put_outside(REQ_FH(req), kind, REQ_LEN(req));
	}
	return 0;
}

/* The rare cases of insn_enter(), out of line. */
__noinline int insn_enter_other(u32 kind, u64 req)
{
	struct ismt_task_state *st = state_get();

	if (st) {
		st->mio_helper = 0;
		if (state_in_access(st) && insn_is_of(st, REQ_FH(req))) {
			insn_count_any(st, kind, req);
			return 0;
		}
	}
	insn_put_outside(REQ_FH(req), kind, REQ_LEN(req));
	return 0;
}

/*
 * The fast path of insn_enter(), for when only counts are wanted, as nearly always: no record of
 * each instruction, no payload, and the debug feature reports errors.  Fastest if the task's last
 * access began with the same request.
 */
static __always_inline int insn_enter_plain(u32 kind, u64 req)
{
	u64 task = bpf_get_current_task();
	struct ismt_task_state *st = slot_of(task);

	if (__builtin_expect(st->task != task, false))
		return insn_enter_other(kind, req);
	if (__builtin_expect(st->phase == PHASE_ENTERED && st->first == REQ_WITH_KIND(req, kind),
			     true)) {
		st->phase = PHASE_ONE;
		return 0;
	}
	if (st->access != ACCESS_OPEN || st->mio_helper || st->rec.fh != REQ_FH(req))
		return insn_enter_other(kind, req);
	insn_count(st, kind, req);
	return 0;
}

/* An instruction failed: err says how, fh on which function (0: unknown). */
static __always_inline void insn_failed(struct ismt_task_state *st, u32 fh,
					const struct ismt_error *err)
{
	struct ismt_unattr *total;

	if (measuring)
		measure_failed(err->kind, fh);
	if (state_in_access(st) && (!fh || insn_is_of(st, fh))) {
		struct ismt_insns *insn = &st->rec.insn;

		access_fill(st);
		insn->failed++;
		if (insn->bytes >= err->len)
			insn->bytes -= err->len;
		if (!insn->error.flags)
			insn->error = *err;
		return;
	}
	if (!armed)
		return;
	total = unattr_outside(fh);
	if (total) {
		__sync_fetch_and_add(&total->failed, 1);
		__sync_fetch_and_add(&total->bytes, -(u64)err->len);
	}
}

static __always_inline void insn_emit(struct ismt_task_state *st, const struct ismt_cur_insn *cur,
				      s64 rc)
{
	u32 cpu = bpf_get_smp_processor_id();
	u64 ids = task_ids();
	bool mio = cur->kind >= ISMT_MIO_LOAD;
	struct ismt_insn rec = {};
	bool inside;

	inside = state_in_access(st) && (mio || insn_is_of(st, REQ_FH(cur->req)));
	if (inside && ACCESS_KIND(st->access) != ACCESS_OPEN)
		return;
	rec.hdr.type = ISMT_REC_INSN;
	rec.hdr.len = sizeof(rec);
	rec.hdr.cpu = cpu;
	rec.hdr.ts = cur->ts;
	rec.latency_ns = bpf_ktime_get_ns() - cur->ts;
	rec.kind = cur->kind;
	rec.flags = (inside ? ISMT_INSN_INSIDE : 0) | (ids ? 0 : ISMT_INSN_FOREIGN);
	if (!ids)
		ids = bpf_get_current_pid_tgid();
	rec.pid = ids >> 32;
	rec.tid = ids;
	bpf_get_current_comm(rec.comm, sizeof(rec.comm));
	rec.fh = mio ? (inside ? st->rec.fh : 0) : REQ_FH(cur->req);
	rec.space = mio ? SPACE_UNKNOWN : REQ_SPACE(cur->req);
	rec.len = REQ_LEN(cur->req);
	rec.offset = cur->offset;
	rec.rc = rc;
	rec.error = cur->error;
	if (bpf_ringbuf_output(&records, &rec, sizeof(rec), BPF_RB_NO_WAKEUP))
		count(cpu, ISMT_CNT_INSN_LOST);
}

/* A helper returned an error, and the debug feature has not said why. */
static __always_inline void error_from_rc(struct ismt_error *err, const struct ismt_cur_insn *cur,
					  s64 rc)
{
	bool mio = cur->kind >= ISMT_MIO_LOAD;

	err->flags = ISMT_ERR_RC;
	err->kind = cur->kind;
	err->rc = rc;
	err->cc = 0;
	err->status = 0;
	err->space = mio ? SPACE_UNKNOWN : REQ_SPACE(cur->req);
	err->len = REQ_LEN(cur->req);
	err->offset = cur->offset;
}

/* A function-handle helper returns. */
static __always_inline int insn_exit(s64 rc)
{
	struct ismt_task_state *st = state_get();

	if (!st || !st->cur.active)
		return 0;
	st->cur.active = 0;
	if (rc && !st->cur.error.flags) {
		error_from_rc(&st->cur.error, &st->cur, rc);
		if (!error_events)
			insn_failed(st, REQ_FH(st->cur.req), &st->cur.error);
	}
	if (filter.insns && armed)
		insn_emit(st, &st->cur, rc);
	return 0;
}

/*
 * The MIO-capable helpers: where the machine has MIO they issue the
 * instruction themselves, elsewhere they call the function-handle form, whose
 * entry then clears the mark made here.
 */
static __always_inline int mio_enter(u32 kind, u64 addr, u64 len)
{
	struct ismt_task_state *st = filter.insns && armed ? state_get_or_make() : state_get();

	if (!st)
		return 0;
	cur_begin(&st->cur_mio, kind, (u16)len, addr);
	st->mio_helper = 1;
	return 0;
}

static __always_inline int mio_exit(u32 kind, s64 rc)
{
	struct ismt_task_state *st = state_get();
	struct ismt_cur_insn *cur;

	if (!st || !st->mio_helper)
		return 0;
	cur = &st->cur_mio;
	st->mio_helper = 0;
	if (state_in_access(st))
		insn_count_any(st, kind, cur->req);
	else
		insn_put_outside(0, kind, REQ_LEN(cur->req));
	if (rc && !cur->error.flags) {
		error_from_rc(&cur->error, cur, rc);
		insn_failed(st, 0, &cur->error);
	}
	if (filter.insns && armed)
		insn_emit(st, cur, rc);
	return 0;
}

/*
 * What the helpers put into the debug area "pci_error" when an instruction did
 * not end with condition code 0 (struct zpci_err_insn_data, packed).
 */
struct ismt_error_event {
	u8 insn; /* 'l', 's', 'b'; others are not ours */
	u8 cc;	 /* 0 to 3, or a negative errno for an exception */
	u8 status;
	u64 req;
	u64 offset;
} __attribute__((packed));

#define CC_BUSY 2
#define CC_LAST 3
#define EIO	5

static __always_inline bool is_pci_error(const struct debug_info *id)
{
	static const char name[] = "pci_error";
	char have[sizeof(name)] = {};
	u32 i;

	if (pci_error_id)
		return pci_error_id == (u64)id;
	bpf_core_read(have, sizeof(have), &id->name);
	for (i = 0; i < sizeof(name); i++)
		if (have[i] != name[i])
			return false;
	pci_error_id = (u64)id;
	return true;
}

static __always_inline int insn_error_event(const struct debug_info *id, const void *buf, u32 len)
{
	struct ismt_error err = {};
	struct ismt_task_state *st;
	struct ismt_error_event ev;

	if (len != sizeof(ev) || !is_pci_error(id))
		return 0;
	if (bpf_probe_read_kernel(&ev, sizeof(ev), buf))
		return 0;
	if (ev.insn == 'l')
		err.kind = ISMT_PCILG;
	else if (ev.insn == 's')
		err.kind = ISMT_PCISTG;
	else if (ev.insn == 'b')
		err.kind = ISMT_PCISTB;
	else
		return 0;

	st = state_get();
	if (ev.cc == CC_BUSY) {
		/* The helper is about to try again. */
		if (state_in_access(st) && insn_is_of(st, REQ_FH(ev.req))) {
			access_fill(st);
			st->rec.insn.busy++;
		}
		return 0;
	}
	if (!ev.cc)
		return 0;
	err.flags = ISMT_ERR_RC;
	if (ev.cc <= CC_LAST) {
		err.flags |= ISMT_ERR_CC;
		err.rc = -EIO;
		err.cc = ev.cc;
		err.status = ev.status;
	} else {
		err.rc = (s8)ev.cc;
	}
	err.space = REQ_SPACE(ev.req);
	err.len = REQ_LEN(ev.req);
	err.offset = ev.offset;
	if (st)
		st->cur.error = err;
	insn_failed(st, REQ_FH(ev.req), &err);
	return 0;
}

#endif /* ISMT_INSN_BPF_H */
