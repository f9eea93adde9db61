// SPDX-License-Identifier: GPL-2.0-only
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>

#include "util/escape.h"
#include "util/utf8.h"

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
 * jansson leaves as they are DEL and all that is hidden above it: those that a
 * terminal may obey, that turn text, that are not to be seen.  It never hands
 * over a part of a character.
 */
static int write_part(const char *text, size_t len, void *out)
{
	size_t i, n, from = 0;
	char code[12];
	uint32_t point;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &point);
		if (!n)
			return -1;
		if (!utf8_hides(point))
			continue;
		out_mem(out, text + from, i - from);
		out_mem(out, code, escape_json_code(code, point));
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

int json_print(json_t *json, FILE *file)
{
	struct outbuf *out = malloc(sizeof(*out));
	int err;

	if (!out) {
		json_decref(json);
		return -ENOMEM;
	}
	out_init(out, file);
	err = json_write(json, out);
	if (!err)
		err = out_flush(out);
	free(out);
	return err;
}
