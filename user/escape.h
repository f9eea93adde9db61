/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape.h - strings of the traced machine made safe to print.  Any task can
 * put any bytes into its name, terminal escapes included.
 */
#ifndef ISMT_ESCAPE_H
#define ISMT_ESCAPE_H

#include <stddef.h>

/* Room that is always enough for len bytes of source, the NUL included. */
#define ESCAPE_TEXT_LEN(len)	(4 * (len) + 1)
#define ESCAPE_JSON_LEN(len)	(6 * (len) + 1)
#define ESCAPE_UTF8_LEN(len)	(3 * (len) + 1)

/*
 * All of these read src up to a NUL or len bytes, whichever comes first, write
 * at most size bytes to dst, end it with a NUL (size must not be 0), never cut
 * in the middle of what they write for one character, and return the length
 * of the result without the NUL.
 */

/*
 * escape_text - one word of printable ASCII: blanks, backslashes, control
 * characters and all bytes above 0x7e become \xNN; an empty string "-".
 */
size_t escape_text(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_json - what goes between the quotes of a JSON string: valid UTF-8,
 * control characters (C1 too) as \uNNNN, bytes that are not UTF-8 as U+FFFD.
 */
size_t escape_json(char *dst, size_t size, const char *src, size_t len);

/* escape_utf8 - only bytes that are not UTF-8 are replaced, by U+FFFD. */
size_t escape_utf8(char *dst, size_t size, const char *src, size_t len);

#endif /* ISMT_ESCAPE_H */
