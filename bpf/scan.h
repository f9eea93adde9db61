// SPDX-License-Identifier: GPL-2.0-only
/*
 * scan.bpf.c - what the kernel knows of each zPCI function.
 *
 * sysfs does not show maxstbl, and the measurement block is in debugfs, for
 * root only.  This program walks the kernel's own list, one function a run
 * (BPF_PROG_TEST_RUN), so that there is no loop for the verifier to follow.
 * Nothing is locked: a function that goes away meanwhile gives a wrong line
 * or ends the list, never a fault.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "record.h"

char LICENSE[] SEC("license") = "GPL";

/* Symbols of arch/s390/pci/pci.c; CONFIG_KALLSYMS_ALL shows them. */
extern const void zpci_list __ksym __weak;
extern const void have_mio __ksym __weak;

/* What a run found; user space reads it through the mapped .bss. */
struct ismt_function found;
__u64 cursor;		/* struct list_head of the last one; 0: begin */
__u32 machine_has_mio;	/* of the static key */
__u32 have_list, have_mio_key;

SEC("raw_tp")
int scan_machine(void *ctx)
{
	int enabled = 0;

	have_list = &zpci_list != NULL;
	have_mio_key = &have_mio != NULL;
	if (have_mio_key)
		bpf_probe_read_kernel(&enabled, sizeof(enabled), &have_mio);
	machine_has_mio = enabled > 0;
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
	struct list_head *head = (void *)&zpci_list, *pos;
	struct zpci_dev *zdev;
	struct zpci_bus *zbus;
	int i;

	if (!head)
		return 0;
	pos = cursor ? (struct list_head *)cursor : head;
	pos = BPF_CORE_READ(pos, next);
	cursor = (u64)pos;
	if (!pos || pos == head)
		return 0;
	zdev = (void *)pos - bpf_core_field_offset(struct zpci_dev, entry);

	__builtin_memset(&found, 0, sizeof(found));
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
	for (i = 0; i < ISMT_BARS; i++)
		found.bar_size[i] = BPF_CORE_READ(zdev, bars[i].size);
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
