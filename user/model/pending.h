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
 * The most instructions that are kept, which one huge fragmented write can exceed.  Up to a quarter
 * of the entries may belong to instructions that were dropped and are not reused yet.
 */
#define PENDING_MAX 16384
/* Tasks by their thread id; a power of two. */
#define PENDING_BUCKETS 4096

struct pending_insn {
	struct insn insn;
	uint32_t next; /* index + 1 of the next one in the same bucket; 0: none */
	bool gone;     /* it was dropped, and the entry is not reused yet */
};

/* Starts as zeros. */
struct pending {
	struct pending_insn *insns; /* in the order in which they came */
	size_t nr, room;
	size_t live;		/* entries that are not gone */
	uint32_t *first, *last; /* by bucket: index + 1 of an entry; 0: none */
	uint64_t looks;		/* entries looked at, ever: what a test bounds in place of time */
};

/* Keep a copy of the instruction; false if there are too many or there is no memory. */
bool pending_add(struct pending *pending, const struct insn *insn);

enum pending_match { PENDING_BEFORE, PENDING_INSIDE };

/*
 * pending_next - the next instruction after `at` (NULL: the first one) of the access's task that
 * was begun before the access, as part of one that is not in the trace, or inside it.  NULL if
 * there is none; good until an instruction is added or dropped.
 */
const struct insn *pending_next(struct pending *pending, const struct insn *at,
				const struct access *access, enum pending_match match);

/* The next instruction after `at` (NULL: the first one) of any task. */
const struct insn *pending_any(struct pending *pending, const struct insn *at);

/* Drop all instructions of one task, or of all tasks. */
void pending_drop(struct pending *pending, uint32_t tid);
void pending_drop_all(struct pending *pending);

void pending_free(struct pending *pending);

#endif /* ISMT_MODEL_PENDING_H */
