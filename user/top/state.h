/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - the state of ismtop: what has been gathered, which interval is looked
 * at, and how.  Keys change it, the window and the batch show it.
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
	struct counts *before; /* when the interval that is shown began */
	struct counts *base;   /* at the reset */
	bool has_base;
	struct history *history; /* NULL: nobody will look at it */
	struct top_data data;	 /* rows of the view, sorted */
	int error;		 /* -ENOMEM: it cannot go on */

	uint64_t interval_ns;
	uint64_t intervals; /* that are shown as one: more than 1 is a gap, without accesses */
	double speed;	    /* of a capture */
	bool paused;
	enum view view;
	const struct column *sort[VIEWS];
	bool reverse[VIEWS];
	char filter[TOP_INPUT_LEN];

	/* The screen's, which keys move. */
	struct row_key selected; /* valid if there are rows */
	bool chosen;		 /* somebody has: followed when rows move */
	size_t cursor;		 /* its row */
	size_t first;		 /* row at the top */
	size_t page;		 /* rows that fit, set when drawn */
	bool detail;		 /* inside the selected row */
	struct top_row row;	 /* which, as it was when it was last there */
	size_t detail_first, detail_lines;
	bool help;
	size_t help_first;
	enum top_prompt prompt;
	char input[TOP_INPUT_LEN];
	char message[GATHER_NOTE_LEN]; /* until the next key */
	bool quit;
	bool reported; /* that it is not known what was lost */
};

/* gather becomes the state's own.  0 or -ENOMEM; free it in either case. */
int top_init(struct top *top, struct gather *gather, uint64_t interval_ns);
void top_free(struct top *top);

/* Is it a capture, not live? */
static inline bool top_is_capture(const struct top *top)
{
	return top->gather->name;
}

/*
 * top_tick - one interval more: until now, or elapsed_ns of a capture's time.
 * Nothing changes at the end of a capture: the last interval stays.  0 or -ENOMEM.
 */
int top_tick(struct top *top, uint64_t elapsed_ns);

/*
 * top_gap - how many whole intervals of a capture come next in which nothing happens; 0 live.
 * The one after them has something, or the end.
 */
uint64_t top_gap(const struct top *top);

/*
 * top_seek - to a time of the capture, ns since 1970; what is beyond its ends is
 * its ends.  The interval that ends there is shown.  0 or -ENOMEM.
 */
int top_seek(struct top *top, int64_t ts);

/* To where the capture ends. */
int top_seek_end(struct top *top);

/* Totals count from now on.  0 or -ENOMEM. */
int top_reset(struct top *top);

/* The rows of the view anew, after whatever has changed. */
void top_build(struct top *top);

/* Another view; its rows are built. */
void top_show(struct top *top, enum view view);

#endif /* ISMT_TOP_STATE_H */
