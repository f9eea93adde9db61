/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooks.h - which kernel functions are probed, and how.
 *
 * Trampolines (fentry, fexit) are tried first; where the kernel has none, as without a BPF JIT,
 * kprobes do the same work.
 */
#ifndef ISMT_LIVE_HOOKS_H
#define ISMT_LIVE_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

enum hook_role {
	HOOK_ACCESS,  /* entry and return of a driver's read or write */
	HOOK_INSN,    /* a function-handle helper; return if asked for */
	HOOK_MIO,     /* a MIO-capable helper: entry and return */
	HOOK_ERROR,   /* the kernel's debug feature, which errors are logged to */
	HOOK_OPEN,    /* a device is opened */
	HOOK_MEASURE, /* what begins and ends a measurement block */
};

struct hook {
	const char *name;     /* the programs are fentry_<name>, kprobe_<name> and so on */
	const char *function; /* the kernel's function */
	const char *module;   /* as in /sys/module; NULL: the kernel proper */
	enum hook_role role;
	/* HOOK_ACCESS: this is one of the driver's trace events, or such an event can replace it. */
	enum { NO_EVENT, IS_EVENT, HAS_EVENT } event;
};

extern const struct hook hooks[];
extern const size_t nr_hooks;

struct hook_wish {
	bool returns;	  /* probe the returns of the instruction helpers, too */
	bool plain;	  /* instructions are only counted: no record of each, no payload */
	bool mio_helpers; /* probe the MIO-capable helpers, too */
	bool errors;	  /* probe the debug feature */
	bool events;	  /* use the variant driver's trace events in place of probes */
	bool counting;	  /* count accesses instead of recording them */
	bool measure; /* --measure: count instructions once more, beside the measurement block */
};

/* True if the variant driver is loaded and has trace events. */
bool hooks_have_events(void);

/* True if trampolines certainly cannot work here: there is no BPF JIT, or it is off. */
bool hooks_no_jit(void);

enum attach_mode { ATTACH_TRAMPOLINE, ATTACH_KPROBE };

/* The hooks of one BPF object, and what was attached to them. */
struct hook_set;

/*
 * hooks_select - decide for every hook whether it can and shall be attached, and turn off the loading
 * of all other programs.  Call it between open and load.  Returns the set; NULL with errno:
 * ENOENT if none of the drivers is loaded.
 */
struct hook_set *hooks_select(struct bpf_object *obj, enum attach_mode mode,
			      const struct hook_wish *wish);

/* hooks_drop_mio - the machine has no MIO: do not attach HOOK_MIO.  Call it between load and attach. */
void hooks_drop_mio(struct hook_set *set);

/*
 * hooks_attach - attach, after load: returns first, then instructions, accesses last, so that no
 * access is opened whose end would be missed.  0, or -errno with the hook that could not be
 * attached in *refused.
 */
int hooks_attach(struct hook_set *set, const struct hook **refused);

/* Was the hook with this name attached? */
bool hooks_has(const struct hook_set *set, const char *name);

/*
 * hooks_driver_since - a driver's module that was loaded, or loaded anew, after hooks_select(), so
 * that it is not probed; NULL: there is none.
 */
const char *hooks_driver_since(const struct hook_set *set);

/* How often the kernel did not run a program that it should have run. */
struct hook_misses {
	uint64_t access_entry;
	uint64_t insn_entry;
	uint64_t insn_return; /* 0 where these have no return probes */
	uint64_t error; /* lines of the debug feature, of which any number may be our errors */
	bool unknown;	/* this kernel does not tell it of kprobes, of which there are some */
};

void hooks_misses(const struct hook_set *set, struct hook_misses *misses);

/*
 * hooks_detach - remove all probes.  Programs that are running go on to their end.  hooks_misses()
 * still works.
 */
void hooks_detach(struct hook_set *set);

/* Remove all probes that are left, and forget the set. */
void hooks_free(struct hook_set *set);

#endif /* ISMT_LIVE_HOOKS_H */
