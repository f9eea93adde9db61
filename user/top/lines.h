/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lines.h - a page of text that may be longer than the screen: the details of a row, the help.
 */
#ifndef ISMT_TOP_LINES_H
#define ISMT_TOP_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a line: enough for 300 columns of block characters, which take 3 bytes each. */
#define LINE_BYTES 1024

struct line_text {
	int tone;	       /* TONE_* */
	char text[LINE_BYTES]; /* UTF-8, without control characters */
};

/* Starts as zeros. */
struct lines {
	struct line_text *line;
	size_t nr, room;
	bool failed; /* lines are missing, as there was no memory */
};

__attribute__((format(printf, 3, 4))) void lines_add(struct lines *lines, int tone,
						     const char *format, ...);

/* Add a text, broken between words into lines of at most width characters, with indent blanks. */
void lines_wrap(struct lines *lines, int tone, unsigned int indent, unsigned int width,
		const char *text);

void lines_free(struct lines *lines);

#endif /* ISMT_TOP_LINES_H */
