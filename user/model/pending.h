/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pending.h - instructions whose access is not over yet.  The kernel tells of
 * an instruction when it ends and of its access after that, but they are shown
 * under it.
 */
#ifndef ISMT_MODEL_PENDING_H
#define ISMT_MODEL_PENDING_H

#include <stddef.h>

#include "model/access.h"

/*
 * More than these, as of one huge fragmented write, are not kept; where others were dropped, so
 * many places may not be free yet that it is a quarter less.
 */
#define PENDING_MAX 16384
/* Tasks by their thread id; a power of two. */
#define PENDING_BUCKETS 4096

struct pending_insn {
	struct insn insn;
	uint32_t next; /* of the same bucket: place + 1; 0: the last one */
	bool gone;     /* it was dropped, and its place is not free yet */
};

/* Starts as zeros. */
struct pending {
	struct pending_insn *insns; /* in the order in which they came */
	size_t nr, room;
	size_t live;		/* that have not gone */
	uint32_t *first, *last; /* by bucket: place + 1; 0: there is none */
	uint64_t looks;		/* at instructions, ever: a measure that is no clock */
};

/* Copies it; false if there are too many or there is no memory. */
bool pending_add(struct pending *pending, const struct insn *insn);

enum pending_match { PENDING_BEFORE, PENDING_INSIDE };

/*
 * pending_next - the next instruction after *at, which is NULL for the first, that belongs to
 * the task of the access, and was begun before it (of an access that is not in the trace) or in
 * it.  NULL if there is none; good until one is added or dropped.
 */
const struct insn *pending_next(struct pending *pending, const struct insn *at,
				const struct access *access, enum pending_match match);

/* The same over all instructions, whosever they are. */
const struct insn *pending_any(struct pending *pending, const struct insn *at);

/* Drops all instructions of the task, or of all. */
void pending_drop(struct pending *pending, uint32_t tid);
void pending_drop_all(struct pending *pending);

void pending_free(struct pending *pending);

#endif /* ISMT_MODEL_PENDING_H */
