/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary_json.h - the summary as one JSON object on one line.
 */
#ifndef ISMT_OUTPUT_SUMMARY_JSON_H
#define ISMT_OUTPUT_SUMMARY_JSON_H

#include "model/summary.h"
#include "util/json.h"
#include "util/outbuf.h"

/* Goes up when a key changes its meaning or goes away; not for additions. */
#define JSON_SCHEMA 1

/* The object, to which a caller may add keys of its own; NULL: no memory. */
json_t *summary_json(const struct summary *summary);

/* What was measured of a function; null if it was not.  NULL: no memory. */
json_t *measure_json(const struct measure *m);

/* Returns 0, -ENOMEM, or the buffer's error. */
int summary_write_json(const struct summary *summary, struct outbuf *out);

#endif /* ISMT_OUTPUT_SUMMARY_JSON_H */
