// SPDX-License-Identifier: GPL-2.0-only
#include "top/window.h"

#include <stdio.h>
#include <string.h>

#include <curses.h>

#include "output/bars.h"

/* Below the findings' rows, the latest of them. */
#define EVENTS_MIN 2

void window_put(int y, int x, unsigned int width, unsigned long attr, const char *text)
{
	if (x < 0 || x >= COLS || y < 0 || y >= LINES)
		return;
	if (width > (unsigned int)(COLS - x))
		width = (unsigned int)(COLS - x);
	attrset((attr_t)attr);
	mvaddnstr(y, x, text, (int)text_cut(text, width));
	attrset(A_NORMAL);
}

/* A whole line in one attribute, blanks included. */
static void put_line(int y, unsigned long attr, const char *text)
{
	char line[LINE_BYTES];

	snprintf(line, sizeof(line), "%-*s", COLS < LINE_BYTES ? COLS : LINE_BYTES - 1, text);
	window_put(y, 0, (unsigned int)COLS, attr, line);
}

static void draw_small(void)
{
	char text[64];

	snprintf(text, sizeof(text), "ismtop needs %dx%d,", WINDOW_COLS_MIN, WINDOW_ROWS_MIN);
	window_put(0, 0, (unsigned int)COLS, A_BOLD, text);
	snprintf(text, sizeof(text), "this terminal has %dx%d.", COLS, LINES);
	window_put(1, 0, (unsigned int)COLS, A_NORMAL, text);
	window_put(2, 0, (unsigned int)COLS, A_NORMAL, "q quits");
}

/* --- The table. */

static void draw_tabs(const struct top *top, const struct layout *layout, size_t shown)
{
	const struct column *sort = top->sort[top->view];
	char text[96];
	int x = 0, i;

	for (i = 0; i < VIEWS; i++) {
		snprintf(text, sizeof(text), "%d %s", i + 1, view_many((enum view)i));
		window_put(WINDOW_HEAD - 1, x, strlen(text),
			   i == (int)top->view ? A_REVERSE | A_BOLD : A_NORMAL, text);
		x += (int)strlen(text) + 1;
	}
	snprintf(text, sizeof(text), "%s %s", top->reverse[top->view] ? "rev" : "by", sort->name);
	/* Nothing is left out silently. */
	if (top->data.nr > shown)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %zu-%zu/%zu",
			 top->first + 1, top->first + shown, top->data.nr);
	if (layout->hidden)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " +%zu col",
			 layout->hidden);
	window_put(WINDOW_HEAD - 1, COLS - (int)strlen(text), strlen(text),
		   terminal_tone(TONE_HEAD), text);
}

/* Numbers to the right of their column, texts to the left. */
static void draw_column(int y, int x, const struct column *column, unsigned long attr,
			const char *text)
{
	char padded[COLUMN_TEXT_LEN];
	int width = (int)column->width;

	snprintf(padded, sizeof(padded), column->unit == UNIT_TEXT ? "%-*.*s" : "%*.*s", width,
		 width, text);
	window_put(y, x, column->width, attr, padded);
}

static void draw_heading(const struct top *top, const struct layout *layout)
{
	int x = 0, y = WINDOW_HEAD;
	size_t i;

	put_line(y, A_REVERSE, "");
	for (i = 0; i < layout->nr; i++) {
		const struct column *column = layout->columns[i];

		draw_column(y, x, column,
			    A_REVERSE | (column == top->sort[top->view] ? A_BOLD | A_UNDERLINE : 0),
			    column->name);
		x += (int)column->width + 1;
	}
}

static unsigned long row_tone(const struct top *top, const struct top_row *row)
{
	if (top->view == VIEW_FINDINGS && row->all.findings)
		return terminal_tone(rules[row->key.number].severity == SEV_ERROR ? TONE_BAD
										  : TONE_WARN);
	return row->last.findings ? terminal_tone(TONE_WARN) : A_NORMAL;
}

static void draw_row(const struct top *top, const struct layout *layout, int y,
		     const struct top_row *row, bool total, bool selected)
{
	unsigned long attr = total ? A_BOLD : row_tone(top, row);
	char text[COLUMN_TEXT_LEN];
	int x = 0;
	size_t i;

	if (selected) {
		attr = A_REVERSE;
		put_line(y, attr, "");
	}
	for (i = 0; i < layout->nr; i++) {
		column_format(layout->columns[i], row, &top->data, total, text, sizeof(text));
		if (total && !i)
			snprintf(text, sizeof(text), "total");
		draw_column(y, x, layout->columns[i], attr, text);
		x += (int)layout->columns[i]->width + 1;
	}
}

static void draw_lines(const struct lines *lines, size_t first, int y, int last)
{
	size_t i;

	for (i = first; i < lines->nr && y <= last; i++, y++)
		window_put(y, 0, (unsigned int)COLS, terminal_tone(lines->line[i].tone),
			   lines->line[i].text);
}

