// SPDX-License-Identifier: GPL-2.0-only
#include "util/utf8.h"

/*
 * What everybody who escapes agrees on, and no less:
 *
 * - rustc's lint text_direction_codepoint_in_literal (TEXT_FLOW_CONTROL_CHARS in
 *   rustc_ast/src/util/unicode.rs): U+202A to U+202E, U+2066 to U+2069;
 * - what Wireshark's format_text() (epan/strutil.c) escapes as g_unichar_isprint()
 *   does not hold: categories Cc and Cf, surrogates, and what is not assigned;
 * - the separators of lines and paragraphs, Zl and Zp: a new line for some;
 * - Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties.txt): all of
 *   these are to be drawn as nothing where they are not understood: zero-width
 *   blanks and joiners, marks of direction, fillers of Hangul, selectors of
 *   variants, and tags, which can spell out a text of their own.
 *
 * Two kinds are shown as they are: characters of category Cf that have a shape (the Arabic
 * signs of numbers from U+0600 on, and the like), and code points that are not assigned, as
 * these change every year and Wireshark's table would not follow.  Blanks other than U+0020
 * are seen as blanks.
 */
static const struct range {
	uint32_t first, last;
} hiding[] = {
	{ 0x0000, 0x001f },   /* C0 */
	{ 0x007f, 0x009f },   /* DEL and C1 */
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x034f, 0x034f },   /* combining grapheme joiner */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* fillers of Hangul */
	{ 0x17b4, 0x17b5 },   /* inherent vowels of Khmer */
	{ 0x180b, 0x180f },   /* selectors and separator of Mongolian */
	{ 0x200b, 0x200f },   /* zero width, marks of direction */
	{ 0x2028, 0x202e },   /* separators, embeddings and overrides */
	{ 0x2060, 0x206f },   /* joiners, isolates, what is deprecated */
	{ 0x3164, 0x3164 },   /* filler of Hangul */
	{ 0xfe00, 0xfe0f },   /* selectors of variants */
	{ 0xfeff, 0xfeff },   /* zero width, or byte order mark */
	{ 0xffa0, 0xffa0 },   /* filler of Hangul, half of the width */
	{ 0xfff0, 0xfffb },   /* kept for the like, and annotations */
	{ 0x1bca0, 0x1bca3 }, /* controls of shorthand */
	{ 0x1d173, 0x1d17a }, /* controls of music */
	{ 0xe0000, 0xe0fff }, /* tags, more selectors */
};

size_t utf8_decode(const char *src, size_t len, uint32_t *point)
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
	if (*point < least[n] || *point > 0x10ffff || (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return n;
}

bool utf8_hides(uint32_t point)
{
	size_t i;

	/* Nearly all there ever is. */
	if (point >= ' ' && point < 0x7f)
		return false;
	for (i = 0; i < sizeof(hiding) / sizeof(hiding[0]); i++)
		if (point <= hiding[i].last)
			return point >= hiding[i].first;
	return false;
}
