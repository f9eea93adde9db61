/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fn_cache.bpf.h - from a VFIO device to its zPCI function.
 */
#ifndef ISMT_FN_CACHE_BPF_H
#define ISMT_FN_CACHE_BPF_H

#include "state.bpf.h"

static __always_inline struct zpci_dev *zdev_of(struct pci_dev *pdev)
{
	struct zpci_bus *zbus = BPF_CORE_READ(pdev, sysdata);
	struct zpci_dev *zdev = NULL;
	u32 devfn = BPF_CORE_READ(pdev, devfn);

	bpf_core_read(&zdev, sizeof(zdev), &zbus->function[devfn & 0xff]);
	return zdev;
}

/*
 * The offset of dev in struct vfio_device, in bytes.  User space looks it up: the structure is a
 * module's, and to relocate it libbpf would read the BTF of all modules.
 */
const volatile __u32 vfio_device_dev;

static __always_inline struct pci_dev *pdev_of(u64 vdev)
{
	u64 dev = 0;

	bpf_probe_read_kernel(&dev, sizeof(dev), (void *)(vdev + vfio_device_dev));
	return (void *)dev - bpf_core_field_offset(struct pci_dev, dev);
}

static __always_inline struct ismt_fn_cache_entry *fn_cache_entry_of(struct ismt_task_state *st)
{
	return &st->fn_cache[st->at & (FN_CACHE - 1)];
}

/*
 * While counting: runs of tasks on functions that are no longer in their fn_cache, because there were
 * too many, or a device was opened.  A run goes on all the same.
 */
struct ismt_run_key {
	u32 task; /* its number */
	u32 fid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, ISMT_SLOTS);
	__type(key, struct ismt_run_key);
	__type(value, struct ismt_run);
} runs_aside SEC(".maps");

static __always_inline void fn_cache_drop(struct ismt_task_state *st,
					  struct ismt_fn_cache_entry *entry)
{
	struct ismt_run_key key = { .task = st->number, .fid = entry->fid };
	struct ismt_run run;

	if (counting && entry->vdev && entry->run.size) {
		/* A copy: a task's state comes from a caller, and kernels before 6.2 take no value from there. */
		run = entry->run;
		bpf_map_update_elem(&runs_aside, &key, &run, BPF_ANY);
	}
	entry->vdev = 0;
	entry->run.size = 0;
}

static __always_inline void fn_cache_recall_run(struct ismt_task_state *st,
						struct ismt_fn_cache_entry *entry)
{
	struct ismt_run_key key = { .task = st->number, .fid = entry->fid };
	struct ismt_run *run;

	entry->run.size = 0;
	if (!counting)
		return;
	run = bpf_map_lookup_elem(&runs_aside, &key);
	if (!run)
		return;
	entry->run = *run;
	bpf_map_delete_elem(&runs_aside, &key);
}

static __always_inline void fn_cache_fill(struct ismt_fn_cache_entry *entry, u64 vdev)
{
	struct pci_dev *pdev = pdev_of(vdev);
	struct zpci_dev *zdev = zdev_of(pdev);

	entry->vdev = vdev;
	entry->fid = BPF_CORE_READ(zdev, fid);
	entry->fh = BPF_CORE_READ(zdev, fh);
	entry->maxstbl = BPF_CORE_READ(zdev, maxstbl);
	entry->is_ism = BPF_CORE_READ(pdev, vendor) == PCI_VENDOR_ID_IBM &&
			BPF_CORE_READ(pdev, device) == PCI_DEVICE_ID_ISM;
	if (!entry->maxstbl)
		entry->maxstbl = ISMT_PAYLOAD_MAX;
	entry->cell[ISMT_READ] = 0;
	entry->cell[ISMT_WRITE] = 0;
}

/* The index of a device's entry in fn_cache; if it has none, of the entry to reuse. */
static __always_inline u32 fn_cache_find(struct ismt_task_state *st, u64 vdev)
{
	u32 i;

	for (i = 0; i < FN_CACHE; i++)
		if (st->fn_cache[i].vdev == vdev)
			return i;
	for (i = 0; i < FN_CACHE; i++)
		if (!st->fn_cache[i].vdev)
			return i;
	return st->victim++;
}

/*
 * Switch the state to another function, or look everything up anew, as a device was opened or the
 * task has executed another program.
 */
__noinline int fn_cache_switch(struct ismt_task_state *st, u64 vdev)
{
	u32 i, now = generation;
	struct ismt_fn_cache_entry *entry;

	if (!st)
		return 0;
	fn_cache_entry_of(st)->run = st->run;
	if (st->generation != now) {
		for (i = 0; i < FN_CACHE; i++)
			fn_cache_drop(st, &st->fn_cache[i]);
		st->generation = now;
	}
	if (!st->number)
		st->number = __sync_fetch_and_add(&numbers, 1) + 1;
	st->hot.req = 0;
	st->first = 0;
	st->vdev = vdev;
	st->at = fn_cache_find(st, vdev);
	entry = fn_cache_entry_of(st);
	if (entry->vdev != vdev) {
		fn_cache_drop(st, entry);
		fn_cache_fill(entry, vdev);
		fn_cache_recall_run(st, entry);
	}
	st->run = entry->run;
	st->rec.fid = entry->fid;
	st->rec.fh = entry->fh;
	return 0;
}

/* The handle that a device's function has now. */
__noinline u32 fn_handle_now(u64 vdev)
{
	struct zpci_dev *zdev = zdev_of(pdev_of(vdev));

	return BPF_CORE_READ(zdev, fh);
}

/*
 * Is this instruction part of the open access?  An interrupt handler may issue one on another
 * function while the task is inside its access.  A function's handle changes when the function
 * is enabled anew, so on a mismatch look it up again.
 */
static __always_inline bool insn_is_of(struct ismt_task_state *st, u32 fh)
{
	if (st->rec.fh == fh)
		return true;
	if (fn_handle_now(st->vdev) != fh)
		return false;
	fn_cache_entry_of(st)->fh = fh;
	st->rec.fh = fh;
	return true;
}

/* The head of the kernel's list of functions; user space has it found by scan_machine(). */
__u64 list_head;

/* The most functions of the list that are looked at to find one. */
#define LIST_MAX 64

/* The fid, plus one, of the function that has this handle now; 0: not found. */
__noinline u64 fid_of_handle(u32 fh)
{
	struct list_head *head = (void *)list_head, *pos = head;
	struct zpci_dev *zdev;
	u32 i;

	for (i = 0; i < LIST_MAX; i++) {
		pos = pos ? BPF_CORE_READ(pos, next) : NULL;
		if (!pos || pos == head)
			break;
		zdev = (void *)pos - bpf_core_field_offset(struct zpci_dev, entry);
		if (!((BPF_CORE_READ(zdev, fh) ^ fh) & ~FH_ENABLED))
			return (u64)BPF_CORE_READ(zdev, fid) + 1;
	}
	return 0;
}

/* The sums of instructions outside any access on a handle; made, by a walk of the list, if need be. */
static __always_inline struct ismt_unattr *unattr_outside(u32 fh)
{
	struct ismt_unattr_key key = { .fh = fh, .class = ISMT_UNATTR_OUTSIDE };
	struct ismt_unattr *total = bpf_map_lookup_elem(&unattributed, &key);

	return total ? total : unattr_get(fh, ISMT_UNATTR_OUTSIDE, fid_of_handle(fh));
}

#endif /* ISMT_FN_CACHE_BPF_H */
