/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook_target.h - tell libbpf the BTF ids of the functions that fentry and fexit programs attach to.
 */
#ifndef ISMT_LIVE_HOOK_TARGET_H
#define ISMT_LIVE_HOOK_TARGET_H

#include "live/kernel_btf.h"

/*
 * hook_target_begin - look up targets in btf, which stays the caller's, for all objects that are
 * opened and loaded until hook_target_end().  Not thread-safe.  0 or -errno.
 */
int hook_target_begin(struct kernel_btf *btf);
void hook_target_end(void);

#endif /* ISMT_LIVE_HOOK_TARGET_H */
