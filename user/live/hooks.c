// SPDX-License-Identifier: GPL-2.0-only
#include "live/hooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "live/drivers.h"
#include "live/retprobe.h"
#include "util/message.h"
#include "util/rlimits.h"

const struct hook hooks[] = {
	{ "load", "__zpci_load", NULL, HOOK_INSN, NO_EVENT },
	{ "store", "__zpci_store", NULL, HOOK_INSN, NO_EVENT },
	{ "store_block", "__zpci_store_block", NULL, HOOK_INSN, NO_EVENT },
	{ "mio_load", "zpci_load", NULL, HOOK_MIO, NO_EVENT },
	{ "mio_store", "zpci_store", NULL, HOOK_MIO, NO_EVENT },
	{ "mio_block", "zpci_write_block", NULL, HOOK_MIO, NO_EVENT },
	{ "error", "debug_event_common", NULL, HOOK_ERROR, NO_EVENT },
	{ "enable", "vfio_pci_core_enable", CORE_MODULE, HOOK_OPEN, NO_EVENT },
	{ "mod_fc", "zpci_mod_fc", NULL, HOOK_MEASURE, NO_EVENT },
	{ "enable_fh", "clp_enable_fh", NULL, HOOK_MEASURE, NO_EVENT },
	{ "disable", "vfio_pci_core_disable", CORE_MODULE, HOOK_MEASURE, NO_EVENT },
	{ "event", "ism_vfio_pci:ism_vfio_pci_enter and _exit", OUR_MODULE, HOOK_ACCESS, IS_EVENT },
	{ "ism_read", "ism_vfio_pci_read", OUR_MODULE, HOOK_ACCESS, HAS_EVENT },
	{ "ism_write", "ism_vfio_pci_write", OUR_MODULE, HOOK_ACCESS, HAS_EVENT },
	{ "core_read", "vfio_pci_core_read", CORE_MODULE, HOOK_ACCESS, NO_EVENT },
	{ "core_write", "vfio_pci_core_write", CORE_MODULE, HOOK_ACCESS, NO_EVENT },
};

const size_t nr_hooks = sizeof(hooks) / sizeof(hooks[0]);

/* A hook that is to be attached, with its programs and links. */
struct attached {
	const struct hook *hook;
	struct bpf_program *entry, *ret; /* NULL: not this side */
	struct bpf_link *entry_link, *ret_link;
	bool was_attached; /* until hooks_detach() */
};

struct hook_set {
	enum attach_mode mode;
	struct drivers seen; /* when hooks were selected */
	bool detached;
	struct hook_misses missed; /* until it was detached */
	struct retprobes *returns; /* NULL: not needed, or there is no tracefs */
	size_t count;
	struct attached at[];
};

/*
 * Programs on trampolines load only with a JIT.  The kernel shows whether it
 * has one in a file that only the first network namespace sees.
 */
bool hooks_no_jit(void)
{
	struct stat ours, first;

	if (!access("/proc/sys/net/core/bpf_jit_enable", F_OK))
		return false;
	return !stat("/proc/self/ns/net", &ours) && !stat("/proc/1/ns/net", &first) &&
	       ours.st_ino == first.st_ino && ours.st_dev == first.st_dev;
}

static bool module_loaded(const char *module)
{
	char path[64];

	if (!module)
		return true;
	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

const char *hooks_driver_since(const struct hook_set *set)
{
	return drivers_since(&set->seen);
}

/* Where a module keeps what BPF programs need to attach to its trace events. */
bool hooks_have_events(void)
{
	return !access("/sys/module/" OUR_MODULE "/sections/__bpf_raw_tp_map", F_OK);
}

static bool hook_wanted(const struct hook *hook, const struct hook_wish *wish)
{
	if (hook->role == HOOK_MIO && !wish->mio_helpers)
		return false;
	if (hook->role == HOOK_ERROR && !wish->errors)
		return false;
	if (hook->role == HOOK_MEASURE && !wish->measure)
		return false;
	if (hook->event == (wish->events ? HAS_EVENT : IS_EVENT))
		return false;
	return module_loaded(hook->module);
}

static struct bpf_program *find(struct bpf_object *obj, const char *flavour, const char *name)
{
	char full[64];

	snprintf(full, sizeof(full), "%s_%s", flavour, name);
	return bpf_object__find_program_by_name(obj, full);
}

/* The program for a hook's entry. */
static struct bpf_program *find_entry(struct bpf_object *obj, const char *flavour,
				      const struct hook *hook, const struct hook_wish *wish)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%s",
		 hook->role != HOOK_INSN || !wish->plain ? ""
		 : wish->measure			 ? "measured_"
							 : "plain_",
		 hook->name);
	return find(obj, flavour, name);
}

