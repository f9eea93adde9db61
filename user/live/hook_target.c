// SPDX-License-Identifier: GPL-2.0-only
#include "live/hook_target.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "live/hooks.h"

/*
 * libbpf's callback gets only a number that was given at registration, and programs keep pointing
 * to what was registered.  So we register once and for all, and the callback finds here which
 * BTF to use.
 */
static struct {
	bool registered;
	struct kernel_btf *btf;
	const char *module; /* whose BTF object fd is; NULL: none yet */
	int fd;
} target;

static void forget_module(void)
{
	if (target.module)
		close(target.fd);
	target.module = NULL;
}

/* The BTF object of a module, as the kernel wants to see it; -errno. */
static int module_fd(const char *module)
{
	char name[64];
	struct bpf_btf_info info;
	__u32 id = 0, len;
	int fd;

	if (target.module && !strcmp(target.module, module))
		return target.fd;
	forget_module();
	while (!bpf_btf_get_next_id(id, &id)) {
		fd = bpf_btf_get_fd_by_id(id);
		/* The module may have been unloaded meanwhile. */
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		info.name = (uintptr_t)name;
		info.name_len = sizeof(name);
		len = sizeof(info);
		if (!bpf_btf_get_info_by_fd(fd, &info, &len) && info.kernel_btf &&
		    !strcmp(name, module)) {
			target.module = module;
			target.fd = fd;
			return fd;
		}
		close(fd);
	}
	return -ENOENT;
}

static const char *module_of(const char *function)
{
	size_t i;

	for (i = 0; i < nr_hooks; i++)
		if (!strcmp(hooks[i].function, function))
			return hooks[i].module;
	return NULL;
}

static int set_target(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const char *function = strchr(bpf_program__section_name(prog), '/');
	const char *module;
	int id, fd;

	if (!function || !target.btf)
		return -EINVAL;
	function++;
	module = module_of(function);
	id = kernel_btf_function(target.btf, module, function);
	if (id < 0)
		return id;
	opts->attach_btf_id = (__u32)id;
	if (!kernel_btf_has(target.btf, module))
		return 0;
	fd = module_fd(module);
	if (fd < 0)
		return fd;
	opts->attach_btf_obj_fd = (__u32)fd;
	return 0;
}

int hook_target_begin(struct kernel_btf *btf)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = set_target);
	int err;

	target.btf = btf;
	if (target.registered)
		return 0;
	err = libbpf_register_prog_handler("fentry+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
					   &opts);
	if (err >= 0)
		err = libbpf_register_prog_handler("fexit+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
						   &opts);
	if (err < 0)
		return err;
	target.registered = true;
	return 0;
}

void hook_target_end(void)
{
	forget_module();
	target.btf = NULL;
}
