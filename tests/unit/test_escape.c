// SPDX-License-Identifier: GPL-2.0-only
#include "escape.h"

#include <jansson.h>

#include "unit.h"

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
	is_str(text("\033[31mx\n\t\177"), "\\x1b[31mx\\x0a\\x09\\x7f",
	       "control characters");
	is_str(text("\xc3\xa4\xff\x9b"), "\\xc3\\xa4\\xff\\x9b", "not ASCII");
}

static void json_words(void)
{
	is_str(json("ismload"), "ismload", "plain JSON");
	is_str(json(""), "", "empty JSON");
	is_str(json("a\"b\\c/"), "a\\\"b\\\\c/", "quotes and backslashes");
	is_str(json("\001\n\177"), "\\u0001\\u000a\\u007f", "control characters in JSON");
	is_str(json("\xc2\x9b"), "\\u009b", "C1");
	is_str(json("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
	       "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "UTF-8 stays");
	is_str(json("a\xff"
		    "b"),
	       "a\xef\xbf\xbd"
	       "b",
	       "no UTF-8 at all");
	is_str(json("\xc0\x80"), "\xef\xbf\xbd\xef\xbf\xbd", "overlong");
	is_str(json("\xe0\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	       "overlong of three");
	is_str(json("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	       "a surrogate");
	is_str(json("\xf4\x90\x80\x80"),
	       "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "above U+10FFFF");
	is_str(json("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd", "cut off");
}

static void lengths(void)
{
	char buf[ESCAPE_JSON_LEN(4)], src[4] = { '\001', '\001', '\001', '\001' };

	is_int(escape_json(buf, sizeof(buf), src, sizeof(src)), 24, "fits exactly");
	is_int(escape_json(buf, sizeof(buf) - 1, src, sizeof(src)), 18,
	       "cut at whole characters");
	is_int(escape_text(buf, 1, "abc", 3), 0, "room for the NUL only");
	is_str(buf, "", "is used for it");
	is_int(escape_text(buf, sizeof(buf), "ab\0cd", 5), 2, "ends at a NUL");
	is_int(escape_text(buf, sizeof(buf), "abcd", 2), 2, "ends at the length");
	is_int(escape_utf8(buf, sizeof(buf), "\xff\n", 2), 4,
	       "only bad bytes are replaced");
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
	all_pairs();
	return unit_end();
}
