/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_btf.h - look up a few things in the BTF of the running kernel and its modules.
 *
 * libbpf could do so, too, but for anything in a module it first reads the BTF of every module
 * that is loaded: with ten of them that is half of the time to attach.
 *
 * Lookups are in the module, or in the kernel itself if the module is built in or NULL.  They
 * return -errno: -ENOENT if there is no such thing, -EBADMSG if the BTF was not understood, or
 * why there is no BTF.
 */
#ifndef ISMT_LIVE_KERNEL_BTF_H
#define ISMT_LIVE_KERNEL_BTF_H

#include <stdbool.h>

struct kernel_btf;

/* NULL with errno. */
struct kernel_btf *kernel_btf_open(void);
void kernel_btf_free(struct kernel_btf *btf);

/* The offset of a structure's member, in bytes. */
int kernel_btf_member(struct kernel_btf *btf, const char *module, const char *structure,
		      const char *member);

/* Has the module BTF of its own?  A built-in module has none. */
bool kernel_btf_has(struct kernel_btf *btf, const char *module);

/* The type id of a function. */
int kernel_btf_function(struct kernel_btf *btf, const char *module, const char *function);

#endif /* ISMT_LIVE_KERNEL_BTF_H */
