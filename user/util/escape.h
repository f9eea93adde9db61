/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape.h - make strings of the traced machine safe to print.  Any task can put any bytes into
 * its name, terminal escapes included.  Whatever prints such a string goes through one of these
 * functions.  utf8_hides() (utf8.h) says for all of them what must not be printed as it is.
 */
#ifndef ISMT_UTIL_ESCAPE_H
#define ISMT_UTIL_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Sizes of dst that are always enough for len bytes of src, the NUL included. */
#define ESCAPE_TEXT_LEN(len) (4 * (len) + 1)
#define ESCAPE_JSON_LEN(len) (6 * (len) + 1)
#define ESCAPE_UTF8_LEN(len) (3 * (len) + 1)

/*
 * All of these read src up to a NUL or len bytes, whichever comes first, write
 * at most size bytes to dst, end it with a NUL (size must not be 0), never cut
 * in the middle of what they write for one character, and return the length
 * of the result without the NUL.
 */

/*
 * escape_text - one word of printable ASCII, for columns and CSV.  Blanks, backslashes, control
 * characters and all bytes above 0x7e become \xNN, which covers all of utf8_hides().  An empty
 * string becomes "-".
 */
size_t escape_text(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_line - a line for a person, which may have blanks and letters of any script in it.  Bytes
 * that are not UTF-8, and the bytes of what utf8_hides(), become \xNN.  Backslashes stay.
 * Needs as much room as escape_text().
 */
size_t escape_line(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_json - what goes between the quotes of a JSON string.  What utf8_hides() becomes \uNNNN,
 * so that the value stays the same; bytes that are not UTF-8 become U+FFFD.
 */
size_t escape_json(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_json_code - any code point as JSON's \uNNNN, two of them above U+FFFF.  Returns the
 * number of characters, 6 or 12; writes no NUL.
 */
size_t escape_json_code(char code[12], uint32_t point);

/* escape_utf8 - replace bytes that are not UTF-8 by U+FFFD, and nothing else. */
size_t escape_utf8(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_seen - for HTML pages, which have no escape that all readers know: what utf8_hides()
 * becomes U+FFFD as well, as in rustc's messages.  Needs as much room as escape_utf8().
 */
size_t escape_seen(char *dst, size_t size, const char *src, size_t len);

#endif /* ISMT_UTIL_ESCAPE_H */