struct hook_set *hooks_select(struct bpf_object *obj, enum attach_mode mode,
			      const struct hook_wish *wish)
{
	const char *in = mode == ATTACH_TRAMPOLINE ? "fentry" : "kprobe";
	const char *out = mode == ATTACH_TRAMPOLINE ? "fexit" : "kretprobe";
	struct bpf_program *prog;
	struct hook_set *set;
	bool any = false;
	size_t i;

	set = calloc(1, sizeof(*set) + nr_hooks * sizeof(set->at[0]));
	if (!set)
		return NULL;
	set->mode = mode;
	drivers_look(&set->seen);

	bpf_object__for_each_program(prog,
				     obj) if (bpf_program__type(prog) == BPF_PROG_TYPE_TRACING ||
					      bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE)
		bpf_program__set_autoload(prog, false);
	bpf_program__set_autoload(find(obj, "event", "enter"), false);
	bpf_program__set_autoload(find(obj, "event", "exit"), false);
	bpf_program__set_autoload(find(obj, "event", "exit_counting"), false);

	for (i = 0; i < nr_hooks; i++) {
		const struct hook *hook = &hooks[i];
		struct attached *at = &set->at[set->count];

		if (!hook_wanted(hook, wish))
			continue;
		any |= hook->role == HOOK_ACCESS;
		at->hook = hook;
		if (hook->event == IS_EVENT) {
			at->entry = find(obj, hook->name, "enter");
			at->ret = find(obj, hook->name, wish->counting ? "exit_counting" : "exit");
		} else {
			at->entry = find_entry(obj, in, hook, wish);
			if (hook->role == HOOK_ACCESS || hook->role == HOOK_MIO ||
			    hook->role == HOOK_MEASURE ||
			    (hook->role == HOOK_INSN && wish->returns))
				at->ret = find(obj, out, hook->name);
		}
		bpf_program__set_autoload(at->entry, true);
		if (at->ret)
			bpf_program__set_autoload(at->ret, true);
		set->count++;
	}
	if (!any) {
		free(set);
		errno = ENOENT;
		return NULL;
	}
	return set;
}

void hooks_drop_mio(struct hook_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->at[i].hook->role == HOOK_MIO)
			set->at[i].entry = set->at[i].ret = NULL;
}

static struct bpf_link *attach(const struct hook_set *set, const struct attached *at, bool ret)
{
	struct bpf_program *prog = ret ? at->ret : at->entry;
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .retprobe = ret);
	struct bpf_link *link;

	if (at->hook->event == IS_EVENT)
		return bpf_program__attach(prog);
	if (set->mode == ATTACH_TRAMPOLINE)
		return bpf_program__attach_trace(prog);
	if (ret && set->returns) {
		link = retprobes_attach(set->returns, prog, at->hook->function);
		if (link)
			return link;
		verbose(1,
			"probe: %s return: not by tracefs (%s), so that few calls at once are followed",
			at->hook->function, strerror(errno));
	}
	/* By the running kernel's own means, not through tracefs files. */
	opts.attach_mode = PROBE_ATTACH_MODE_LINK;
	return bpf_program__attach_kprobe_opts(prog, at->hook->function, &opts);
}

static int attach_side(struct hook_set *set, enum hook_role role, bool ret,
		       const struct hook **refused)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		struct attached *at = &set->at[i];
		struct bpf_link **link = ret ? &at->ret_link : &at->entry_link;
		int err;

		if (at->hook->role != role || !(ret ? at->ret : at->entry))
			continue;
		*link = attach(set, at, ret);
		if (*link) {
			verbose(2, "probe: %s %s", at->hook->function, ret ? "return" : "entry");
			continue;
		}
		err = rlimits_cause(-errno);
		/*
		 * These two are not essential.  Without HOOK_ERROR, errors are known by their return
		 * value only; without HOOK_OPEN, a new function is recognised by its instructions.
		 */
		if (role == HOOK_ERROR || role == HOOK_OPEN) {
			verbose(1, "probe: %s refused (%s)", at->hook->function, strerror(-err));
			continue;
		}
		*refused = at->hook;
		return err;
	}
	return 0;
}

