/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counting.h - counts of the running kernel.  The BPF programs count accesses in cells, without a
 * record each; only those that a rule may fire on come as records as well.
 */
#ifndef ISMT_LIVE_COUNTING_H
#define ISMT_LIVE_COUNTING_H

#include "live/source.h"
#include "model/counts.h"

struct counting;

/*
 * counting_open - load and attach.  Returns EXIT_DONE with *result, or another exit status, having
 * printed why.  options->insns and snaplen do not matter.
 */
int counting_open(struct counting **result, const struct live_options *options);

/* From now on accesses are counted. */
void counting_arm(struct counting *counting);

/*
 * counting_update - bring the counts up to date and return them: everything since counting_arm(), or
 * since counting_forget().  Losses and what was filtered are always since counting_arm().  The
 * result is good until counting_close().  NULL: no memory.
 */
struct counts *counting_update(struct counting *counting);

/*
 * counting_forget - set rows and events to zero, after the caller has added them to its own counts.
 * counting_summary() still has the functions' instructions.  0 or -ENOMEM.
 */
int counting_forget(struct counting *counting);

/*
 * counting_wait - sleep for at most timeout_ms, taking in findings as they
 * come, so that their buffer does not fill up.  0, or -EINTR after a signal.
 */
int counting_wait(struct counting *counting, int timeout_ms);

/* Count no accesses that begin from now on; those under way get a moment to end. */
void counting_stop(struct counting *counting);

/*
 * counting_summary - fill in the summary as a trace of records would: rows, functions, findings,
 * losses, the measurement block's counts.  Call summary_finish() after it.  0 or -errno.
 */
int counting_summary(struct counting *counting, struct summary *summary);

/* The live trace underneath, for its attach mode, has_cc and clock. */
const struct live *counting_live(const struct counting *counting);

void counting_close(struct counting *counting);

#endif /* ISMT_LIVE_COUNTING_H */
