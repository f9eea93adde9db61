/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - build JSON with jansson.  All functions take over the references that they are given
 * and accept NULL from an earlier failure, as jansson's "o" format does: a NULL at the end
 * means that memory ran out somewhere.
 */
#ifndef ISMT_UTIL_JSON_H
#define ISMT_UTIL_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "util/outbuf.h"

/* A number; what is above INT64_MAX becomes INT64_MAX, as in out_json_u64(). */
json_t *json_number(uint64_t value);

/* A string of any bytes, at most 256 of them; what is not UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);

/* Appends item to array; both belong to the result, which is NULL on failure. */
json_t *json_append(json_t *array, json_t *item);

/* Write the value on one line, and drop it.  Returns 0, -ENOMEM, or the buffer's error. */
int json_write(json_t *json, struct outbuf *out);

/* json_write() to a file, which has no struct outbuf. */
int json_print(json_t *json, FILE *file);

#endif /* ISMT_UTIL_JSON_H */
