// SPDX-License-Identifier: GPL-2.0-only
/*
 * escapes - strings, and what escape_line() makes of them, each ended by a NUL, to
 * standard output: every code point, every two bytes, what begins like longer
 * sequences, and random ones.  Of those with a backslash none, as that is where
 * the dissector differs.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/escape.h"

static void put(const char *src, size_t len)
{
	char line[ESCAPE_TEXT_LEN(16)];

	if (memchr(src, '\\', len) || memchr(src, '\0', len))
		return;
	escape_line(line, sizeof(line), src, len);
	fwrite(src, 1, len, stdout);
	putchar('\0');
	fwrite(line, 1, strlen(line) + 1, stdout);
}

/* As UTF-8 would have it, surrogates and what is above U+10FFFF included. */
static void put_point(uint32_t point)
{
	char src[4] = { (char)point };
	size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4, i;

	for (i = n; n > 1 && i--;) {
		src[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
		if (!i)
			src[0] = (char)(0xf00 >> n | (unsigned char)(src[0] & (0x7f >> n)));
	}
	put(src, n);
}

/* Two bytes of any kind between the two that begin and end it. */
static void put_sequences(void)
{
	static const unsigned char heads[] = { 0xc1, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xef,
					       0xf0, 0xf3, 0xf4, 0xf5, 0xf8, 0xff };
	static const unsigned char tails[] = { 'a', 0x7f, 0x80, 0xbf, 0xc0 };
	unsigned int i, second, j, k;
	char src[4];

	for (i = 0; i < sizeof(heads); i++)
		for (second = 1; second < 256; second++)
			for (j = 0; j < sizeof(tails); j++)
				for (k = 0; k < sizeof(tails); k++) {
					src[0] = (char)heads[i];
					src[1] = (char)second;
					src[2] = (char)tails[j];
					src[3] = (char)tails[k];
					put(src, 2);
					put(src, 3);
					put(src, 4);
				}
}

int main(void)
{
	uint32_t i, j, random = 1;
	char src[16];

	for (i = 1; i < 0x110400; i++)
		put_point(i);
	for (i = 1; i < 65536; i++) {
		src[0] = (char)(i & 0xff);
		src[1] = (char)(i >> 8);
		put(src, 2);
	}
	put_sequences();
	for (i = 0; i < 20000; i++) {
		for (j = 0; j < sizeof(src); j++) {
			random = random * 1664525 + 1013904223;
			src[j] = (char)(random >> 24);
			/* Half of them from what is likely to go together. */
			if (i % 2)
				src[j] = (char)("\xe2\x80\xae\xf3\xa0\x81\xefz"[random >> 29]);
		}
		put(src, 1 + random % sizeof(src));
	}
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
