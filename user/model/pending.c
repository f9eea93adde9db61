// SPDX-License-Identifier: GPL-2.0-only
#include "model/pending.h"

#include <stdlib.h>
#include <string.h>

#include "util/slots.h"

/* Places are given free when so many of them are of what has gone. */
#define GONE_MANY(nr) ((nr) / 4)

/* Thread ids are whatever a capture says; where the table lies is not. */
static size_t bucket_of(const struct pending *pending, uint32_t tid)
{
	return hash_add((uintptr_t)pending->first, tid) & (PENDING_BUCKETS - 1);
}

static bool prepare(struct pending *pending)
{
	if (!pending->first)
		pending->first = calloc(PENDING_BUCKETS, sizeof(*pending->first));
	if (!pending->last)
		pending->last = calloc(PENDING_BUCKETS, sizeof(*pending->last));
	return pending->first && pending->last;
}

static void append(struct pending *pending, size_t place)
{
	struct pending_insn *one = &pending->insns[place];
	size_t bucket = bucket_of(pending, one->insn.raw.tid);

	one->next = 0;
	if (pending->first[bucket])
		pending->insns[pending->last[bucket] - 1].next = (uint32_t)place + 1;
	else
		pending->first[bucket] = (uint32_t)place + 1;
	pending->last[bucket] = (uint32_t)place + 1;
}

static void forget_buckets(struct pending *pending)
{
	memset(pending->first, 0, PENDING_BUCKETS * sizeof(*pending->first));
	memset(pending->last, 0, PENDING_BUCKETS * sizeof(*pending->last));
}

/* Without those that have gone. */
static void compact(struct pending *pending)
{
	size_t i, nr = pending->nr;

	forget_buckets(pending);
	pending->nr = 0;
	for (i = 0; i < nr; i++) {
		if (pending->insns[i].gone)
			continue;
		if (i != pending->nr)
			pending->insns[pending->nr] = pending->insns[i];
		append(pending, pending->nr++);
	}
}

static bool grow(struct pending *pending)
{
	size_t room = pending->room ? 2 * pending->room : 64;
	struct pending_insn *insns;

	if (room > PENDING_MAX)
		return false;
	insns = reallocarray(pending->insns, room, sizeof(*insns));
	if (!insns)
		return false;
	pending->insns = insns;
	pending->room = room;
	return true;
}

bool pending_add(struct pending *pending, const struct insn *insn)
{
	if (!prepare(pending))
		return false;
	if (pending->nr == pending->room) {
		if (pending->nr && pending->nr - pending->live >= GONE_MANY(pending->nr))
			compact(pending);
		else if (!grow(pending))
			return false;
	}
	pending->insns[pending->nr] = (struct pending_insn){ .insn = *insn };
	append(pending, pending->nr++);
	pending->live++;
	return true;
}

static struct pending_insn *entry_of(const struct insn *insn)
{
	return (struct pending_insn *)((char *)insn - offsetof(struct pending_insn, insn));
}

static bool is(const struct insn *insn, const struct access *access, enum pending_match match)
{
	if (insn->raw.tid != access->raw.tid)
		return false;
	return (insn->ts < access->ts) == (match == PENDING_BEFORE);
}

const struct insn *pending_next(struct pending *pending, const struct insn *at,
				const struct access *access, enum pending_match match)
{
	uint32_t next = at ? entry_of(at)->next : 0;

	if (!pending->live)
		return NULL;
	if (!at)
		next = pending->first[bucket_of(pending, access->raw.tid)];
	for (; next; next = pending->insns[next - 1].next) {
		pending->looks++;
		if (is(&pending->insns[next - 1].insn, access, match))
			return &pending->insns[next - 1].insn;
	}
	return NULL;
}

const struct insn *pending_any(struct pending *pending, const struct insn *at)
{
	size_t i = at ? (size_t)(entry_of(at) - pending->insns) + 1 : 0;

	for (; i < pending->nr; i++)
		if (!pending->insns[i].gone)
			return &pending->insns[i].insn;
	return NULL;
}

void pending_drop(struct pending *pending, uint32_t tid)
{
	struct pending_insn *one;
	uint32_t *link, place;
	size_t bucket;

	if (!pending->live)
		return;
	bucket = bucket_of(pending, tid);
	link = &pending->first[bucket];
	pending->last[bucket] = 0;
	while (*link) {
		place = *link;
		one = &pending->insns[place - 1];
		pending->looks++;
		if (one->insn.raw.tid == tid) {
			*link = one->next;
			one->gone = true;
			pending->live--;
		} else {
			pending->last[bucket] = place;
			link = &one->next;
		}
	}
	/* Nearly always. */
	if (!pending->live)
		pending->nr = 0;
}

void pending_drop_all(struct pending *pending)
{
	if (pending->nr)
		forget_buckets(pending);
	pending->nr = 0;
	pending->live = 0;
}

void pending_free(struct pending *pending)
{
	free(pending->insns);
	free(pending->first);
	free(pending->last);
	memset(pending, 0, sizeof(*pending));
}
