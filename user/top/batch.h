/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batch.h - ismtop without a screen: an interval after the other, as text
 * without escapes, or as a JSON object each.
 */
#ifndef ISMT_TOP_BATCH_H
#define ISMT_TOP_BATCH_H

#include <stdbool.h>

#include "top/state.h"
#include "util/outbuf.h"

/* count: intervals; 0: until the end or a signal.  Returns an exit status. */
int top_batch(struct top *top, unsigned long long count, bool json);

/* One interval, the number-th from 1.  0, -ENOMEM, or the buffer's error. */
int batch_text(const struct top *top, struct outbuf *out);
int batch_json(struct top *top, unsigned long long number, struct outbuf *out);

#endif /* ISMT_TOP_BATCH_H */
