/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - the state of ismtop: what was counted, which interval is shown, and how.  Keys change
 * it; the window and the batch show it.
 */
#ifndef ISMT_TOP_STATE_H
#define ISMT_TOP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "top/gather.h"
#include "top/history.h"
#include "top/rows.h"
#include "top/table.h"
#include "util/clock.h"

#define TOP_INTERVAL_MIN 0.1 /* seconds */
#define TOP_INTERVAL_MAX 3600.0
#define TOP_SPEED_MAX	 1000.0

/* The longest filter or number that a person can type in, its NUL included, in bytes. */
#define TOP_INPUT_LEN 48

enum top_prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_INTERVAL };

struct top {
	struct gather *gather;
	struct counts *before;	 /* when the interval that is shown began */
	struct counts *base;	 /* at the person's reset */
	bool has_base;		 /* base is valid */
	struct history *history; /* NULL: not needed, without a screen */
	struct top_data data;	 /* rows of the view, sorted */
	int error;		 /* -ENOMEM: ismtop cannot go on */

	uint64_t interval_ns;
	uint64_t
		intervals; /* how many are shown as one; above 1 these are a gap without accesses */
	double speed;	   /* a capture's time passes so many times as fast as real time */
	bool paused;
	enum view view;
	const struct column *sort[VIEWS];
	bool reverse[VIEWS];
	char filter[TOP_INPUT_LEN];

	/* For the screen; keys change these. */
	struct row_key selected; /* the selected row; valid if there are rows */
	bool chosen;		 /* the person has selected it: follow it when rows move */
	size_t cursor;		 /* index of the selected row */
	size_t first;		 /* index of the row at the top */
	size_t page;		 /* how many rows fit; set when they are drawn */
	bool detail;		 /* the page of the selected row is shown */
	struct top_row row;	 /* that row, as it was when it was last there */
	size_t detail_first, detail_lines;
	bool help;
	size_t help_first;
	enum top_prompt prompt;
	char input[TOP_INPUT_LEN];
	char message[GATHER_NOTE_LEN]; /* shown until the next key */
	bool quit;
	bool reported; /* it was said that it is not known what was lost */
};

/* The state takes over gather.  0 or -ENOMEM; call top_free() in either case. */
int top_init(struct top *top, struct gather *gather, uint64_t interval_ns);
void top_free(struct top *top);

/* Is a capture shown, not the running kernel? */
static inline bool top_is_capture(const struct top *top)
{
	return top->gather->name;
}

/*
 * top_tick - go on by an interval: live until now, in a capture by elapsed_ns of its time.  At the
 * end of a capture nothing changes: the last interval stays.  0 or -ENOMEM.
 */
int top_tick(struct top *top, uint64_t elapsed_ns);

/*
 * top_gap - how many whole intervals without an access come next in a capture; 0 live.  The one
 * after them has an access, or the end of the capture.
 */
uint64_t top_gap(const struct top *top);

/*
 * top_seek - go to a time of the capture, ns since 1970, clamped to its begin and end.  The interval
 * that ends then is shown.  0 or -ENOMEM.
 */
int top_seek(struct top *top, int64_t ts);

/* top_seek() to the end of the capture. */
int top_seek_end(struct top *top);

/* Let totals count from now on.  0 or -ENOMEM. */
int top_reset(struct top *top);

/* Make the rows of the view anew, after anything has changed. */
void top_build(struct top *top);

/* Switch to another view, and make its rows. */
void top_show(struct top *top, enum view view);

#endif /* ISMT_TOP_STATE_H */