int hooks_attach(struct hook_set *set, const struct hook **refused)
{
	static const struct {
		enum hook_role role;
		bool ret;
	} order[] = {
		{ HOOK_ERROR, false },	{ HOOK_OPEN, false },	 { HOOK_ACCESS, true },
		{ HOOK_MIO, true },	{ HOOK_INSN, true },	 { HOOK_MEASURE, true },
		{ HOOK_INSN, false },	{ HOOK_MEASURE, false }, { HOOK_MIO, false },
		{ HOOK_ACCESS, false },
	};
	size_t i;
	int err;

	if (set->mode == ATTACH_KPROBE) {
		set->returns = retprobes_open();
		if (!set->returns)
			verbose(1, "tracefs: %s; few calls at once are followed to their return",
				strerror(errno));
	}
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		err = attach_side(set, order[i].role, order[i].ret, refused);
		if (err)
			return err;
	}
	return 0;
}

bool hooks_has(const struct hook_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if ((set->at[i].entry_link || set->at[i].was_attached) &&
		    !strcmp(set->at[i].hook->name, name))
			return true;
	return false;
}

/* Where the kernel tells it: a kernel fills in as much of the structure as it knows. */
#define MISSED_END (offsetof(struct bpf_link_info, perf_event.kprobe.missed) + sizeof(__u64))

/*
 * How often the kernel skipped a program: counted at the probe, and on the BPF side.  It does
 * both for kprobes since Linux 6.7, neither before, when what the program says is 0 whatever
 * happened; for trampolines and trace events it did so long before.  Sets *unknown if it is not told.
 */
static uint64_t missed(const struct bpf_link *link, const struct bpf_program *prog, bool *unknown)
{
	struct bpf_prog_info prog_info = {};
	struct bpf_link_info link_info = {};
	__u32 len = sizeof(link_info);
	uint64_t count = 0;

	if (!link)
		return 0;
	if (!bpf_link_get_info_by_fd(bpf_link__fd(link), &link_info, &len) &&
	    link_info.type == BPF_LINK_TYPE_PERF_EVENT) {
		count += link_info.perf_event.kprobe.missed;
		*unknown |= len < MISSED_END;
	}
	len = sizeof(prog_info);
	if (!bpf_prog_get_info_by_fd(bpf_program__fd(prog), &prog_info, &len))
		count += prog_info.recursion_misses;
	return count;
}

void hooks_misses(const struct hook_set *set, struct hook_misses *misses)
{
	size_t i;

	if (set->detached) {
		*misses = set->missed;
		return;
	}
	memset(misses, 0, sizeof(*misses));
	for (i = 0; i < set->count; i++) {
		const struct attached *at = &set->at[i];
		uint64_t entry = missed(at->entry_link, at->entry, &misses->unknown);
		uint64_t ret = missed(at->ret_link, at->ret, &misses->unknown);

		switch (at->hook->role) {
		case HOOK_ACCESS:
			/* A return that was missed is noticed by the programs, when the task goes on. */
			misses->access_entry += entry;
			break;
		case HOOK_INSN:
			misses->insn_entry += entry;
			misses->insn_return += ret;
			break;
		case HOOK_MIO:
			/* A MIO instruction is known at the return only. */
			misses->insn_entry += entry + ret;
			break;
		case HOOK_ERROR:
			misses->error += entry;
			break;
		case HOOK_OPEN:
		case HOOK_MEASURE:
			/* A block that was not noticed is not compared. */
			break;
		}
	}
}

void hooks_detach(struct hook_set *set)
{
	size_t i;

	hooks_misses(set, &set->missed);
	set->detached = true;
	for (i = set->count; i-- > 0;) {
		struct attached *at = &set->at[i];

		bpf_link__destroy(at->entry_link);
		bpf_link__destroy(at->ret_link);
		at->was_attached = at->entry_link;
		at->entry_link = NULL;
		at->ret_link = NULL;
	}
	retprobes_close(set->returns);
	set->returns = NULL;
}

void hooks_free(struct hook_set *set)
{
	if (!set)
		return;
	if (!set->detached)
		hooks_detach(set);
	free(set);
}
