/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary_json.h - the summary as one JSON object on one line.
 */
#ifndef ISMT_OUTPUT_SUMMARY_JSON_H
#define ISMT_OUTPUT_SUMMARY_JSON_H

#include "model/summary.h"
#include "util/json.h"
#include "util/outbuf.h"

/* The number of the JSON schema: it goes up when a key changes its meaning or is removed. */
#define JSON_SCHEMA 1

/* The summary as an object, to which the caller may add keys; NULL: no memory. */
json_t *summary_json(const struct summary *summary);

/* What --measure says of a function, JSON's null if it was not measured.  NULL: no memory. */
json_t *measure_json(const struct measure *m);

/* Write the summary on one line.  Returns 0, -ENOMEM, or the buffer's error. */
int summary_write_json(const struct summary *summary, struct outbuf *out);

#endif /* ISMT_OUTPUT_SUMMARY_JSON_H */
