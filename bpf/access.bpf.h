/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access.bpf.h - the VFIO layer: an access is opened when a driver's read or
 * write is entered and becomes a record when it returns.
 */
#ifndef ISMT_ACCESS_BPF_H
#define ISMT_ACCESS_BPF_H

#include "state.bpf.h"

/* vfio_pci_core.h: VFIO_PCI_OFFSET_SHIFT; the variant driver's is wider. */
#define CORE_OFFSET_SHIFT	40
#define ISM_OFFSET_SHIFT	48

#define PCI_VENDOR_ID_IBM	0x1014
#define PCI_DEVICE_ID_ISM	0x04ed

/* Wake the reader once in so many records; it looks by itself now and then. */
#define WAKEUP_MASK		127

static __always_inline struct zpci_dev *zdev_of(struct pci_dev *pdev)
{
	struct zpci_bus *zbus = BPF_CORE_READ(pdev, sysdata);
	struct zpci_dev *zdev = NULL;
	u32 devfn = BPF_CORE_READ(pdev, devfn);

	bpf_core_read(&zdev, sizeof(zdev), &zbus->function[devfn & 0xff]);
	return zdev;
}

/*
 * Which function is it?  The way to it is seven reads of kernel memory long; a
 * function handle that has not changed tells in one that it still is the one
 * that it was, whatever became of the structures meanwhile.
 */
static __always_inline void known_update(struct known_function *known,
					 const struct vfio_device *vdev)
{
	struct zpci_dev *zdev = (void *)known->zdev;
	struct pci_dev *pdev;

	if (known->vdev == (u64)vdev && known->fh && BPF_CORE_READ(zdev, fh) == known->fh)
		return;
	pdev = (void *)BPF_CORE_READ(vdev, dev) - bpf_core_field_offset(struct pci_dev, dev);
	zdev = zdev_of(pdev);
	known->vdev = (u64)vdev;
	known->zdev = (u64)zdev;
	known->fid = BPF_CORE_READ(zdev, fid);
	known->fh = BPF_CORE_READ(zdev, fh);
	known->is_ism = BPF_CORE_READ(pdev, vendor) == PCI_VENDOR_ID_IBM &&
			BPF_CORE_READ(pdev, device) == PCI_DEVICE_ID_ISM;
}

static __always_inline bool fid_wanted(u32 fid)
{
	u32 i;

	for (i = 0; i < ISMT_SCOPE_FIDS; i++) {
		if (i >= scope.nr_fids)
			break;
		if (scope.fids[i] == fid)
			return true;
	}
	return false;
}

static __always_inline bool comm_wanted(const char *comm)
{
	u32 i;

	for (i = 0; i < ISMT_COMM_LEN; i++) {
		if (i >= filter.comm_len)
			return i == ISMT_COMM_LEN || comm[i] == '\0';
		if (comm[i] != filter.comm[i])
			return false;
	}
	return true;
}

/* What can be decided at the beginning, cheapest first. */
static __always_inline bool access_wanted(const struct ismt_access *rec)
{
	u32 region = rec->region > 63 ? 63 : rec->region;

	if (!(filter.ops & (1 << rec->op)))
		return false;
	if (!(filter.regions & (1ULL << region)))
		return false;
	if (rec->len < filter.size_min || rec->len > filter.size_max)
		return false;
	if (filter.by_fid && !fid_wanted(rec->fid))
		return false;
	if (filter.comm_len && !comm_wanted(rec->comm))
		return false;
	if (filter.by_pid && !bpf_map_lookup_elem(&pids, &rec->pid))
		return false;
	return true;
}

/* Keep the instructions of an access that will be in no record. */
static __always_inline void access_put_apart(const struct ismt_access *rec, u32 class)
{
	struct ismt_apart *total = apart_get(rec->fh, class);
	u32 kind;

	if (!total)
		return;
	__sync_fetch_and_add(&total->accesses, 1);
	for (kind = 0; kind < ISMT_KINDS; kind++)
		__sync_fetch_and_add(&total->n[kind], rec->insn.n[kind]);
	__sync_fetch_and_add(&total->failed, rec->insn.failed);
	__sync_fetch_and_add(&total->bytes, rec->insn.bytes);
}

