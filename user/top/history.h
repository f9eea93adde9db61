/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * history.h - what rows did in the last intervals, for the line that shows
 * it, whichever row somebody will want to look at.
 */
#ifndef ISMT_TOP_HISTORY_H
#define ISMT_TOP_HISTORY_H

#include <stddef.h>

#include "top/rows.h"

/* Intervals that are kept: four minutes of one second each. */
#define HISTORY_LEN 240

/* Rows that are kept; of more, the quarter is forgotten that was idle longest. */
#define HISTORY_ROWS 4096

struct history;

struct history *history_new(void); /* NULL: no memory */
void history_free(struct history *history);
void history_clear(struct history *history);

/* One more interval: from before to now.  0 or -ENOMEM. */
int history_tick(struct history *history, const struct counts *now, const struct counts *before);

/*
 * history_rates - accesses per second of a row in up to max of the last intervals,
 * the latest last.  Returns how many, and their time together in seconds.
 */
size_t history_rates(const struct history *history, enum view view, const struct row_key *key,
		     double *rates, size_t max, double *seconds);

#endif /* ISMT_TOP_HISTORY_H */
