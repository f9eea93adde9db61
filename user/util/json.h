/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - building JSON with jansson.  All of these take what they are given,
 * NULL from an earlier failure included, and a NULL in the end means that
 * memory ran out: jansson's "o" format and json_*_new() setters pass it on.
 */
#ifndef ISMT_UTIL_JSON_H
#define ISMT_UTIL_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "util/outbuf.h"

/* As out_json_u64(): what is above INT64_MAX becomes that. */
json_t *json_number(uint64_t value);

/* At most 256 bytes of any bytes; what is not UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);

/* Appends item to array; both belong to the result, which is NULL on failure. */
json_t *json_append(json_t *array, json_t *item);

/* Writes it on one line.  Returns 0, -ENOMEM, or the buffer's error; drops it. */
int json_write(json_t *json, struct outbuf *out);

/* The same to a file that nothing else is buffered for. */
int json_print(json_t *json, FILE *file);

#endif /* ISMT_UTIL_JSON_H */
