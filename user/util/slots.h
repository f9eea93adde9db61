/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slots.h - a hash index over the caller's array: open addressing, each slot holds the index of
 * an element, plus one.
 *
 * Others choose the names and numbers in a capture.  So a hash begins with the address of the
 * index (slots_hash()), which nobody can know beforehand, and no capture can be prepared in
 * which all keys fall into one slot.
 */
#ifndef ISMT_UTIL_SLOTS_H
#define ISMT_UTIL_SLOTS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct slots {
	uint32_t *slot;	 /* element + 1; 0 is free */
	size_t nr;	 /* a power of two, at least twice the elements */
	uint64_t probes; /* slots looked at, ever: what tests bound in place of time */
};

/* Make an empty index with room for `elements` elements, in place of the one there was.  0 or -ENOMEM. */
static inline int slots_make(struct slots *slots, size_t elements)
{
	size_t nr = 16;
	uint32_t *slot;

	while (nr < 2 * elements)
		nr *= 2;
	slot = calloc(nr, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	free(slots->slot);
	slots->slot = slot;
	slots->nr = nr;
	return 0;
}

static inline void slots_clear(struct slots *slots)
{
	if (slots->slot)
		memset(slots->slot, 0, slots->nr * sizeof(*slots->slot));
}

static inline void slots_free(struct slots *slots)
{
	free(slots->slot);
	slots->slot = NULL;
	slots->nr = 0;
}

/* What every hash begins with; slots_make() changes it. */
static inline uint64_t slots_hash(const struct slots *slots)
{
	return (uintptr_t)slots->slot;
}

static inline uint64_t hash_add(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

static inline uint64_t hash_add_text(uint64_t hash, const char *text)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; text[i]; i++) {
		word = word << 8 | (uint8_t)text[i];
		if (i % 8 == 7)
			hash = hash_add(hash, word);
	}
	return hash_add(hash, word ^ i << 56);
}

/*
 * slots_find - the slot that holds the element for which same() is true, or the free one where
 * it would go.  table and key are same()'s own.
 */
static inline uint32_t *slots_find(struct slots *slots, uint64_t hash,
				   bool (*same)(const void *table, size_t element, const void *key),
				   const void *table, const void *key)
{
	size_t i = hash & (slots->nr - 1);

	slots->probes++;
	while (slots->slot[i] && !same(table, slots->slot[i] - 1, key)) {
		i = (i + 1) & (slots->nr - 1);
		slots->probes++;
	}
	return &slots->slot[i];
}

#endif /* ISMT_UTIL_SLOTS_H */
