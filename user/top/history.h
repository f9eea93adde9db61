/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * history.h - the accesses of each row in the last intervals, for the curve on the page of a row.
 * All rows are kept, as nobody knows which one the person will want to look at.
 */
#ifndef ISMT_TOP_HISTORY_H
#define ISMT_TOP_HISTORY_H

#include <stddef.h>

#include "top/rows.h"

/* Intervals that are kept: four minutes of one second each. */
#define HISTORY_LEN 240

/* The most rows that are kept; of more, the quarter that was idle longest is forgotten. */
#define HISTORY_ROWS 4096

struct history;

struct history *history_new(void); /* NULL: no memory */
void history_free(struct history *history);
void history_clear(struct history *history);

/* Add an interval: what was counted from before to now.  0 or -ENOMEM. */
int history_tick(struct history *history, const struct counts *now, const struct counts *before);

/*
 * history_rates - accesses per second of a row in up to max of the last intervals, the latest one
 * last.  Returns how many intervals; *seconds: how long they are together.
 */
size_t history_rates(const struct history *history, enum view view, const struct row_key *key,
		     double *rates, size_t max, double *seconds);

#endif /* ISMT_TOP_HISTORY_H */