static void draw_events(const struct top *top, int y, int last)
{
	struct lines lines = { 0 };

	lines_add(&lines, TONE_HEAD, "%s", "Latest");
	page_events(&lines, top, (unsigned int)(last - y));
	draw_lines(&lines, 0, y, last);
	lines_free(&lines);
}

static void draw_table(struct top *top)
{
	/* Heading above, totals and status line below. */
	size_t room = (size_t)(LINES - WINDOW_HEAD - WINDOW_FOOT - 2), shown, i;
	const struct top_data *data = &top->data;
	struct layout layout;
	int y = WINDOW_HEAD + 1;

	layout_make(&layout, top->view, top->sort[top->view], (unsigned int)COLS);
	top->page = room;
	if (top->cursor < top->first)
		top->first = top->cursor;
	if (top->cursor >= top->first + room)
		top->first = top->cursor - room + 1;
	if (top->first + room > data->nr)
		top->first = data->nr > room ? data->nr - room : 0;
	shown = data->nr - top->first < room ? data->nr - top->first : room;
	draw_tabs(top, &layout, shown);
	draw_heading(top, &layout);
	for (i = 0; i < shown; i++)
		draw_row(top, &layout, y++, &data->rows[top->first + i], false,
			 top->first + i == top->cursor);
	if (!data->nr && top->gather->note[0])
		window_put(y + 1, 2, (unsigned int)COLS, A_NORMAL, top->gather->note);
	else if (!data->nr)
		window_put(y + 1, 2, (unsigned int)COLS, A_NORMAL,
			   top->filter[0] ? "Nothing that passes the filter." : "No accesses yet.");
	if (top->view == VIEW_FINDINGS && LINES - 2 - y >= EVENTS_MIN)
		draw_events(top, y, LINES - 3);
	draw_row(top, &layout, LINES - 2, &data->total, true, false);
}

/* --- Pages. */

static void draw_page(struct top *top, const struct terminal *terminal)
{
	int last = LINES - 1 - WINDOW_FOOT;
	struct lines lines = { 0 };
	char title[2 * COLUMN_TEXT_LEN + 32], label[2 * COLUMN_TEXT_LEN];
	size_t *first = top->help ? &top->help_first : &top->detail_first;
	size_t room = (size_t)(last - WINDOW_HEAD + 1);

	if (top->help) {
		page_help(&lines, top, (unsigned int)COLS);
		snprintf(title, sizeof(title), "help");
	} else {
		page_row(&lines, top, (unsigned int)COLS, terminal->utf8);
		row_label(top->view, &top->row, label, sizeof(label));
		snprintf(title, sizeof(title), "%s: %s", view_many(top->view), label);
	}
	if (*first + room > lines.nr)
		*first = lines.nr > room ? lines.nr - room : 0;
	if (lines.nr > room)
		snprintf(title + strlen(title), sizeof(title) - strlen(title),
			 "  (lines %zu-%zu of %zu)", *first + 1, *first + room, lines.nr);
	put_line(WINDOW_HEAD - 1, A_REVERSE | A_BOLD, title);
	draw_lines(&lines, *first, WINDOW_HEAD, last);
	lines_free(&lines);
}

/* --- The last line. */

#define KEYS_TABLE "1-5 view Enter open <> sort r rev / filter p pause d secs 0 reset h help q quit"
#define KEYS_PAGE  "Esc back  Up Down PgUp PgDn scroll  1-5 view  p pause  h help  q quit"

static void draw_status(const struct top *top)
{
	char line[LINE_BYTES];

	if (top->prompt == PROMPT_FILTER)
		snprintf(line, sizeof(line), "Filter (functions, drivers, processes): %s_",
			 top->input);
	else if (top->prompt == PROMPT_INTERVAL)
		snprintf(line, sizeof(line), "Interval in seconds, now %g: %s_",
			 (double)top->interval_ns / 1e9, top->input);
	else if (top->message[0])
		snprintf(line, sizeof(line), "%s", top->message);
	else if (top->help || top->detail)
		snprintf(line, sizeof(line), "%s", KEYS_PAGE);
	else if (top->filter[0])
		snprintf(line, sizeof(line), "filter \"%s\": / changes it, Esc ends it",
			 top->filter);
	else
		snprintf(line, sizeof(line), "%s", KEYS_TABLE);
	put_line(LINES - 1, A_REVERSE, line);
}

void window_draw(struct top *top, const struct terminal *terminal)
{
	erase();
	if (COLS < WINDOW_COLS_MIN || LINES < WINDOW_ROWS_MIN) {
		draw_small();
	} else {
		window_head(top, terminal);
		if (top->help || top->detail)
			draw_page(top, terminal);
		else
			draw_table(top);
		draw_status(top);
	}
	refresh();
}
