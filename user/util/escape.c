// SPDX-License-Identifier: GPL-2.0-only
#include "util/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "util/utf8.h"

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

/* Appends a character of n bytes as \xNN each. */
static bool put_bytes(struct writer *w, const char *src, size_t n)
{
	char code[16];
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(code + 4 * i, "\\x", 2);
		hex(code + 4 * i + 2, (unsigned char)src[i], 2);
	}
	return put(w, code, 4 * n);
}

/*
 * Appends the characters up to the first that any of these functions may change, as far as they
 * fit: nearly all names consist of no others.  Returns how many.
 */
static size_t put_plain(struct writer *w, const char *src, size_t len)
{
	size_t room = w->size - w->used - 1, i;
	char *dst = w->dst + w->used;

	if (len > room)
		len = room;
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)src[i];

		if (c <= ' ' || c >= 0x7f || c == '\\' || c == '"')
			break;
		dst[i] = (char)c;
	}
	w->used += i;
	return i;
}

size_t escape_text(char *dst, size_t size, const char *src, size_t len)
{
	struct writer w = { dst, size, 0 };
	size_t i = put_plain(&w, src, len);

	for (; i < len && src[i]; i++) {
		unsigned char c = (unsigned char)src[i];

		if (c > ' ' && c < 0x7f && c != '\\') {
			if (!put(&w, &src[i], 1))
				break;
			continue;
		}
		if (!put_bytes(&w, &src[i], 1))
			break;
	}
	if (!i)
		put(&w, "-", 1);
	return finish(&w);
}

size_t escape_json_code(char code[12], uint32_t point)
{
	memcpy(code, "\\u", 2);
	if (point < 0x10000) {
		hex(code + 2, point, 4);
		return 6;
	}
	/* Above, JSON has the two halves of UTF-16. */
	point -= 0x10000;
	hex(code + 2, 0xd800 | point >> 10, 4);
	memcpy(code + 6, "\\u", 2);
	hex(code + 8, 0xdc00 | (point & 0x3ff), 4);
	return 12;
}

static bool put_json(struct writer *w, const char *src, size_t n, uint32_t point)
{
	char code[12];

	if (point == '"' || point == '\\') {
		code[0] = '\\';
		code[1] = (char)point;
		return put(w, code, 2);
	}
	if (utf8_hides(point))
		return put(w, code, escape_json_code(code, point));
	return put(w, src, n);
}

size_t escape_json(char *dst, size_t size, const char *src, size_t len)
{
	struct writer w = { dst, size, 0 };
	size_t i = put_plain(&w, src, len), n;
	uint32_t point;
	bool fits;

	for (; i < len && src[i]; i += n) {
		n = utf8_decode(src + i, len - i, &point);
		if (n) {
			fits = put_json(&w, src + i, n, point);
		} else {
			n = 1;
			fits = put(&w, REPLACEMENT, 3);
		}
		if (!fits)
			break;
	}
	return finish(&w);
}

/* U+FFFD for what is no UTF-8; with hide also for what nobody would see. */
static size_t replace(char *dst, size_t size, const char *src, size_t len, bool hide)
{
	struct writer w = { dst, size, 0 };
	uint32_t point;
	size_t i, n;
	bool fits;

	for (i = 0; i < len && src[i]; i += n) {
		n = utf8_decode(src + i, len - i, &point);
		if (n && !(hide && utf8_hides(point))) {
			fits = put(&w, src + i, n);
		} else {
			n = n ? n : 1;
			fits = put(&w, REPLACEMENT, 3);
		}
		if (!fits)
			break;
	}
	return finish(&w);
}

size_t escape_utf8(char *dst, size_t size, const char *src, size_t len)
{
	return replace(dst, size, src, len, false);
}

size_t escape_seen(char *dst, size_t size, const char *src, size_t len)
{
	return replace(dst, size, src, len, true);
}

size_t escape_line(char *dst, size_t size, const char *src, size_t len)
{
	struct writer w = { dst, size, 0 };
	uint32_t point;
	size_t i, n;
	bool fits;

	for (i = 0; i < len && src[i]; i += n) {
		n = utf8_decode(src + i, len - i, &point);
		if (n && !utf8_hides(point)) {
			fits = put(&w, src + i, n);
		} else {
			n = n ? n : 1;
			fits = put_bytes(&w, src + i, n);
		}
		if (!fits)
			break;
	}
	return finish(&w);
}
