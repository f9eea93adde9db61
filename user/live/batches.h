/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batches.h - what tasks have counted and not yet added to their cells (struct ismt_batch).  The
 * counts of a cell are complete only together with its batches.
 */
#ifndef ISMT_LIVE_BATCHES_H
#define ISMT_LIVE_BATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "ismtrace.h"

struct batches {
	const union ismt_slot *slots;
	uint16_t first[ISMT_CELLS]; /* by cell: index + 1 of a slot with a batch of it; 0: none */
	uint16_t next
		[ISMT_SLOTS]; /* by slot: index + 1 of the next one for the same cell; 0: none */
};

/*
 * batches_look - see which slots have, or had last, a batch of which cell.  slots, ISMT_SLOTS of
 * them, are borrowed; the programs may write to them at any time.
 */
void batches_look(struct batches *batches, const union ismt_slot *slots);

/*
 * batches_read - copy a cell as it is now, with the batches that batches_look() saw for it.  index
 * is the cell's, below ISMT_CELLS.  No access is counted twice, and none that one call has
 * counted is missing in the next.  False: all the time a task was adding its batch to the
 * cell, or was interrupted while it did so; the copy is then to be thrown away.
 */
bool batches_read(const struct batches *batches, const struct ismt_cell *there, uint32_t index,
		  struct ismt_cell *cell);

#endif /* ISMT_LIVE_BATCHES_H */
