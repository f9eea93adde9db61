/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooks.h - which kernel functions are probed, and how.
 *
 * Trampolines (fentry, fexit) are tried first; where the kernel cannot, as
 * without a BPF JIT, kprobes do the same work.
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
	HOOK_ERROR,   /* the debug feature that hears of errors */
	HOOK_OPEN,    /* a device is opened */
	HOOK_MEASURE, /* what begins and ends a measurement block */
};

struct hook {
	const char *name;     /* of the programs: fentry_<name>, kprobe_<name>... */
	const char *function; /* in the kernel */
	const char *module;   /* as in /sys/module; NULL: the kernel proper */
	enum hook_role role;
	/* HOOK_ACCESS: these are the driver's trace events, or they do instead of it. */
	enum { NO_EVENT, IS_EVENT, HAS_EVENT } event;
};

extern const struct hook hooks[];
extern const size_t nr_hooks;

struct hook_wish {
	bool returns;	  /* return probes on the instruction helpers */
	bool plain;	  /* of these only the counts, not each; no payload */
	bool mio_helpers; /* MIO-capable helpers too */
	bool errors;	  /* the debug feature */
	bool events;	  /* the variant driver's trace events in place of probes */
	bool counting;	  /* counts, not records */
	bool measure;	  /* our own count beside the measurement block's */
};

/* True if the variant driver is loaded and has trace events. */
bool hooks_have_events(void);

/* True if it is certain that trampolines cannot work here. */
bool hooks_no_jit(void);

enum attach_mode { ATTACH_TRAMPOLINE, ATTACH_KPROBE };

/* What was attached; one per object. */
struct hook_set;

/*
 * hooks_select - decide for every hook whether it can and shall be attached,
 * and turn the loading of all other programs off.  Call between open and load.
 * Returns the set, NULL with errno: ENOENT if none of the drivers is loaded.
 */
struct hook_set *hooks_select(struct bpf_object *obj, enum attach_mode mode,
			      const struct hook_wish *wish);

/* hooks_drop_mio - between load and attach: there is no MIO, leave these out. */
void hooks_drop_mio(struct hook_set *set);

/*
 * hooks_attach - after load: returns first, then instructions, accesses last,
 * so that no access is opened whose end would be missed.  0 or -errno, with
 * the hook that was refused in *refused.
 */
int hooks_attach(struct hook_set *set, const struct hook **refused);

/* Was this hook attached?  By the name in the table. */
bool hooks_has(const struct hook_set *set, const char *name);

/*
 * hooks_driver_since - a module with drivers that was loaded, or loaded anew, after the hooks
 * were selected, so that none is in it; NULL: there is none.
 */
const char *hooks_driver_since(const struct hook_set *set);

/* Times that the kernel did not run a program where it should have. */
struct hook_misses {
	uint64_t access_entry;
	uint64_t insn_entry;
	uint64_t insn_return; /* where these have return probes */
	uint64_t error;	      /* of all that the debug feature logs, so at most so many errors */
};

void hooks_misses(const struct hook_set *set, struct hook_misses *misses);

/*
 * hooks_detach - remove all probes; programs that run just then go on.  What was missed is
 * still to be had.
 */
void hooks_detach(struct hook_set *set);

/* Remove all probes that are left, and forget the set. */
void hooks_free(struct hook_set *set);

#endif /* ISMT_LIVE_HOOKS_H */
