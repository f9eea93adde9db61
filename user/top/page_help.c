// SPDX-License-Identifier: GPL-2.0-only
/*
 * page_help.c - the page behind h and ?.
 */
#include "top/window.h"

static const struct {
	const char *keys, *what;
	int where; /* 1: captures only, 2: live only */
} keys[] = {
	{ "1 2 3 4 5", "functions, processes, regions, sizes, findings", 0 },
	{ "Tab", "the next of these", 0 },
	{ "Up Down PgUp PgDn", "another row", 0 },
	{ "Enter", "into the row: histograms, its rate, its findings", 0 },
	{ "Esc, Backspace", "out of it again", 0 },
	{ "Left", "out of it again", 2 },
	{ "Left Right", "10 s back, on", 1 },
	{ "Home End", "to the beginning, the end of the capture", 1 },
	{ "Home End", "to the first, the last row", 2 },
	{ "< >", "sort by the column left, right of this one", 0 },
	{ "A to Z", "sort by a column, see below", 0 },
	{ "r R", "sort the other way round", 0 },
	{ "f /", "only functions, drivers and processes with this in their names", 0 },
	{ "p Space", "pause; what happens meanwhile is counted", 2 },
	{ "p Space", "pause", 1 },
	{ "d s", "another interval", 0 },
	{ "+ -", "twice, half the speed", 1 },
	{ "0 z", "count from now on", 0 },
	{ "h ?", "this page", 0 },
	{ "q", "quit", 0 },
};

void page_help(struct lines *lines, const struct top *top, unsigned int width)
{
	int other = top_is_capture(top) ? 2 : 1;
	size_t i;

	lines_add(lines, TONE_HEAD, "%s", "Keys");
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].where != other)
			lines_add(lines, TONE_PLAIN, "  %-18s %s", keys[i].keys, keys[i].what);
	lines_add(lines, TONE_PLAIN, "%s", "");
	lines_add(lines, TONE_HEAD, "Columns of %s", view_many(top->view));
	for (i = 0; i < nr_top_columns; i++) {
		const struct column *column = &top_columns[i];

		if (column_in(column, top->view))
			lines_add(lines, TONE_PLAIN, "  %c %-8s %s",
				  column->key ? column->key : ' ', column->name, column->help);
	}
	lines_add(lines, TONE_PLAIN, "%s", "");
	lines_wrap(lines, TONE_PLAIN, 0, width,
		   "Rates and latencies are of the last interval, of the length that it had. "
		   "K, M and G are 1000, 1000000, ... of counts, 1024, ... of bytes.");
}
