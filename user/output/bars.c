// SPDX-License-Identifier: GPL-2.0-only
#include "output/bars.h"

#include <math.h>
#include <string.h>

/* Eighths of a character, from the left and from below. */
static const char *const parts[] = { " ",      "\u258f", "\u258e", "\u258d", "\u258c",
				     "\u258b", "\u258a", "\u2589", "\u2588" };
static const char *const heights[] = { " ",	 "\u2581", "\u2582", "\u2583", "\u2584",
				       "\u2585", "\u2586", "\u2587", "\u2588" };
static const char *const ascii_heights[] = { " ", ".", ":", "-", "=", "+", "*", "#", "@" };

static char *put(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

void bar_write(char *buf, double share, unsigned int width, bool utf8)
{
	unsigned int steps = utf8 ? 8 : 1, filled, i;

	share = share > 1 ? 1 : share > 0 ? share : 0;
	filled = (unsigned int)(share * width * steps + 0.5);
	if (!filled && share > 0)
		filled = 1;
	for (i = 0; i < width; i++) {
		unsigned int part = filled > steps ? steps : filled;

		filled -= part;
		buf = put(buf, utf8 ? parts[part] : part ? "#" : " ");
	}
	*buf = '\0';
}

unsigned int spark_write(char *buf, const double *values, size_t nr, unsigned int width, bool utf8)
{
	size_t first = nr > width ? nr - width : 0, i;
	double most = 0;

	for (i = first; i < nr; i++)
		if (values[i] > most)
			most = values[i];
	for (i = first; i < nr; i++) {
		unsigned int height = values[i] > 0 ? (unsigned int)ceil(values[i] / most * 8) : 0;

		buf = put(buf, utf8 ? heights[height] : ascii_heights[height]);
	}
	*buf = '\0';
	return (unsigned int)(nr - first);
}

/* Bytes that go on with a character. */
static bool goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t text_cut(const char *text, unsigned int width)
{
	size_t i;

	for (i = 0; text[i]; i++)
		if (!goes_on(text[i]) && !width--)
			break;
	return i;
}

unsigned int text_width(const char *text)
{
	unsigned int width = 0;

	for (; *text; text++)
		width += !goes_on(*text);
	return width;
}
