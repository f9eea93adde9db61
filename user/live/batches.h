/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batches.h - what tasks have counted and not yet added to their cells: a cell is only
 * whole together with those.
 */
#ifndef ISMT_LIVE_BATCHES_H
#define ISMT_LIVE_BATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "ismtrace.h"

struct batches {
	const union ismt_slot *slots;
	uint16_t first[ISMT_CELLS]; /* by cell: number of a slot, plus one; 0: none */
	uint16_t next[ISMT_SLOTS];  /* the next one of the same cell, likewise */
};

/*
 * See which slots have, or had last, a batch of which cell.  slots: ISMT_SLOTS, which
 * are borrowed and may be written to at any time.
 */
void batches_look(struct batches *batches, const union ismt_slot *slots);

/*
 * A cell as it is now, with the batches that batches_look() saw for it; index is the
 * cell's, below ISMT_CELLS.  Nothing is in it twice, and what was in it once will be
 * the next time.  False: tasks moved theirs all the time, or one was kept from ending that;
 * the copy is then no state that the cell ever had.
 */
bool batches_read(const struct batches *batches, const struct ismt_cell *there, uint32_t index,
		  struct ismt_cell *cell);

#endif /* ISMT_LIVE_BATCHES_H */
