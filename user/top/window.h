/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * window.h - the screen: draw the state; no input is read here.
 */
#ifndef ISMT_TOP_WINDOW_H
#define ISMT_TOP_WINDOW_H

#include "top/lines.h"
#include "top/state.h"
#include "top/terminal.h"

#define WINDOW_COLS_MIN 80
#define WINDOW_ROWS_MIN 24

/* Lines above and below the table or the page. */
#define WINDOW_HEAD 5
#define WINDOW_FOOT 1

/* Draw everything, in the terminal's present size. */
void window_draw(struct top *top, const struct terminal *terminal);

/* The lines above the table (window_head.c). */
void window_head(const struct top *top, const struct terminal *terminal);

/* The details of top->row (page_row.c), for a screen of width columns. */
void page_row(struct lines *lines, const struct top *top, unsigned int width, bool utf8);

/* The latest findings, newest first, at most max lines (page_findings.c). */
void page_events(struct lines *lines, const struct top *top, unsigned int max);

/* The findings of top->row, what they mean and how to fix them (page_findings.c). */
void page_findings(struct lines *lines, const struct top *top, unsigned int width);

/* The keys and the columns of the view (page_help.c). */
void page_help(struct lines *lines, const struct top *top, unsigned int width);

/* Draw a text at line y, column x, cut or padded with blanks to width characters. */
void window_put(int y, int x, unsigned int width, unsigned long attr, const char *text);

#endif /* ISMT_TOP_WINDOW_H */
