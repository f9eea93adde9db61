// SPDX-License-Identifier: GPL-2.0-only
#include "model/count_owners.h"

#include <errno.h>

/* Stays, and its number is not known yet. */
#define STAYS 1

int owners_init(struct count_owners *owners, size_t max)
{
	memset(owners, 0, sizeof(*owners));
	owners->max = max;
	owners->nr = 1;
	owners->owner = calloc(max, sizeof(*owners->owner));
	if (!owners->owner)
		return -ENOMEM;
	return slots_make(&owners->slots, max);
}

void owners_free(struct count_owners *owners)
{
	free(owners->owner);
	slots_free(&owners->slots);
}

void owners_clear(struct count_owners *owners)
{
	slots_clear(&owners->slots);
	owners->nr = 1;
}

static bool same(const void *table, size_t element, const void *key)
{
	const struct count_owner_key *a = &((const struct count_owners *)table)->owner[element].key;
	const struct count_owner_key *b = key;

	return a->fn == b->fn && a->pid == b->pid &&
	       (a->driver == b->driver ||
		(a->driver && b->driver && !strcmp(a->driver, b->driver)));
}

static uint32_t *slot_of(struct count_owners *owners, const struct count_owner_key *key)
{
	uint64_t hash = hash_add(slots_hash(&owners->slots), (uintptr_t)key->fn ^ key->pid);

	if (key->driver)
		hash = hash_add_text(hash, key->driver);
	return slots_find(&owners->slots, hash, same, owners, key);
}

static void index_rebuild(struct count_owners *owners)
{
	size_t i;

	slots_clear(&owners->slots);
	for (i = 1; i < owners->nr; i++)
		*slot_of(owners, &owners->owner[i].key) = (uint32_t)i + 1;
}

void owners_copy(struct count_owners *to, const struct count_owners *from)
{
	memcpy(to->owner, from->owner, from->nr * sizeof(*to->owner));
	to->nr = from->nr;
	to->births = from->births;
	index_rebuild(to);
}

uint32_t owners_find(struct count_owners *owners, const struct count_owner_key *key)
{
	uint32_t slot = *slot_of(owners, key);

	return slot ? slot - 1 : 0;
}

uint32_t owners_enter(struct count_owners *owners, const struct count_owner_key *key)
{
	uint32_t *slot = slot_of(owners, key);
	struct count_owner *owner;

	if (*slot)
		return *slot - 1;
	owner = &owners->owner[owners->nr++];
	memset(owner, 0, sizeof(*owner));
	owner->key = *key;
	owner->born = ++owners->births;
	*slot = (uint32_t)owners->nr;
	return *slot - 1;
}

void owners_stay(struct count_owners *owners)
{
	size_t i;

	for (i = 0; i < owners->nr; i++) {
		owners->owner[i].weight = 0;
		owners->owner[i].next = STAYS;
	}
}

/* Order by worth, the highest first; equals by number, the lowest first. */
struct rank {
	uint64_t first, second;
	uint32_t number;
};

static int compare(const void *pa, const void *pb)
{
	const struct rank *a = pa, *b = pb;

	if (a->first != b->first)
		return a->first > b->first ? -1 : 1;
	if (a->second != b->second)
		return a->second > b->second ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static void rank_all(const struct count_owners *owners, struct rank *ranks, uint64_t now,
		     bool heavy)
{
	size_t i, nr = owners->nr - 1, half = nr / 4;

	for (i = 0; i < nr; i++) {
		ranks[i].first = heavy ? 0 : owners->owner[i + 1].active;
		ranks[i].second = owners->owner[i + 1].weight;
		ranks[i].number = (uint32_t)i + 1;
	}
	qsort(ranks, nr, sizeof(*ranks), compare);
	if (!heavy)
		return;
	/* Half of the places are for those that weigh most, and half for who is active. */
	for (i = half; i < nr; i++)
		ranks[i].first = owners->owner[ranks[i].number].active + 1 >= now;
	qsort(ranks + half, nr - half, sizeof(*ranks), compare);
}

/* Processes without a number of ours, which are told of apart: counts_summary(). */
static bool is_outside(const struct count_owner_key *key)
{
	return !key->fn && !key->pid;
}

void owners_choose(struct count_owners *owners, uint64_t now, bool heavy)
{
	size_t i, nr = owners->nr - 1, keep = nr / 2;
	struct rank *ranks = calloc(nr + 1, sizeof(*ranks));

	if (ranks)
		rank_all(owners, ranks, now, heavy);
	/* Without memory those that came first stay, which is as good as needs be. */
	for (i = keep; i < nr; i++) {
		struct count_owner *owner = &owners->owner[ranks ? ranks[i].number : i + 1];

		if (!is_outside(&owner->key))
			owner->next = 0;
	}
	free(ranks);
}

void owners_choose_as(struct count_owners *owners, struct count_owners *after)
{
	uint32_t there;
	size_t i;

	for (i = 1; i < owners->nr; i++) {
		there = owners_find(after, &owners->owner[i].key);
		if (!there || after->owner[there].born != owners->owner[i].born)
			owners->owner[i].next = 0;
	}
}

void owners_number(struct count_owners *owners)
{
	size_t i, nr = 1;

	for (i = 1; i < owners->nr; i++)
		if (owners->owner[i].next)
			owners->owner[i].next = (uint32_t)nr++;
	owners->owner[0].next = 0;
}

void owners_leave(struct count_owners *owners)
{
	size_t i, nr = 1;

	for (i = 1; i < owners->nr; i++)
		if (owners->owner[i].next)
			owners->owner[nr++] = owners->owner[i];
	owners->nr = nr;
	index_rebuild(owners);
}
