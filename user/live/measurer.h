/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measurer.h - the process that begins measurement blocks anew, for --measure.
 *
 * Only the kernel can set a block up, and only for a process that may write to
 * /sys/kernel/debug/pci/<function>/statistics.  The tracer has no privileges while it traces,
 * but that is when functions are opened.  So this process is made before privileges are
 * dropped.  It can do nothing else, and ends with the tracer.
 */
#ifndef ISMT_LIVE_MEASURER_H
#define ISMT_LIVE_MEASURER_H

#include <stdbool.h>
#include <stddef.h>

#include "ismtrace.h"

struct measurer;

/*
 * measurer_start - make the process, with all privileges, and before there are BPF maps, which it
 * would inherit and keep alive.  EXIT_DONE, or EXIT_ATTACH, having printed why.
 */
int measurer_start(struct measurer **result);

/* Print what --measure costs: whatever others had counted in the blocks is gone. */
void measurer_tell(const char *program);

/*
 * measurer_serve - from now on begin the blocks that the programs ask for in the ring buffer (struct
 * ismt_rearm), except for functions that are being closed (struct ismt_measure); in place of
 * what was served before.  ring and measures are descriptors of maps, borrowed; bytes is the
 * length of measures.  0 or -errno.
 */
int measurer_serve(struct measurer *measurer, int ring, int measures, size_t bytes);

/* Begin one block now.  0 or -errno: -EBUSY if the function is being closed, or the kernel's answer. */
int measurer_rearm(struct measurer *measurer, const struct ismt_rearm *rearm);

/* Has the process ended, although the trace has not? */
bool measurer_gone(const struct measurer *measurer);

/* measurer may be NULL. */
void measurer_stop(struct measurer *measurer);

#endif /* ISMT_LIVE_MEASURER_H */
