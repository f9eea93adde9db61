/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * utf8.h - decode UTF-8, and know the characters that a person would not see, or would see in
 * another place than where they are.
 */
#ifndef ISMT_UTIL_UTF8_H
#define ISMT_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * utf8_decode - the length of the UTF-8 sequence at src, and its code point in *point.  src has len
 * bytes, at least one.  0 if it is no valid sequence: cut off, overlong, a surrogate, or above
 * U+10FFFF.
 */
size_t utf8_decode(const char *src, size_t len, uint32_t *point);

/*
 * utf8_hides - true if a character must not be shown as it is: it controls a terminal, ends a
 * line, turns the direction of text, or is invisible.  docs/wireshark/ism.lua has the same
 * table; tests/dissector.bats compares the two.
 */
bool utf8_hides(uint32_t point);

#endif /* ISMT_UTIL_UTF8_H */
