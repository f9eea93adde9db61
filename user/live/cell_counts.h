/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cell_counts.h - a cell of the kernel's as counts.
 */
#ifndef ISMT_LIVE_CELL_COUNTS_H
#define ISMT_LIVE_CELL_COUNTS_H

#include "ismtrace.h"
#include "model/counts.h"

/* What a copy of a cell, batches included, adds up to; part gets neither key nor name. */
void cell_counts(const struct ismt_cell *cell, struct stats_row *part);

/*
 * cell_counts_since - add to the counts' row of the key what has been added to a cell of the kernel
 * since last, which is an earlier state of it, or zeros.  0 or -ENOMEM.
 */
int cell_counts_since(struct counts *counts, const struct count_key *key,
		      const struct ismt_cell *cell, const struct ismt_cell *last);

#endif /* ISMT_LIVE_CELL_COUNTS_H */
