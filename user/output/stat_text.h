/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stat_text.h - what `ismtrace stat -I` prints for each interval, as text or JSON.
 */
#ifndef ISMT_OUTPUT_STAT_TEXT_H
#define ISMT_OUTPUT_STAT_TEXT_H

#include "model/summary.h"
#include "util/outbuf.h"

/* The line above the first interval. */
void stat_interval_head(struct outbuf *out);

/*
 * A line for each row with accesses in the interval, and one for findings and losses if there
 * are any.  Times count from start_ns, ns since 1970.  Returns 0; errors stay in the buffer.
 */
int stat_interval_text(const struct summary *summary, int64_t start_ns, struct outbuf *out);

/* The interval as one JSON object of type "interval".  0 or -ENOMEM. */
int stat_interval_json(const struct summary *summary, struct outbuf *out);

#endif /* ISMT_OUTPUT_STAT_TEXT_H */
