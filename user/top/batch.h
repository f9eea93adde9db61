/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batch.h - ismtop without a screen: one interval after the other, as text without escapes, or
 * each as a JSON object.
 */
#ifndef ISMT_TOP_BATCH_H
#define ISMT_TOP_BATCH_H

#include <stdbool.h>

#include "top/state.h"
#include "util/outbuf.h"

/* Show count intervals; 0: until the end or a signal.  Returns an exit status. */
int top_batch(struct top *top, unsigned long long count, bool json);

/* Write the last interval, whose number (from 1) is in its JSON.  0, -ENOMEM, or the buffer's error. */
int batch_text(const struct top *top, struct outbuf *out);
int batch_json(struct top *top, unsigned long long number, struct outbuf *out);

#endif /* ISMT_TOP_BATCH_H */
