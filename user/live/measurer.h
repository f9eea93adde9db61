/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measurer.h - the process that begins measurement blocks anew, for --measure.
 *
 * Only the kernel can set a block up, and only on behalf of who may write to
 * /sys/kernel/debug/pci/<function>/statistics.  The tracer has no privileges once it
 * traces, but functions are opened during the trace: so this process is made before, can do
 * nothing else, and ends with the tracer.
 */
#ifndef ISMT_LIVE_MEASURER_H
#define ISMT_LIVE_MEASURER_H

#include <stdbool.h>
#include <stddef.h>

#include "ismtrace.h"

struct measurer;

/*
 * measurer_start - with all privileges, and before there are maps that would live on through
 * it.  EXIT_DONE, or EXIT_ATTACH and the person has been told why.
 */
int measurer_start(struct measurer **result);

/* Tell the person what the price is: what others counted is gone. */
void measurer_tell(const char *program);

/*
 * measurer_serve - from now on begin what the programs ask for in the ring buffer (struct
 * ismt_rearm), as long as measures do not say that it is being closed; in place
 * of what it served before.  Both are maps, by descriptor, borrowed; bytes is the length of the
 * latter.  0 or -errno.
 */
int measurer_serve(struct measurer *measurer, int ring, int measures, size_t bytes);

/* One, now.  0 or -errno: -EBUSY, it is being closed; what the kernel said to the write. */
int measurer_rearm(struct measurer *measurer, const struct ismt_rearm *rearm);

/* Has it ended before its time? */
bool measurer_gone(const struct measurer *measurer);

/* measurer may be NULL. */
void measurer_stop(struct measurer *measurer);

#endif /* ISMT_LIVE_MEASURER_H */
