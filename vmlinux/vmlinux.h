/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmlinux.h - the few kernel types that the BPF programs read, by hand.
 *
 * Only names and types of members count: libbpf finds the real offsets in
 * the BTF of the running kernel and its modules (CO-RE).  The test
 * vmlinux/check-types holds every member against real kernels' BTF.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#define __VMLINUX_TYPES__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef signed short __s16;
typedef unsigned int __u32;
typedef signed int __s32;
typedef unsigned long long __u64;
typedef signed long long __s64;

typedef __u8 u8;
typedef __s8 s8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

/* For bpf_helper_defs.h. */
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#ifndef NULL
#define NULL ((void *)0)
#endif

#define bool _Bool
#define true 1
#define false 0

/* linux/bpf.h; the values are ABI. */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};

enum {
	BPF_F_NO_PREALLOC = 1U << 0,
};

enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1ULL << 0,
};

enum {
	BPF_RB_NO_WAKEUP = 1ULL << 0,
	BPF_RB_FORCE_WAKEUP = 1ULL << 1,
};

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

/* asm/ptrace.h of s390: what a kprobe program is handed; ABI. */
typedef struct {
	unsigned long mask;
	unsigned long addr;
} __attribute__((aligned(8))) psw_t;

typedef struct {
	unsigned long args[1];
	psw_t psw;
	unsigned long gprs[16];
} user_pt_regs;

struct pt_regs;

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct list_head {
	struct list_head *next;
};

typedef struct {
	int counter;
} atomic_t;

/* A process, whichever of its threads are left. */
struct signal_struct {
	atomic_t live;
};

/* include/linux/pid.h */
struct pid_namespace;

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct signal_struct *signal;
	char comm[16];
};

struct device_driver {
	const char *name;
};

struct device {
	struct device_driver *driver;
	void *driver_data;
};

struct pci_bus {
	struct list_head devices;
	unsigned char number;
};

struct pci_dev {
	struct list_head bus_list;
	struct pci_bus *bus;
	void *sysdata;
	unsigned int devfn;
	unsigned short vendor;
	unsigned short device;
	struct device dev;
};

/* arch/s390/include/asm/pci.h */
struct zpci_dev;

struct zpci_bus {
	struct pci_bus *bus;
	struct zpci_dev *function[256];
	int domain_nr;
};

struct zpci_bar_struct {
	u32 val;
	u8 size;
};

struct zpci_fmb {
	u32 samples;
	u64 last_update;
	u64 ld_ops;
	u64 st_ops;
	u64 stb_ops;
	u64 rpcit_ops;
};

struct zpci_dev {
	struct zpci_bus *zbus;
	struct list_head entry;
	u32 fid;
	u32 fh;
	u16 vfn;
	u16 pchid;
	u16 maxstbl;
	u8 pfgid;
	u8 pft;
	unsigned int devfn;
	u32 uid;
	bool mio_capable;
	struct zpci_bar_struct bars[6];
	struct zpci_fmb *fmb;
	u16 fmb_update;
};

/* arch/s390/include/asm/pci_insn.h */
struct zpci_fib {
	u64 fmb_addr;
};

/* arch/s390/include/asm/debug.h */
struct debug_info {
	int level;
	int pages_per_area;
	char name[64];
};

/* include/linux/vfio.h; in the BTF of the module vfio, where user space looks for its dev. */
struct vfio_device;

/* The core's structure around it, in vfio-pci-core's; it is found in the same way. */
struct vfio_pci_core_device;

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
