// SPDX-License-Identifier: GPL-2.0-only
#include "output/hist_text.h"

#include <inttypes.h>

#define RANGE_WIDTH 14
#define COUNT_WIDTH 8
#define BAR_WIDTH   14
/* "(512, 1K]    12 |@@@@      |" and two blanks to the next one. */
#define VIEW_WIDTH (RANGE_WIDTH + 1 + COUNT_WIDTH + 2 + BAR_WIDTH + 1 + 2)

void hist_view_init(struct hist_view *view, const char *title)
{
	view->title = title;
	view->nr = 0;
}

void hist_view_add(struct hist_view *view, uint64_t lower, uint64_t upper, uint64_t count)
{
	if (view->nr == HIST_BUCKETS)
		return;
	view->row[view->nr].lower = lower;
	view->row[view->nr].upper = upper;
	view->row[view->nr].count = count;
	view->nr++;
}

void hist_view_set(struct hist_view *view, const char *title, const struct hist *hist)
{
	unsigned int i, first = 0, last = HIST_BUCKETS;

	hist_view_init(view, title);
	if (!hist->count)
		return;
	while (!hist->bucket[first])
		first++;
	while (!hist->bucket[last - 1])
		last--;
	for (i = first; i < last; i++)
		hist_view_add(view, i ? hist_upper(i - 1) : 0, hist_upper(i), hist->bucket[i]);
}

void hist_view_fold(struct hist_view *view, unsigned int max)
{
	unsigned int first = 0, last = view->nr, i;

	while (last - first > max && max > 1) {
		if (view->row[first].count <= view->row[last - 1].count) {
			view->row[first + 1].lower = view->row[first].lower;
			view->row[first + 1].count += view->row[first].count;
			first++;
		} else {
			view->row[last - 2].upper = view->row[last - 1].upper;
			view->row[last - 2].count += view->row[last - 1].count;
			last--;
		}
	}
	for (i = first; i < last && first; i++)
		view->row[i - first] = view->row[i];
	view->nr = last - first;
}

/* Powers of two with a binary prefix, as they come out of a histogram. */
static void put_power(struct outbuf *out, uint64_t value)
{
	static const char prefixes[] = "KMGTPE";
	int i = -1;

	/* The last bucket ends below a power. */
	if (value == UINT64_MAX) {
		out_lit(out, "16E");
		return;
	}
	while (value >= 1024 && value % 1024 == 0 && i < 5) {
		value /= 1024;
		i++;
	}
	out_u64(out, value);
	if (i >= 0)
		out_char(out, prefixes[i]);
}

static void put_range(struct outbuf *out, uint64_t lower, uint64_t upper)
{
	size_t column = out_column(out);

	/* The lowest bucket has its lower end in it. */
	out_char(out, lower ? '(' : '[');
	put_power(out, lower);
	out_lit(out, ", ");
	put_power(out, upper);
	out_char(out, ']');
	out_left(out, column, RANGE_WIDTH);
}

static void put_row(struct outbuf *out, const struct hist_view *view, unsigned int i, uint64_t most)
{
	uint64_t count = view->row[i].count;
	unsigned int bar = 0, j;

	put_range(out, view->row[i].lower, view->row[i].upper);
	out_u64_right(out, count, COUNT_WIDTH);
	if (count) {
		/* In floating point: counts times the width may not fit 64 bits. */
		bar = (unsigned int)((double)count * BAR_WIDTH / (double)most + 0.5);
		if (!bar)
			bar = 1;
	}
	out_char(out, '|');
	for (j = 0; j < BAR_WIDTH; j++)
		out_char(out, j < bar ? '@' : ' ');
	out_char(out, '|');
}

static uint64_t view_most(const struct hist_view *view)
{
	uint64_t most = 1;
	unsigned int i;

	for (i = 0; i < view->nr; i++)
		if (view->row[i].count > most)
			most = view->row[i].count;
	return most;
}

void hist_view_line(struct outbuf *out, const struct hist_view *view)
{
	unsigned int i;

	out_str(out, view->title);
	for (i = 0; i < view->nr; i++) {
		if (!view->row[i].count)
			continue;
		out_lit(out, " <=");
		put_power(out, view->row[i].upper);
		out_char(out, ':');
		out_u64(out, view->row[i].count);
	}
}

/* Room for the line and the columns in it, so that nothing of it is drained. */
static size_t line_begin(struct outbuf *out)
{
	out_room(out, 4096);
	return out->used;
}

/* Blanks up to where view number shown begins; none are left at line ends. */
static void put_gap(struct outbuf *out, size_t line, unsigned int shown)
{
	size_t want = (size_t)shown * VIEW_WIDTH;

	while (out->used - line < want)
		out_char(out, ' ');
}

void hist_views_write(struct outbuf *out, const struct hist_view *views, unsigned int nr)
{
	unsigned int i, v, shown, rows = 0;
	size_t line = line_begin(out);

	for (v = 0, shown = 0; v < nr; v++) {
		if (!views[v].nr)
			continue;
		put_gap(out, line, shown++);
		out_str(out, views[v].title);
		if (views[v].nr > rows)
			rows = views[v].nr;
	}
	out_char(out, '\n');
	for (i = 0; i < rows; i++) {
		out_lit(out, "  ");
		line = line_begin(out);
		for (v = 0, shown = 0; v < nr; v++) {
			if (!views[v].nr)
				continue;
			if (i < views[v].nr) {
				put_gap(out, line, shown);
				put_row(out, &views[v], i, view_most(&views[v]));
			}
			shown++;
		}
		out_char(out, '\n');
	}
}
