// SPDX-License-Identifier: GPL-2.0-only
/*
 * switches.c - what can be turned off while a trace runs: kprobes, ftrace, and the debug area that
 * errors are logged to.  The kernel notifies nobody, so they are looked at now and then.
 */
#include "live/internal.h"

#include "live/zpci_list.h"
#include "util/clock.h"
#include "util/message.h"

/* ns between two looks: what is off for a shorter time is not noticed. */
#define LOOK_NS 100000000ULL

#define ERROR_LEVEL "/sys/kernel/debug/s390dbf/pci_error/level"

static bool probes_are_off(const struct live *live, const struct ismt_switches *now)
{
	return !now->ftrace || (live->mode == ATTACH_KPROBE && !now->kprobes);
}

/* Return probes on the instructions do not need the log. */
static bool errors_are_off(const struct live *live, const struct ismt_switches *now)
{
	return live_has_cc(live) && !now->errors;
}

void live_switches_begin(struct live *live)
{
	struct switch_watch *watch = &live->watch_switches;

	if (live->no_error_log && !watch->quiet) {
		warning("the debug area pci_error is turned off: errors of instructions show by return value, without cc and status");
		hint("echo 3 >%s turns it on", ERROR_LEVEL);
	}
	watch->began = mono_ns();
	watch->looked = watch->began;
	live_switches_look(live);
}

/* Note whether a switch is off.  It may have been off since just after the last look. */
static void add(struct switch_off *off, bool is_off, uint64_t passed)
{
	if (is_off || off->was)
		off->ns += passed;
	off->was = is_off;
}

/* True once: the switch is off, and the person does not know yet. */
static bool to_tell(const struct switch_watch *watch, struct switch_off *off)
{
	if (!off->was || off->reported || watch->quiet)
		return false;
	off->reported = true;
	return true;
}

/* Warn of a driver that was loaded since.  Not for ismtop, which attaches again. */
static void look_for_drivers(struct live *live, uint64_t passed)
{
	const char *module = hooks_driver_since(live->hooks);

	add(&live->watch_switches.driver, module, passed);
	if (!module || live->warned_driver)
		return;
	live->warned_driver = true;
	warning("%s was loaded after the trace began: accesses through it are not in the trace",
		module);
	hint("start the trace again");
}

void live_switches_look(struct live *live)
{
	struct switch_watch *watch = &live->watch_switches;
	uint64_t time = mono_ns(), passed = time - watch->looked;
	double since = (double)(watch->looked - watch->began) / 1e9;
	struct ismt_switches now;

	if (!watch->began)
		return;
	scan_switches(live->skel, &now);
	watch->looked = time;
	watch->next = time + LOOK_NS;
	add(&watch->probes, probes_are_off(live, &now), passed);
	add(&watch->errors, errors_are_off(live, &now), passed);
	look_for_drivers(live, passed);
	if (to_tell(watch, &watch->probes)) {
		warning("%s turned off: accesses and instructions may be missing since second %.1f of the trace",
			now.ftrace ? "kprobes were" : "ftrace was", since);
		hint("%s", now.ftrace ? "echo 1 >/sys/kernel/debug/kprobes/enabled turns them on"
				      : "sysctl kernel.ftrace_enabled=1 turns it on");
	}
	if (to_tell(watch, &watch->errors)) {
		warning("the debug area pci_error was turned off: errors of instructions may be missing since second %.1f of the trace",
			since);
		hint("echo 3 >%s turns it on", ERROR_LEVEL);
	}
}

uint64_t switch_off_seconds(const struct switch_off *off)
{
	/* Round up: less than a second is not nothing. */
	return (off->ns + 999999999) / NS_PER_SEC;
}
