/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zpci_list.h - small programs that run once when asked: they read the kernel's list of zPCI functions,
 * maxstbl and measurement blocks included, and the kernel's switches.
 */
#ifndef ISMT_LIVE_ZPCI_LIST_H
#define ISMT_LIVE_ZPCI_LIST_H

#include <stdbool.h>

#include "model/function.h"

struct ismtrace_bpf;

/*
 * scan_load - load only the programs that scan, for commands that do not trace.  Returns the
 * skeleton, for scan_unload(), or NULL with errno.
 */
struct ismtrace_bpf *scan_load(void);

/* skel may be NULL. */
void scan_unload(struct ismtrace_bpf *skel);

/*
 * scan_machine - find the kernel's list, once after loading, with the privileges of loading.  All
 * other functions can be called after privileges were dropped.  0 or -errno.
 */
int scan_machine(struct ismtrace_bpf *skel);

/* Before loading: create the maps that only counting needs, or leave them out. */
void scan_count_maps(struct ismtrace_bpf *skel, bool counting);
/* Before loading: load the maps and programs that only --measure needs, or leave them out. */
void scan_measure_maps(struct ismtrace_bpf *skel, bool measure);

/* When no program runs any more: count accesses that are still open as unfinished. */
void scan_end_open(struct ismtrace_bpf *skel);

/* How the kernel's switches are set now; -1 for those that cannot be read. */
void scan_switches(struct ismtrace_bpf *skel, struct ismt_switches *switches);

/* Set skel->bss->open_accesses: the number of open accesses of tasks that have a slot. */
void scan_open(struct ismtrace_bpf *skel);

/*
 * scan_may_have_mio - false if /proc/cpuinfo says that the machine lacks the
 * facility (153, as arch/s390/pci/pci.c tests it); needs nothing loaded.
 */
bool scan_may_have_mio(void);

/* True if the machine has MIO instructions, or that cannot be read. */
bool scan_has_mio(const struct ismtrace_bpf *skel);

/*
 * scan_each - call fn for every function, with the address of its struct zpci_dev.  fn returns 0, or
 * -ENOMEM to end the scan.  Returns what scan_functions() does.
 */
typedef int scan_found(void *arg, const struct ismt_function *k, uint64_t zdev);
int scan_each(struct ismtrace_bpf *skel, scan_found *fn, void *arg);

/*
 * scan_functions - add every function to the table, or refresh it there.  Returns how many there are,
 * or -errno: -ENOENT if the kernel's list cannot be found.
 */
int scan_functions(struct ismtrace_bpf *skel, struct function_table *table);

#endif /* ISMT_LIVE_ZPCI_LIST_H */
