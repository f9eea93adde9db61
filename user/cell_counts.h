/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cell_counts.h - a cell of the kernel's as counts.
 */
#ifndef ISMT_CELL_COUNTS_H
#define ISMT_CELL_COUNTS_H

#include "counts.h"
#include "record.h"

/* What a copy of a cell, tallies included, adds up to; part gets neither key nor name. */
void cell_counts(const struct ismt_cell *cell, struct count_cell *part);

#endif /* ISMT_CELL_COUNTS_H */
