/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook_target.h - tells libbpf where fentry and fexit programs go.
 */
#ifndef ISMT_LIVE_HOOK_TARGET_H
#define ISMT_LIVE_HOOK_TARGET_H

#include "live/kernel_btf.h"

/*
 * hook_target_begin - from now on, for objects that are opened and loaded until
 * hook_target_end(), targets are looked up in btf, which stays the caller's.  Not for
 * several threads at once.  0 or -errno.
 */
int hook_target_begin(struct kernel_btf *btf);
void hook_target_end(void);

#endif /* ISMT_LIVE_HOOK_TARGET_H */
