/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_btf.h - a few numbers out of the BTF of the running kernel and its modules.
 *
 * libbpf would find them too, but for anything of a module's it first takes in the BTF of
 * every module that is loaded: with ten of them that is half of the time to attach.
 *
 * All lookups are in the module, or in the kernel itself where the module is built in
 * or NULL, and return -errno if there is no BTF, -ENOENT: no such thing, -EBADMSG:
 * not understood.
 */
#ifndef ISMT_LIVE_KERNEL_BTF_H
#define ISMT_LIVE_KERNEL_BTF_H

#include <stdbool.h>

struct kernel_btf;

/* NULL with errno. */
struct kernel_btf *kernel_btf_open(void);
void kernel_btf_free(struct kernel_btf *btf);

/* Where a structure has a member, in bytes. */
int kernel_btf_member(struct kernel_btf *btf, const char *module, const char *structure,
		      const char *member);

/* Has the module BTF of its own?  Built in, it has not. */
bool kernel_btf_has(struct kernel_btf *btf, const char *module);

/* The type id of a function. */
int kernel_btf_function(struct kernel_btf *btf, const char *module, const char *function);

#endif /* ISMT_LIVE_KERNEL_BTF_H */
