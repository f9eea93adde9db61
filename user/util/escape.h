/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * escape.h - strings of the traced machine made safe to print.  Any task can
 * put any bytes into its name, terminal escapes included.  All that is shown of
 * such a string, anywhere, comes out of one of these; what must not be shown as
 * it is, is told by utf8_hides() for all of them (utf8.h).
 */
#ifndef ISMT_UTIL_ESCAPE_H
#define ISMT_UTIL_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Room that is always enough for len bytes of source, the NUL included. */
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
 * escape_text - one word of printable ASCII, for columns and CSV: blanks,
 * backslashes, control characters and all bytes above 0x7e become \xNN, so
 * that nothing of utf8_hides() is left, either; an empty string "-".
 */
size_t escape_text(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_line - a line that is told to a person, which may have blanks and
 * letters of any script in it: bytes that are not UTF-8, and those of what
 * utf8_hides(), become \xNN.  Backslashes stay.  Room as for escape_text().
 */
size_t escape_line(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_json - what goes between the quotes of a JSON string: valid UTF-8,
 * what utf8_hides() as \uNNNN, so that the value stays what it was, and bytes
 * that are not UTF-8 as U+FFFD.
 */
size_t escape_json(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_json_code - a code point above U+FFFF or not, as JSON has it: 6 or 12
 * characters, whose number it returns; no NUL.
 */
size_t escape_json_code(char code[12], uint32_t point);

/* escape_utf8 - only bytes that are not UTF-8 are replaced, by U+FFFD. */
size_t escape_utf8(char *dst, size_t size, const char *src, size_t len);

/*
 * escape_seen - for pages, which have no escape that all readers know: what
 * utf8_hides() becomes U+FFFD as well, as in rustc's own messages.  Room as for
 * escape_utf8().
 */
size_t escape_seen(char *dst, size_t size, const char *src, size_t len);

#endif /* ISMT_UTIL_ESCAPE_H */
