/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scan.bpf.h - what the kernel knows of each zPCI function.
 *
 * sysfs does not show maxstbl, and the measurement block is in debugfs, for
 * root only.  This program walks the kernel's own list, one function a run
 * (BPF_PROG_TEST_RUN), so that there is no loop for the verifier to follow.
 * Nothing is locked: a function that goes away meanwhile gives a wrong line
 * or ends the list, never a fault.
 */
#ifndef ISMT_SCAN_BPF_H
#define ISMT_SCAN_BPF_H

#include "record.h"
#include "task.bpf.h"

/* What a run found; user space reads it through the mapped .bss. */
struct ismt_function found;
__u64 found_zdev;	/* its struct zpci_dev */
__u64 cursor;		/* struct list_head of the last one; 0: begin */
__u32 mio_known;	/* have_mio was found ... */
__u32 machine_has_mio;	/* ... and says so */

/*
 * Symbols of arch/s390/pci/pci.c, which CONFIG_KALLSYMS_ALL shows.  The kernel
 * looks them up far quicker than /proc/kallsyms can be read.
 */
SEC("syscall")
int scan_machine(void *ctx)
{
	static const char list[] = "zpci_list", mio[] = "have_mio";
	u64 addr = 0;
	int enabled = 0;

	task_learn_namespace();
	if (!bpf_kallsyms_lookup_name(list, sizeof(list), 0, &addr))
		list_head = addr;
	if (!bpf_kallsyms_lookup_name(mio, sizeof(mio), 0, &addr) &&
	    !bpf_probe_read_kernel(&enabled, sizeof(enabled), (void *)addr)) {
		mio_known = 1;
		machine_has_mio = enabled > 0;
	}
	return 0;
}

static __always_inline void read_fmb(const struct zpci_dev *zdev)
{
	const struct zpci_fmb *fmb = BPF_CORE_READ(zdev, fmb);

	if (!fmb)
		return;
	found.flags |= ISMT_FN_HAS_FMB;
	found.fmb_samples = BPF_CORE_READ(fmb, samples);
	found.fmb_updated = BPF_CORE_READ(fmb, last_update);
	found.fmb_loads = BPF_CORE_READ(fmb, ld_ops);
	found.fmb_stores = BPF_CORE_READ(fmb, st_ops);
	found.fmb_blocks = BPF_CORE_READ(fmb, stb_ops);
	found.fmb_rpcit = BPF_CORE_READ(fmb, rpcit_ops);
}

/* Fill in found with the next function; returns 0 when there is none. */
SEC("raw_tp")
int scan_next(void *ctx)
{
	struct list_head *head = (void *)list_head, *pos;
	struct zpci_dev *zdev;
	struct zpci_bus *zbus;

	if (!head)
		return 0;
	pos = cursor ? (struct list_head *)cursor : head;
	pos = BPF_CORE_READ(pos, next);
	cursor = (u64)pos;
	if (!pos || pos == head)
		return 0;
	zdev = (void *)pos - bpf_core_field_offset(struct zpci_dev, entry);

	__builtin_memset(&found, 0, sizeof(found));
	found_zdev = (u64)zdev;
	found.fid = BPF_CORE_READ(zdev, fid);
	found.fh = BPF_CORE_READ(zdev, fh);
	found.uid = BPF_CORE_READ(zdev, uid);
	found.pchid = BPF_CORE_READ(zdev, pchid);
	found.vfn = BPF_CORE_READ(zdev, vfn);
	found.maxstbl = BPF_CORE_READ(zdev, maxstbl);
	found.pft = BPF_CORE_READ(zdev, pft);
	found.pfgid = BPF_CORE_READ(zdev, pfgid);
	if (BPF_CORE_READ(zdev, mio_capable))
		found.flags |= ISMT_FN_MIO_CAPABLE;
	/* Only constant indices are relocated with the real size of an element. */
	found.bar_size[0] = BPF_CORE_READ(zdev, bars[0].size);
	found.bar_size[1] = BPF_CORE_READ(zdev, bars[1].size);
	found.bar_size[2] = BPF_CORE_READ(zdev, bars[2].size);
	found.bar_size[3] = BPF_CORE_READ(zdev, bars[3].size);
	found.bar_size[4] = BPF_CORE_READ(zdev, bars[4].size);
	found.bar_size[5] = BPF_CORE_READ(zdev, bars[5].size);
	zbus = BPF_CORE_READ(zdev, zbus);
	if (zbus) {
		found.flags |= ISMT_FN_HAS_PDEV;
		found.domain = BPF_CORE_READ(zbus, domain_nr);
		found.bus = BPF_CORE_READ(zbus, bus, number);
		found.devfn = BPF_CORE_READ(zdev, devfn);
	}
	read_fmb(zdev);
	return 1;
}

#endif /* ISMT_SCAN_BPF_H */
