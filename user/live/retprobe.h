/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * retprobe.h - return probes for many calls at once.
 *
 * A return probe needs an instance for each call that is under way.  One that a program asks
 * for by itself gets ten, or two a CPU; only those that are defined in tracefs can have more.
 * They are seen there by everybody, as group ismtrace_ and 16 hexadecimal digits, as long as
 * they are in use.
 */
#ifndef ISMT_LIVE_RETPROBE_H
#define ISMT_LIVE_RETPROBE_H

#include <stdbool.h>

#include <bpf/libbpf.h>

/* The most that kernels let one have. */
#define RETPROBE_CALLS 4096

/* Return probes of one trace. */
struct retprobes;

/* Is there a tracefs that is ours to write to? */
bool retprobes_possible(void);

/*
 * retprobes_open - remove what ismtraces that were killed have left, and get ready for
 * one's own.  NULL with errno: there is no tracefs, or it is not ours to write to.
 */
struct retprobes *retprobes_open(void);

/*
 * retprobes_attach - run prog whenever the function returns, for RETPROBE_CALLS calls
 * at once.  NULL with errno.  The link is the caller's, to be destroyed before
 * retprobes_close().
 */
struct bpf_link *retprobes_attach(struct retprobes *probes, const struct bpf_program *prog,
				  const char *function);

/* Remove all of them; works after privileges were dropped.  NULL is fine. */
void retprobes_close(struct retprobes *probes);

#endif /* ISMT_LIVE_RETPROBE_H */
