/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cell_counts.h - convert a cell of the BPF programs into a row of counts.
 */
#ifndef ISMT_LIVE_CELL_COUNTS_H
#define ISMT_LIVE_CELL_COUNTS_H

#include "ismtrace.h"
#include "model/counts.h"

/* Set part to the counts in a copy of a cell, batches included; its key and name stay zeros. */
void cell_counts(const struct ismt_cell *cell, struct stats_row *part);

/*
 * cell_counts_since - add to the key's row of counts what the cell has more than `last`, an earlier
 * state of it, or zeros.  0 or -ENOMEM.
 */
int cell_counts_since(struct counts *counts, const struct count_key *key,
		      const struct ismt_cell *cell, const struct ismt_cell *last);

#endif /* ISMT_LIVE_CELL_COUNTS_H */
