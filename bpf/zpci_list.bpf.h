/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zpci_list.bpf.h - what the kernel knows of each zPCI function.
 *
 * sysfs does not show maxstbl, and the measurement block is in debugfs, for
 * root only.  This program walks the kernel's own list, one function a run
 * (BPF_PROG_TEST_RUN), so that there is no loop for the verifier to follow.
 * Nothing is locked: a function that goes away meanwhile gives a wrong line
 * or ends the list, never a fault.
 */
#ifndef ISMT_ZPCI_LIST_BPF_H
#define ISMT_ZPCI_LIST_BPF_H

#include "ismtrace.h"
#include "task.bpf.h"

/* The function that a run has found; user space reads it in the mapped .bss. */
struct ismt_function found;
__u64 found_zdev;      /* its struct zpci_dev */
__u64 cursor;	       /* struct list_head of the last one; 0: begin */
__u32 mio_known;       /* have_mio was found ... */
__u32 machine_has_mio; /* ... and says so */
struct ismt_switches switches;

/* The kernel addresses of the switches; 0: not found. */
__u64 at_disarmed, at_ftrace, at_ftrace_killed, at_error_id;

static __always_inline u64 symbol(const char *name, u32 size)
{
	u64 addr = 0;

	return bpf_kallsyms_lookup_name(name, size, 0, &addr) ? 0 : addr;
}

/* The address of a variable of the kernel by its name, which has to be in .rodata. */
#define SYMBOL(text)                                      \
	({                                                \
		static const char symbol_name[] = text;   \
                                                          \
		symbol(symbol_name, sizeof(symbol_name)); \
	})

/*
 * Find the kernel's list and switches by their symbols, which CONFIG_KALLSYMS_ALL provides.  The
 * kernel looks them up far quicker than /proc/kallsyms can be read.
 */
SEC("syscall")
int scan_machine(void *ctx)
{
	u64 mio = SYMBOL("have_mio");
	int enabled = 0;

	task_learn_namespace();
	list_head = SYMBOL("zpci_list");
	if (mio && !bpf_probe_read_kernel(&enabled, sizeof(enabled), (void *)mio)) {
		mio_known = 1;
		machine_has_mio = enabled > 0;
	}
	at_disarmed = SYMBOL("kprobes_all_disarmed");
	at_ftrace = SYMBOL("ftrace_enabled");
	at_ftrace_killed = SYMBOL("ftrace_disabled");
	at_error_id = SYMBOL("pci_debug_err_id");
	return 0;
}

/*
 * Read the switches.  A debug area takes nothing if its level is below that of the event, which is
 * 0 for a failed instruction, or if it has no pages.  The function that our program hangs on is
 * then not even called.
 */
SEC("raw_tp")
int scan_switches(void *ctx)
{
	struct debug_info *id = NULL;
	int value = 0, killed = 0;
	u8 disarmed = 0;

	switches.kprobes = -1;
	switches.ftrace = -1;
	switches.errors = -1;
	if (at_disarmed && !bpf_probe_read_kernel(&disarmed, sizeof(disarmed), (void *)at_disarmed))
		switches.kprobes = !disarmed;
	if (at_ftrace && !bpf_probe_read_kernel(&value, sizeof(value), (void *)at_ftrace)) {
		if (at_ftrace_killed)
			bpf_probe_read_kernel(&killed, sizeof(killed), (void *)at_ftrace_killed);
		switches.ftrace = value && !killed;
	}
	if (at_error_id && !bpf_probe_read_kernel(&id, sizeof(id), (void *)at_error_id) && id)
		switches.errors =
			BPF_CORE_READ(id, level) >= 0 && BPF_CORE_READ(id, pages_per_area) > 0;
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

/*
 * Offsets, in bytes, of what struct vfio_pci_core_device says of the MSI-X table; 0: not known.
 * User space looks them up, for the reason that vfio_device_dev has.
 */
const volatile __u32 core_msix_bar, core_msix_size, core_msix_offset;

/* The most devices on a function's bus that are looked at to find the function; nearly all buses have one. */
#define BUS_MAX 32

static __always_inline struct pci_dev *pdev_on(struct zpci_bus *zbus, u32 devfn)
{
	struct pci_bus *bus = BPF_CORE_READ(zbus, bus);
	struct list_head *head, *pos;
	struct pci_dev *pdev;
	u32 i;

	if (!bus)
		return NULL;
	head = (void *)bus + bpf_core_field_offset(struct pci_bus, devices);
	pos = head;
	for (i = 0; i < BUS_MAX; i++) {
		pos = BPF_CORE_READ(pos, next);
		if (!pos || pos == head)
			break;
		pdev = (void *)pos - bpf_core_field_offset(struct pci_dev, bus_list);
		if (BPF_CORE_READ(pdev, devfn) == devfn)
			return pdev;
	}
	return NULL;
}

/* Read where the function's MSI-X table is, if a driver on top of the VFIO core has the function. */
static __always_inline void read_msix(struct pci_dev *pdev)
{
	u64 vdev = (u64)BPF_CORE_READ(pdev, dev.driver_data);
	u32 offset = 0;
	u16 size = 0;
	u8 bar = 0;

	/* Another driver's data are something else. */
	if (!core_msix_bar || !vdev || pdev_of(vdev) != pdev)
		return;
	bpf_probe_read_kernel(&bar, sizeof(bar), (void *)(vdev + core_msix_bar));
	bpf_probe_read_kernel(&size, sizeof(size), (void *)(vdev + core_msix_size));
	bpf_probe_read_kernel(&offset, sizeof(offset), (void *)(vdev + core_msix_offset));
	if (bar >= ISMT_BARS)
		return;
	found.msix_bar = bar;
	found.msix_size = size;
	found.msix_offset = offset;
}

/*
 * Read from the kernel's structures what sysfs would say, too: once it is attached, the tracer
 * cannot open files there.
 */
static __always_inline void read_pdev(struct pci_dev *pdev)
{
	struct device_driver *driver = BPF_CORE_READ(pdev, dev.driver);

	found.vendor = BPF_CORE_READ(pdev, vendor);
	found.device = BPF_CORE_READ(pdev, device);
	if (driver)
		bpf_probe_read_kernel_str(found.driver, sizeof(found.driver),
					  BPF_CORE_READ(driver, name));
}

/* Fill in found with the next function; returns 0 when there is none. */
SEC("raw_tp")
int scan_next(void *ctx)
{
	struct list_head *head = (void *)list_head, *pos;
	struct zpci_dev *zdev;
	struct zpci_bus *zbus;
	struct pci_dev *pdev;

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
		pdev = pdev_on(zbus, found.devfn);
		if (pdev) {
			read_pdev(pdev);
			read_msix(pdev);
		}
	}
	read_fmb(zdev);
	return 1;
}

#endif /* ISMT_ZPCI_LIST_BPF_H */