static __always_inline int access_enter(u32 layer, u32 op, struct vfio_device *vdev,
					void *buf, u64 len, s64 *ppos)
{
	struct task_state *st;
	struct ismt_access *rec;
	u64 pid_tgid, pos = 0;
	u32 cpu, shift;

	if (!armed)
		return 0;

	cpu = bpf_get_smp_processor_id();
	st = state_get_or_make();
	if (!st) {
		count(cpu, ISMT_CNT_SEEN);
		count(cpu, ISMT_CNT_LOST_SLOT);
		return 0;
	}

	if (st->access != ACCESS_NONE) {
		/* The variant driver handing on to the core: one access. */
		if (layer == ISMT_LAYER_CORE && st->rec.layer == ISMT_LAYER_ISM &&
		    st->vdev == (u64)vdev && st->rec.op == op && !st->nested) {
			st->nested = 1;
			return 0;
		}
		/* Its return was missed; what it did must not get lost as well. */
		if (st->access == ACCESS_OPEN)
			access_put_apart(&st->rec, ISMT_APART_LOST);
		else if (st->access == ACCESS_FILTERED)
			access_put_apart(&st->rec, ISMT_APART_FILTERED);
	}

	rec = &st->rec;
	st->vdev = (u64)vdev;
	st->nested = 0;
	st->cur.active = 0;
	st->front.front = 0;
	st->buf = (u64)buf;
	st->payload_len = 0;
	rec->layer = layer;
	rec->op = op;

	known_update(&st->known, vdev);
	if (layer == ISMT_LAYER_CORE && !scope.any_device && !st->known.is_ism) {
		st->access = ACCESS_SKIPPED;
		return 0;
	}

	count(cpu, ISMT_CNT_SEEN);
	rec->fid = st->known.fid;
	rec->fh = st->known.fh;
	bpf_probe_read_kernel(&pos, sizeof(pos), ppos);
	shift = layer == ISMT_LAYER_ISM ? ISM_OFFSET_SHIFT : CORE_OFFSET_SHIFT;
	rec->region = pos >> shift;
	rec->offset = pos & ((1ULL << shift) - 1);
	rec->len = len;
	pid_tgid = bpf_get_current_pid_tgid();
	rec->pid = pid_tgid >> 32;
	rec->tid = pid_tgid;
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
	__builtin_memset(&rec->insn, 0, sizeof(rec->insn));
	st->access = access_wanted(rec) ? ACCESS_OPEN : ACCESS_FILTERED;
	rec->hdr.ts = bpf_ktime_get_ns();
	return 0;
}

/*
 * Send a record with what was moved.  A store block was read where the driver
 * had it; anything else is read from the caller's buffer, which the driver has
 * just used, so that it is there, but which another thread may have changed.
 */
static __always_inline long submit_with_payload(struct task_state *st, u64 flags)
{
	struct payload *payload = payload_get();
	u64 len = st->payload_len;

	if (!payload)
		return bpf_ringbuf_output(&records, &st->rec, sizeof(st->rec), flags);
	if (!len && st->rec.ret > 0) {
		len = payload_cut(st->rec.ret);
		if (bpf_probe_read_user(payload->data, len, (void *)st->buf))
			len = 0;
	}
	len = payload_cut(len);
	st->rec.hdr.len = sizeof(st->rec) + len;
	payload->rec = st->rec;
	return bpf_ringbuf_output(&records, payload, sizeof(st->rec) + len, flags);
}

static __always_inline long submit(struct task_state *st, u64 flags)
{
	st->rec.hdr.len = sizeof(st->rec);
	if (filter.snaplen)
		return submit_with_payload(st, flags);
	return bpf_ringbuf_output(&records, &st->rec, sizeof(st->rec), flags);
}

static __always_inline int access_exit(u32 layer, s64 ret)
{
	struct task_state *st = state_get();
	struct ismt_access *rec;
	u32 cpu, access;
	u64 recorded;

	if (!st || st->access == ACCESS_NONE) {
		if (armed)
			count(bpf_get_smp_processor_id(), ISMT_CNT_UNOPENED);
		return 0;
	}
	rec = &st->rec;
	if (rec->layer != layer) {
		/* The core returning into the variant driver. */
		st->nested = 0;
		return 0;
	}

	access = st->access;
	st->access = ACCESS_NONE;
	if (access == ACCESS_SKIPPED)
		return 0;

	rec->ret = ret;
	cpu = bpf_get_smp_processor_id();
	if (access == ACCESS_OPEN && filter.errors && !rec->insn.failed && ret >= 0 &&
	    (u64)ret == rec->len)
		access = ACCESS_FILTERED;
	if (access == ACCESS_FILTERED) {
		access_put_apart(rec, ISMT_APART_FILTERED);
		count(cpu, ISMT_CNT_FILTERED);
		return 0;
	}

	rec->latency_ns = bpf_ktime_get_ns() - rec->hdr.ts;
	rec->hdr.type = ISMT_REC_ACCESS;
	rec->hdr.cpu = cpu;
	recorded = counters[cpu & ISMT_CPU_MASK][ISMT_CNT_RECORDED];
	if (submit(st, recorded & WAKEUP_MASK ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP)) {
		access_put_apart(rec, ISMT_APART_LOST);
		count(cpu, ISMT_CNT_LOST_RING);
	} else {
		count(cpu, ISMT_CNT_RECORDED);
	}
	return 0;
}

#endif /* ISMT_ACCESS_BPF_H */
