/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * utf8.h - what bytes are as characters, and which of these a person would not
 * see, or would see in another place than they are.
 */
#ifndef ISMT_UTIL_UTF8_H
#define ISMT_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * utf8_decode - the length of the UTF-8 sequence at src, of which there are len
 * bytes, at least one, with its code point in *point; 0 if it is not one: cut
 * off, overlong, a surrogate, or above U+10FFFF.
 */
size_t utf8_decode(const char *src, size_t len, uint32_t *point);

/*
 * utf8_hides - not to be shown as it is: it drives a terminal, ends a line, turns
 * the direction of text, or is nothing at all to look at.  docs/wireshark/ism.lua
 * has the same table; tests/dissector.bats holds the two against each other.
 */
bool utf8_hides(uint32_t point);

#endif /* ISMT_UTIL_UTF8_H */
