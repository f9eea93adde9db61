/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hist_text.h - histograms drawn with bars, side by side.
 */
#ifndef ISMT_OUTPUT_HIST_TEXT_H
#define ISMT_OUTPUT_HIST_TEXT_H

#include "util/hist.h"
#include "util/outbuf.h"

/* One histogram to draw: rows of (lower, upper] and a count. */
struct hist_view {
	const char *title;
	unsigned int nr;
	struct {
		uint64_t lower, upper;
		uint64_t count;
	} row[HIST_BUCKETS];
};

void hist_view_init(struct hist_view *view, const char *title);

/* Add a row for values in (lower, upper]; rows are added from the lowest to the highest. */
void hist_view_add(struct hist_view *view, uint64_t lower, uint64_t upper, uint64_t count);

/* Make the view of a histogram: its buckets from the first to the last that is not empty. */
void hist_view_set(struct hist_view *view, const char *title, const struct hist *hist);

/*
 * hist_view_fold - merge rows, always at the end with fewer values, until there are at most max
 * rows: a few outliers must not fill a screen.
 */
void hist_view_fold(struct hist_view *view, unsigned int max);

/* The rows that are not empty, on one line: "title <=64:10 <=4K:5". */
void hist_view_line(struct outbuf *out, const struct hist_view *view);

/*
 * Draw the views that have rows side by side, with their titles on top.  Lines are indented by 2
 * blanks; the caller has written those of the first line.
 */
void hist_views_write(struct outbuf *out, const struct hist_view *views, unsigned int nr);

#endif /* ISMT_OUTPUT_HIST_TEXT_H */
