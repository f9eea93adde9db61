// SPDX-License-Identifier: GPL-2.0-only
#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* U+FFFD REPLACEMENT CHARACTER */
#define REPLACEMENT "\xef\xbf\xbd"

struct writer {
	char *dst;
	size_t size, used;
};

/* Appends all of it or nothing; false: it does not fit. */
static bool put(struct writer *w, const char *src, size_t len)
{
	if (len >= w->size - w->used)
		return false;
	memcpy(w->dst + w->used, src, len);
	w->used += len;
	return true;
}

static size_t finish(struct writer *w)
{
	w->dst[w->used] = '\0';
	return w->used;
}

static void hex(char *dst, unsigned int value, unsigned int digits)
{
	while (digits--)
		*dst++ = "0123456789abcdef"[value >> (4 * digits) & 0xf];
}

size_t escape_text(char *dst, size_t size, const char *src, size_t len)
{
	struct writer w = { dst, size, 0 };
	char code[4] = "\\x";
	size_t i;

	for (i = 0; i < len && src[i]; i++) {
		unsigned char c = (unsigned char)src[i];

		if (c > ' ' && c < 0x7f && c != '\\') {
			if (!put(&w, &src[i], 1))
				break;
			continue;
		}
		hex(code + 2, c, 2);
		if (!put(&w, code, sizeof(code)))
			break;
	}
	if (!i)
		put(&w, "-", 1);
	return finish(&w);
}

/*
 * The length of the UTF-8 sequence at src and its code point; 0 if it is not
 * one: cut off, overlong, a surrogate, or above U+10FFFF.
 */
static size_t utf8_decode(const char *src, size_t len, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)src[0];
	size_t n, i;

	if (c < 0x80) {
		*point = c;
		return 1;
	}
	if (c >= 0xc2 && c <= 0xdf) {
		n = 2;
		*point = c & 0x1f;
	} else if (c >= 0xe0 && c <= 0xef) {
		n = 3;
		*point = c & 0x0f;
	} else if (c >= 0xf0 && c <= 0xf4) {
		n = 4;
		*point = c & 0x07;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		c = (unsigned char)src[i];
		if ((c & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (c & 0x3f);
	}
	if (*point < least[n] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return n;
}

static bool put_json(struct writer *w, const char *src, size_t n, uint32_t point)
{
	char code[6] = "\\u";

	if (point == '"' || point == '\\') {
		code[0] = '\\';
		code[1] = (char)point;
		return put(w, code, 2);
	}
	if (point < ' ' || (point >= 0x7f && point <= 0x9f)) {
		hex(code + 2, point, 4);
		return put(w, code, sizeof(code));
	}
	return put(w, src, n);
}

static size_t escape_unicode(char *dst, size_t size, const char *src, size_t len,
			     bool json)
{
	struct writer w = { dst, size, 0 };
	uint32_t point;
	size_t i, n;
	bool fits;

	for (i = 0; i < len && src[i]; i += n) {
		n = utf8_decode(src + i, len - i, &point);
		if (!n) {
			n = 1;
			fits = put(&w, REPLACEMENT, 3);
		} else if (json) {
			fits = put_json(&w, src + i, n, point);
		} else {
			fits = put(&w, src + i, n);
		}
		if (!fits)
			break;
	}
	return finish(&w);
}

size_t escape_json(char *dst, size_t size, const char *src, size_t len)
{
	return escape_unicode(dst, size, src, len, true);
}

size_t escape_utf8(char *dst, size_t size, const char *src, size_t len)
{
	return escape_unicode(dst, size, src, len, false);
}
