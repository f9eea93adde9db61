/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * summary_rows.h - the rows and functions of a summary in their order.
 */
#ifndef ISMT_MODEL_SUMMARY_ROWS_H
#define ISMT_MODEL_SUMMARY_ROWS_H

#include "model/summary.h"

/* Sort the rows as struct summary's `rows` says.  More may be added afterwards. */
void summary_sort(struct summary *summary);

#endif /* ISMT_MODEL_SUMMARY_ROWS_H */
