/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bars.h - bars and lines drawn with characters: UTF-8 blocks, or ASCII.
 */
#ifndef ISMT_OUTPUT_BARS_H
#define ISMT_OUTPUT_BARS_H

#include <stdbool.h>
#include <stddef.h>

/* Room for so many characters, and the NUL. */
#define BAR_LEN(width) (3 * (width) + 1)

/*
 * bar_write - a bar of width characters, share (0 to 1, cut to that) of them
 * filled, the rest blanks; what is not 0 shows.  buf holds BAR_LEN(width) bytes.
 */
void bar_write(char *buf, double share, unsigned int width, bool utf8);

/*
 * spark_write - one character for each of up to width values, the last ones if there
 * are more; the largest is full height, 0 is a blank.  buf as above.  Returns
 * the number of characters.
 */
unsigned int spark_write(char *buf, const double *values, size_t nr, unsigned int width, bool utf8);

/* Bytes of the first width characters of a UTF-8 text, or of all if there are less. */
size_t text_cut(const char *text, unsigned int width);
/* Its characters. */
unsigned int text_width(const char *text);

#endif /* ISMT_OUTPUT_BARS_H */
