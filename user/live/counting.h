/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counting.h - counts from the running kernel: clean accesses are counted
 * there, without a record each; those that a rule may fire on come as records.
 */
#ifndef ISMT_LIVE_COUNTING_H
#define ISMT_LIVE_COUNTING_H

#include "live/source.h"
#include "model/counts.h"

struct counting;

/*
 * counting_open - load and attach.  On failure the person has been told why,
 * and the exit status is returned; EXIT_DONE with *result otherwise.
 * options->insns and snaplen are not looked at.
 */
int counting_open(struct counting **result, const struct live_options *options);

/* From now on accesses are counted. */
void counting_arm(struct counting *counting);

/*
 * counting_update - bring the counts up to now: all since counting_arm(), or since
 * counting_forget(), but for losses and what was filtered, which is always all.  The counts are the
 * counting's own, good until counting_close().  NULL: no memory.
 */
struct counts *counting_update(struct counting *counting);

/*
 * Somebody else has added up the cells and events, and they begin anew; the functions' instructions
 * stay in counting_summary().  0 or -ENOMEM.
 */
int counting_forget(struct counting *counting);

/*
 * counting_wait - sleep for at most timeout_ms, taking in findings as they
 * come, so that their buffer does not fill up.  0, or -EINTR after a signal.
 */
int counting_wait(struct counting *counting, int timeout_ms);

/* No new accesses; those under way get a moment to end. */
void counting_stop(struct counting *counting);

/*
 * counting_summary - the same as live's: rows, functions, findings, losses, the
 * measurement block's counts.  To be ended by summary_finish().  0 or -errno.
 */
int counting_summary(struct counting *counting, struct summary *summary);

/* The tracing underneath: attach mode, has_cc, clock. */
const struct live *counting_live(const struct counting *counting);

void counting_close(struct counting *counting);

#endif /* ISMT_LIVE_COUNTING_H */
