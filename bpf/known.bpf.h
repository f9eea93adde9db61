/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * known.bpf.h - from a VFIO device to its zPCI function.
 */
#ifndef ISMT_KNOWN_H
#define ISMT_KNOWN_H

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
 * Where struct vfio_device has dev, bytes.  The structure is a module's, and for one of
 * those libbpf reads the BTF of all modules; user space has looked it up itself.
 */
const volatile __u32 vfio_device_dev;

static __always_inline struct pci_dev *pdev_of(u64 vdev)
{
	u64 dev = 0;

	bpf_probe_read_kernel(&dev, sizeof(dev), (void *)(vdev + vfio_device_dev));
	return (void *)dev - bpf_core_field_offset(struct pci_dev, dev);
}

static __always_inline struct known_function *known_of(struct task_state *st)
{
	return &st->known[st->at & (KNOWN - 1)];
}

static __always_inline void known_resolve(struct known_function *known, u64 vdev)
{
	struct pci_dev *pdev = pdev_of(vdev);
	struct zpci_dev *zdev = zdev_of(pdev);

	known->vdev = vdev;
	known->fid = BPF_CORE_READ(zdev, fid);
	known->fh = BPF_CORE_READ(zdev, fh);
	known->maxstbl = BPF_CORE_READ(zdev, maxstbl);
	known->is_ism = BPF_CORE_READ(pdev, vendor) == PCI_VENDOR_ID_IBM &&
			BPF_CORE_READ(pdev, device) == PCI_DEVICE_ID_ISM;
	if (!known->maxstbl)
		known->maxstbl = ISMT_PAYLOAD_MAX;
	known->cell[ISMT_READ] = 0;
	known->cell[ISMT_WRITE] = 0;
	known->run.size = 0;
	known->run.told = 0;
}

/* The task turns to another function, or a device was opened since. */
__noinline int known_switch(struct task_state *st, u64 vdev)
{
	struct known_function *known;
	u32 i;

	if (!st)
		return 0;
	known = known_of(st);
	if (st->generation != generation) {
		for (i = 0; i < KNOWN; i++)
			st->known[i].vdev = 0;
		st->generation = generation;
	} else {
		known->run = st->run;
	}
	st->hot.req = 0;
	st->first = 0;
	st->vdev = vdev;
	st->again = vdev;
	/* Such structures are of some KiB, so that those of several are pages apart. */
	st->at = vdev >> 12 & (KNOWN - 1);
	known = known_of(st);
	if (known->vdev != vdev)
		known_resolve(known, vdev);
	st->run = known->run;
	st->rec.fid = known->fid;
	st->rec.fh = known->fh;
	return 0;
}

/* The handle of the access's function today. */
__noinline u32 known_handle(u64 vdev)
{
	struct zpci_dev *zdev = zdev_of(pdev_of(vdev));

	return BPF_CORE_READ(zdev, fh);
}

/*
 * Is this instruction the access's own?  An interrupt handler may issue one on
 * another function while the task is inside its access.  The handle changes
 * when a function is enabled anew, so on a mismatch ask for today's.
 */
static __always_inline bool insn_is_of(struct task_state *st, u32 fh)
{
	if (st->rec.fh == fh)
		return true;
	if (known_handle(st->vdev) != fh)
		return false;
	known_of(st)->fh = fh;
	st->rec.fh = fh;
	return true;
}

/* The head of the kernel's list of functions; user space has it found by scan_machine(). */
__u64 list_head;

/* So many functions are looked at to find one. */
#define LIST_MAX	64

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

/* Likewise for instructions of no access: the list is walked once for a handle. */
static __always_inline struct ismt_apart *apart_outside(u32 fh)
{
	struct ismt_apart_key key = { .fh = fh, .class = ISMT_APART_OUTSIDE };
	struct ismt_apart *total = bpf_map_lookup_elem(&apart, &key);

	return total ? total : apart_get(fh, ISMT_APART_OUTSIDE, fid_of_handle(fh));
}

#endif /* ISMT_KNOWN_H */
