// SPDX-License-Identifier: GPL-2.0-only
#include "pending.h"

#include <stdlib.h>

bool pending_add(struct pending *pending, const struct insn *insn)
{
	struct insn *insns;
	size_t room;

	if (pending->nr == pending->room) {
		room = pending->room ? 2 * pending->room : 64;
		if (room > PENDING_MAX)
			return false;
		insns = reallocarray(pending->insns, room, sizeof(*insns));
		if (!insns)
			return false;
		pending->insns = insns;
		pending->room = room;
	}
	pending->insns[pending->nr++] = *insn;
	return true;
}

bool pending_is(const struct insn *insn, const struct access *access,
		enum pending_match match)
{
	if (insn->raw.tid != access->raw.tid)
		return false;
	return (insn->ts < access->ts) == (match == PENDING_BEFORE);
}

void pending_drop(struct pending *pending, uint32_t tid)
{
	size_t i, kept = 0;

	for (i = 0; i < pending->nr; i++) {
		if (pending->insns[i].raw.tid == tid)
			continue;
		if (kept != i)
			pending->insns[kept] = pending->insns[i];
		kept++;
	}
	pending->nr = kept;
}

void pending_free(struct pending *pending)
{
	free(pending->insns);
	pending->insns = NULL;
	pending->nr = 0;
	pending->room = 0;
}
