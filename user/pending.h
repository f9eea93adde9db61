/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pending.h - instructions whose access is not over yet.  The kernel tells of
 * an instruction when it ends and of its access after that, but they are shown
 * under it.
 */
#ifndef ISMT_PENDING_H
#define ISMT_PENDING_H

#include <stddef.h>

#include "access.h"

/* More than these, as of one huge fragmented write, are not kept. */
#define PENDING_MAX	16384

struct pending {
	struct insn *insns;	/* in the order in which they came */
	size_t nr, room;
};

/* Copies it; false if there are too many or there is no memory. */
bool pending_add(struct pending *pending, const struct insn *insn);

enum pending_match { PENDING_BEFORE, PENDING_INSIDE };

/*
 * pending_is - whether an instruction belongs to the task of the access, and
 * was begun before it (of an access that is not in the trace) or in it.
 */
bool pending_is(const struct insn *insn, const struct access *access, enum pending_match match);

/* Drops all instructions of the task. */
void pending_drop(struct pending *pending, uint32_t tid);

void pending_free(struct pending *pending);

#endif /* ISMT_PENDING_H */
