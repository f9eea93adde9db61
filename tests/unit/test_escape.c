// SPDX-License-Identifier: GPL-2.0-only
#include "util/escape.h"

#include <jansson.h>

#include "unit.h"
#include "util/utf8.h"

static const char *text(const char *src)
{
	static char buf[256];

	escape_text(buf, sizeof(buf), src, 64);
	return buf;
}

static const char *json(const char *src)
{
	static char buf[512];

	escape_json(buf, sizeof(buf), src, 64);
	return buf;
}

static void words(void)
{
	is_str(text("ismload"), "ismload", "plain");
	is_str(text(""), "-", "nothing");
	is_str(text("a b\\c"), "a\\x20b\\x5cc", "blank and backslash");
	is_str(text("\033[31mx\n\t\177"), "\\x1b[31mx\\x0a\\x09\\x7f", "control characters");
	is_str(text("\xc3\xa4\xff\x9b"), "\\xc3\\xa4\\xff\\x9b", "not ASCII");
}

static void json_words(void)
{
	is_str(json("ismload"), "ismload", "plain JSON");
	is_str(json(""), "", "empty JSON");
	is_str(json("a\"b\\c/"), "a\\\"b\\\\c/", "quotes and backslashes");
	is_str(json("\001\n\177"), "\\u0001\\u000a\\u007f", "control characters in JSON");
	is_str(json("\xc2\x9b"), "\\u009b", "C1");
	is_str(json("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
	       "UTF-8 stays");
	is_str(json("a\xff"
		    "b"),
	       "a\xef\xbf\xbd"
	       "b",
	       "no UTF-8 at all");
	is_str(json("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd", "overlong");
	is_str(json("\xe0\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "overlong of three");
	is_str(json("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "a surrogate");
	is_str(json("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	       "above U+10FFFF");
	is_str(json("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd", "cut off");
}

static void lengths(void)
{
	char buf[ESCAPE_JSON_LEN(4)], src[4] = { '\001', '\001', '\001', '\001' };

	is_int(escape_json(buf, sizeof(buf), src, sizeof(src)), 24, "fits exactly");
	is_int(escape_json(buf, sizeof(buf) - 1, src, sizeof(src)), 18, "cut at whole characters");
	is_int(escape_text(buf, 1, "abc", 3), 0, "room for the NUL only");
	is_str(buf, "", "is used for it");
	is_int(escape_text(buf, sizeof(buf), "ab\0cd", 5), 2, "ends at a NUL");
	is_int(escape_text(buf, sizeof(buf), "abcd", 2), 2, "ends at the length");
	is_int(escape_utf8(buf, sizeof(buf), "\xff\n", 2), 4, "only bad bytes are replaced");
}

static const char *line(const char *src)
{
	static char buf[512];

	escape_line(buf, sizeof(buf), src, 64);
	return buf;
}

static void lines(void)
{
	is_str(line("cannot write a b\\c: it is"), "cannot write a b\\c: it is", "a line");
	is_str(line("\xc3\xa4\xe2\x82\xac"), "\xc3\xa4\xe2\x82\xac", "letters stay");
	is_str(line("\033[31m\nismtrace: 0 lost"), "\\x1b[31m\\x0aismtrace: 0 lost",
	       "no line of its own");
	is_str(line("a\xe2\x80\xae"
		    "b\xc2\x9b"),
	       "a\\xe2\\x80\\xaeb\\xc2\\x9b", "an override of direction, C1");
	is_str(line("\xff\xc0\x80"), "\\xff\\xc0\\x80", "what is not UTF-8");
}

static void seen(void)
{
	char buf[64];

	escape_seen(buf, sizeof(buf), "a\xe2\x80\xae\n\xff\xc3\xa4", 16);
	is_str(buf, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4", "on a page");
}

/* The value stays what it was. */
static void json_hidden(void)
{
	is_str(json("a\xe2\x80\xae"
		    "b"),
	       "a\\u202eb", "an override of direction");
	is_str(json("\xe2\x80\xa8\xe2\x80\xa9"), "\\u2028\\u2029", "separators");
	is_str(json("\xf3\xa0\x81\x81"), "\\udb40\\udc41", "a tag, in two halves");
}

/* What the table has to have and must not have, not by the table. */
static void hidden_points(void)
{
	static const struct {
		uint32_t first, last;
		bool hidden;
	} ranges[] = {
		{ 0, 0x1f, true },
		{ 0x20, 0x7e, false },
		{ 0x7f, 0x9f, true },
		{ 0xa0, 0xac, false },
		{ 0xae, 0x34e, false },
		{ 0x61c, 0x61c, true },
		{ 0x61d, 0x6ff, false },
		{ 0x200a, 0x200a, false },
		{ 0x200b, 0x200f, true },
		{ 0x2010, 0x2027, false },
		{ 0x2028, 0x202e, true },
		{ 0x202f, 0x205f, false },
		{ 0x2060, 0x206f, true },
		{ 0x2070, 0x3163, false },
		{ 0x3165, 0xd7ff, false },
		{ 0xe000, 0xfdff, false },
		{ 0xfeff, 0xfeff, true },
		{ 0xfffc, 0xffff, false },
		{ 0x1f300, 0x1faff, false },
		{ 0xe0000, 0xe007f, true },
		{ 0xf0000, 0x10ffff, false },
	};
	unsigned int wrong = 0;
	uint32_t point;
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		for (point = ranges[i].first; point <= ranges[i].last; point++)
			wrong += utf8_hides(point) != ranges[i].hidden;
	is_int(wrong, 0, "what must be hidden is, what must be seen is not");
}

static size_t put_utf8(char *dst, uint32_t point)
{
	if (point < 0x80) {
		dst[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		dst[0] = (char)(0xc0 | point >> 6);
		dst[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		dst[0] = (char)(0xe0 | point >> 12);
		dst[1] = (char)(0x80 | (point >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | point >> 18);
	dst[1] = (char)(0x80 | (point >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (point >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

/* Does every other form agree with utf8_hides(), for each code point there is? */
static void all_points(void)
{
	char src[5], text[ESCAPE_TEXT_LEN(4)], buf[64];
	unsigned int wrong = 0, values = 0, ascii = 0;
	uint32_t point, again;
	json_t *value;
	size_t n, len, i;
	bool same;

	for (point = 1; point <= 0x10ffff; point++) {
		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		n = put_utf8(src, point);
		src[n] = '\0';
		wrong += utf8_decode(src, n, &again) != n || again != point;
		for (i = escape_text(text, sizeof(text), src, n); i--;)
			ascii += text[i] <= ' ' || text[i] > '~';
		escape_line(buf, sizeof(buf), src, n);
		wrong += !strcmp(buf, src) == utf8_hides(point);
		escape_seen(buf, sizeof(buf), src, n);
		same = !strcmp(buf, src);
		wrong += point != 0xfffd && same == utf8_hides(point);
		buf[0] = '"';
		len = 1 + escape_json(buf + 1, sizeof(buf) - 2, src, n);
		buf[len++] = '"';
		same = len == n + 2 && !memcmp(buf + 1, src, n);
		wrong += point != '"' && point != '\\' && same == utf8_hides(point);
		if (!utf8_hides(point))
			continue;
		value = json_loadb(buf, len, JSON_DECODE_ANY, NULL);
		values += !value || strcmp(json_string_value(value), src);
		json_decref(value);
	}
	is_int(wrong, 0, "all forms hide the same");
	is_int(values, 0, "and what JSON hides is the same value");
	is_int(ascii, 0, "words are printable ASCII");
}

/* Every pair of bytes comes out as valid JSON. */
static void all_pairs(void)
{
	char line[64], src[3] = { 0 };
	unsigned int i, bad = 0;
	json_t *value;
	size_t len;

	for (i = 1; i < 65536; i++) {
		src[0] = (char)(i & 0xff);
		src[1] = (char)(i >> 8);
		line[0] = '"';
		len = 1 + escape_json(line + 1, sizeof(line) - 2, src, 2);
		line[len++] = '"';
		value = json_loadb(line, len, JSON_DECODE_ANY, NULL);
		bad += !value;
		json_decref(value);
	}
	is_int(bad, 0, "all pairs of bytes are valid JSON");
}

int main(void)
{
	words();
	json_words();
	lengths();
	lines();
	seen();
	json_hidden();
	hidden_points();
	all_points();
	all_pairs();
	return unit_end();
}
