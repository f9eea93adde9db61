// SPDX-License-Identifier: GPL-2.0-only
#include "model/losses.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * Without a JIT each return that is waited for takes an instance.  Where there is no tracefs to
 * ask for more of them, ten calls at once have one.
 */
#define RETURNS                                                                                \
	"mount -t tracefs tracefs /sys/kernel/tracing lets 4096 calls at once be followed; a " \
	"kernel with a BPF JIT follows any number"
#define BUFFER "--buffer-size enlarges the ring buffer, filters lighten its load"

const struct loss_info loss_infos[LOSS_COUNT] = {
	[LOSS_RING] = { "ring", LOST_ACCESSES, "accesses: ring buffer full", BUFFER },
	[LOSS_SLOT] = { "slot", LOST_ACCESSES, "accesses: no memory for the task's state", NULL },
	[LOSS_RETURN] = { "return", LOST_ACCESSES, "accesses: return not seen", RETURNS },
	[LOSS_PROBE] = { "probe", LOST_ACCESSES, "accesses: entry probe missed by the kernel", NULL,
			 true },
	[LOSS_WRITER] = { "writer", LOST_ACCESSES,
			  "accesses: the writer of the capture was too slow", NULL },
	[LOSS_INSN_RING] = { "insn_ring", LOST_INSN_RECORDS,
			     "single instructions: ring buffer full", BUFFER },
	[LOSS_INSN_WRITER] = { "insn_writer", LOST_INSN_RECORDS,
			       "single instructions: the writer of the capture was too slow",
			       NULL },
	[LOSS_INSN_PROBE] = { "insn_probe", LOST_INSNS, "instructions: probe missed by the kernel",
			      NULL, true },
	[LOSS_UNATTR_FULL] = { "apart_full", LOST_OUTSIDE,
			       "instructions outside accesses: map full", NULL },
	[LOSS_UNEXAMINED] = { "unexamined", LOST_UNEXAMINED,
			      "accesses counted, but not seen by the rules: ring buffer full",
			      NULL },
	[LOSS_UNFINISHED] = { "unfinished", LOST_ACCESSES,
			      "accesses: still under way when the trace ended", NULL },
	[LOSS_INSN_RETURN] = { "insn_return", LOST_RETURNS,
			       "returns of instructions: probe missed by the kernel, so that a record or an error is missing",
			       RETURNS, true },
	[LOSS_ERROR_PROBE] = { "error_probe", LOST_ERRORS,
			       "entries in logs of errors, of any device: probe missed by the kernel",
			       NULL, true },
	[LOSS_ERRORS_OFF] = { "errors_off", LOST_ERROR_SECONDS,
			      "seconds at most of instruction errors: the debug area pci_error was turned off",
			      "leave /sys/kernel/debug/s390dbf/pci_error/level at 3 while tracing" },
	[LOSS_PROBES_OFF] = { "probes_off", LOST_PROBE_SECONDS,
			      "seconds at most: kprobes or ftrace were turned off",
			      "leave /sys/kernel/debug/kprobes/enabled and kernel.ftrace_enabled at 1 while tracing" },
	[LOSS_INSNS_UNSEEN] = { "insn_unseen", LOST_UNSEEN,
				"accesses' instructions: bytes were transferred, and none was seen",
				"something keeps probes from running: ismtrace doctor tells what it sees" },
	[LOSS_DRIVER] = { "driver", LOST_DRIVER_SECONDS,
			  "seconds at most of a driver's accesses: it was loaded after the trace began",
			  "load the driver first, and then start the trace" },
	[LOSS_CELL] = { "cell", LOST_ACCESSES,
			"accesses: more functions than there is room to count for",
			"-d names the functions to count" },
	[LOSS_TRACK] = { "track", LOST_ACCESSES,
			 "accesses: of descendants of CMD that there was no room to remember",
			 "kernel.pid_max and kernel.threads-max say how many are remembered: set them before, or use -a" },
};

static const char *const lost_words[LOST_WHATS] = {
	[LOST_ACCESSES] = "accesses",
	[LOST_INSN_RECORDS] = "instruction records",
	[LOST_INSNS] = "instructions that a probe missed",
	[LOST_OUTSIDE] = "instructions outside accesses",
	[LOST_UNEXAMINED] = "accesses for the rules",
	[LOST_RETURNS] = "returns of instructions",
	[LOST_ERRORS] = "entries in logs of errors",
	[LOST_ERROR_SECONDS] = "seconds at most of instruction errors",
	[LOST_PROBE_SECONDS] = "seconds at most without probes",
	[LOST_UNSEEN] = "accesses' instructions",
	[LOST_DRIVER_SECONDS] = "seconds at most of a driver that came later",
};

const char losses_unknown[] =
	"how often the kernel missed a probe is not known here: it counts that since Linux 6.7";

bool losses_known(const struct losses *losses, int cause)
{
	return !losses->misses_unknown || !loss_infos[cause].is_missed;
}

void losses_add(struct losses *sum, const struct losses *part)
{
	int i;

	sum->misses_unknown |= part->misses_unknown;
	for (i = 0; i < LOSS_COUNT; i++)
		sum->n[i] += part->n[i];
}

void losses_subtract(struct losses *sum, const struct losses *part)
{
	int i;

	for (i = 0; i < LOSS_COUNT; i++)
		sum->n[i] -= part->n[i];
}

uint64_t losses_of(const struct losses *losses, enum lost_what what)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < LOSS_COUNT; i++)
		if (loss_infos[i].what == what)
			sum += losses->n[i];
	return sum;
}

uint64_t losses_accesses(const struct losses *losses)
{
	return losses_of(losses, LOST_ACCESSES);
}

uint64_t losses_all(const struct losses *losses)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < LOSS_COUNT; i++)
		if (loss_infos[i].what != LOST_ERRORS)
			sum += losses->n[i];
	return sum;
}

const char *losses_remedy(const struct losses *losses)
{
	int i;

	for (i = 0; i < LOSS_COUNT; i++)
		if (losses->n[i] && loss_infos[i].remedy)
			return loss_infos[i].remedy;
	return NULL;
}

void losses_sentence(const struct losses *losses, char *buf, size_t len)
{
	const char *before = "not in the trace: ";
	size_t used = 0;
	uint64_t n;
	int what;

	if (len)
		buf[0] = '\0';
	for (what = 0; what < LOST_WHATS && used < len; what++) {
		n = what == LOST_ERRORS ? 0 : losses_of(losses, (enum lost_what)what);
		if (!n)
			continue;
		used += (size_t)snprintf(buf + used, len - used, "%s%" PRIu64 " %s", before, n,
					 lost_words[what]);
		before = ", ";
	}
}
