/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lines.h - a page of text that is longer than the screen may be: what is
 * inside a row, and the help.
 */
#ifndef ISMT_TOP_LINES_H
#define ISMT_TOP_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a line; a terminal of 300 columns, all of it blocks, fits. */
#define LINE_BYTES 1024

struct line_text {
	int tone;	       /* TONE_* */
	char text[LINE_BYTES]; /* UTF-8, nothing that a terminal would obey */
};

/* Starts as zeros. */
struct lines {
	struct line_text *line;
	size_t nr, room;
	bool failed; /* no memory for all of it */
};

__attribute__((format(printf, 3, 4))) void lines_add(struct lines *lines, int tone,
						     const char *format, ...);

/* Broken between words into lines of at most width characters, indented. */
void lines_wrap(struct lines *lines, int tone, unsigned int indent, unsigned int width,
		const char *text);

void lines_free(struct lines *lines);

#endif /* ISMT_TOP_LINES_H */
