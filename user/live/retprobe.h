/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * retprobe.h - return probes for many calls at once.
 *
 * A return probe needs an instance for each call that is under way.  A probe that is made by a
 * BPF link has ten, or two for each CPU; only one that is defined in tracefs can have more.
 * While ours are in use, everybody sees them there, in the group ismtrace_ and 16 hexadecimal
 * digits.
 */
#ifndef ISMT_LIVE_RETPROBE_H
#define ISMT_LIVE_RETPROBE_H

#include <stdbool.h>

#include <bpf/libbpf.h>

/* The number of instances of each probe: the most that kernels allow. */
#define RETPROBE_CALLS 4096

/* Return probes of one trace. */
struct retprobes;

/* Is there a tracefs that we may write to? */
bool retprobes_possible(void);

/*
 * retprobes_open - remove probes that killed ismtraces have left, and prepare for our own.  NULL
 * with errno: there is no tracefs, or we may not write to it.
 */
struct retprobes *retprobes_open(void);

/*
 * retprobes_attach - run prog whenever the function returns, for up to RETPROBE_CALLS calls at once.
 * NULL with errno.  The caller destroys the link before retprobes_close().
 */
struct bpf_link *retprobes_attach(struct retprobes *probes, const struct bpf_program *prog,
				  const char *function);

/* Remove all our probes, which works after privileges were dropped.  probes may be NULL. */
void retprobes_close(struct retprobes *probes);

#endif /* ISMT_LIVE_RETPROBE_H */
