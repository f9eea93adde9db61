/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary_text.h - the summary for people.
 */
#ifndef ISMT_SUMMARY_TEXT_H
#define ISMT_SUMMARY_TEXT_H

#include <stdbool.h>

#include "outbuf.h"
#include "summary.h"

/* Errors are left in the buffer, for out_flush() to return. */
void summary_write_text(const struct summary *summary, struct outbuf *out, bool color);

#endif /* ISMT_SUMMARY_TEXT_H */
