/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * zpci_list.h - ask the kernel for its zPCI functions, maxstbl and measurement
 * blocks included.
 */
#ifndef ISMT_LIVE_ZPCI_LIST_H
#define ISMT_LIVE_ZPCI_LIST_H

#include <stdbool.h>

#include "model/function.h"

struct ismtrace_bpf;

/*
 * scan_load - the programs that scan, and no others.  Returns the skeleton,
 * for scan_unload(), or NULL with errno set.
 */
struct ismtrace_bpf *scan_load(void);

/* skel may be NULL. */
void scan_unload(struct ismtrace_bpf *skel);

/*
 * scan_machine - find the kernel's list, once after loading, with the
 * privileges of loading.  The others can be called after they were dropped.
 * Returns 0 or -errno.
 */
int scan_machine(struct ismtrace_bpf *skel);

/* Before loading: the maps that only counting has. */
void scan_count_maps(struct ismtrace_bpf *skel, bool counting);
/* Before loading: the maps and programs that only --measure has. */
void scan_measure_maps(struct ismtrace_bpf *skel, bool measure);

/* When no program runs any more: count accesses that are still under way as such. */
void scan_end_open(struct ismtrace_bpf *skel);

/* How the kernel's switches are set now; -1 where it does not tell. */
void scan_switches(struct ismtrace_bpf *skel, struct ismt_switches *switches);

/* Set skel->bss->open_accesses: those under way, of tasks that have a slot. */
void scan_open(struct ismtrace_bpf *skel);

/*
 * scan_may_have_mio - false if /proc/cpuinfo says that the machine lacks the
 * facility (153, as arch/s390/pci/pci.c tests it); needs nothing loaded.
 */
bool scan_may_have_mio(void);

/* True if the machine has MIO instructions, or the kernel does not tell. */
bool scan_has_mio(const struct ismtrace_bpf *skel);

/*
 * scan_each - call fn for every function, with the address of the kernel's structure; it
 * returns 0, or -ENOMEM, which ends it.  Returns as scan_functions().
 */
typedef int scan_found(void *arg, const struct ismt_function *k, uint64_t zdev);
int scan_each(struct ismtrace_bpf *skel, scan_found *fn, void *arg);

/*
 * scan_functions - enter or refresh every function in the table.  Returns
 * how many there are, or -errno: -ENOENT if the kernel hides its list.
 */
int scan_functions(struct ismtrace_bpf *skel, struct function_table *table);

#endif /* ISMT_LIVE_ZPCI_LIST_H */
