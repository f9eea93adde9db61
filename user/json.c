// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <errno.h>

#include "escape.h"

json_t *json_number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *json_text(const char *text)
{
	char clean[ESCAPE_UTF8_LEN(256)];
	size_t len = escape_utf8(clean, sizeof(clean), text, 256);

	return json_stringn(clean, len);
}

json_t *json_append(json_t *array, json_t *item)
{
	if (!array || !item || json_array_append_new(array, item)) {
		/* json_array_append_new() has dropped item if it failed. */
		if (!array)
			json_decref(item);
		json_decref(array);
		return NULL;
	}
	return array;
}

/*
 * jansson leaves DEL and the C1 control characters, which a terminal may
 * obey, as they are.  It never hands over a part of a character.
 */
static int write_part(const char *text, size_t len, void *out)
{
	size_t i, n, from = 0;

	for (i = 0; i < len; i += n) {
		unsigned char last;

		n = text[i] == '\xc2' && i + 1 < len ? 2 : 1;
		last = (unsigned char)text[i + n - 1];
		if (last < 0x7f || last > 0x9f || (n == 1 && last != 0x7f))
			continue;
		out_mem(out, text + from, i - from);
		out_printf(out, "\\u%04x", last);
		from = i + n;
	}
	out_mem(out, text + from, len - from);
	return 0;
}

int json_write(json_t *json, struct outbuf *out)
{
	int err;

	if (!json)
		return -ENOMEM;
	err = json_dump_callback(json, write_part, out, JSON_COMPACT);
	json_decref(json);
	if (err)
		return -ENOMEM;
	out_char(out, '\n');
	return out->error;
}
