/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary_text.h - the summary for people.
 */
#ifndef ISMT_OUTPUT_SUMMARY_TEXT_H
#define ISMT_OUTPUT_SUMMARY_TEXT_H

#include <stdbool.h>

#include "model/summary.h"
#include "output/hist_text.h"
#include "util/outbuf.h"

/* The whole summary.  Errors are left in the buffer, for out_flush() to return. */
void summary_write_text(const struct summary *summary, struct outbuf *out, bool color);

/* Our counts of instructions beside the machine's, for each function that was measured. */
void summary_measured_text(const struct summary *summary, struct outbuf *out, bool color);

/* The headings of a row's columns, without a newline; and a row, with one. */
void summary_head_text(struct outbuf *out);
void summary_row_text(const struct summary_row *row, struct outbuf *out);

/* A row's store blocks by size; if it has none, its loads and stores by width. */
void summary_view_insns(struct hist_view *view, const struct summary_row *row);

#endif /* ISMT_OUTPUT_SUMMARY_TEXT_H */
