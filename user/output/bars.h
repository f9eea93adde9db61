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
 * bar_write - a bar of width characters, share (clamped to 0 to 1) of them filled, the rest blanks.
 * Any share above 0 shows.  buf holds BAR_LEN(width) bytes.
 */
void bar_write(char *buf, double share, unsigned int width, bool utf8);

/*
 * spark_write - one character for each of the last `width` values; the largest value has full
 * height, 0 is a blank.  buf holds BAR_LEN(width) bytes.  Returns the number of characters.
 */
unsigned int spark_write(char *buf, const double *values, size_t nr, unsigned int width, bool utf8);

/* The number of bytes of a UTF-8 text's first width characters, or of all if there are fewer. */
size_t text_cut(const char *text, unsigned int width);
/* The number of characters of a UTF-8 text. */
unsigned int text_width(const char *text);

#endif /* ISMT_OUTPUT_BARS_H */
