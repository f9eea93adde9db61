/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count_owners.h - whose the rows of struct counts are: a table of processes, or of functions
 * with the driver that they were used through.  A table has room for a fixed number; number 0
 * stands for all others together.
 */
#ifndef ISMT_MODEL_COUNT_OWNERS_H
#define ISMT_MODEL_COUNT_OWNERS_H

#include "model/access.h"
#include "util/slots.h"

struct count_owner_key {
	const struct function *fn; /* NULL: a process */
	const char *driver;
	uint32_t pid;
};

struct count_owner {
	struct count_owner_key key;
	/* A serial number: one with the same key that was folded before had another. */
	uint64_t born;
	uint64_t active; /* the tick of struct counts at which it was last added to */
	uint64_t weight; /* accesses; only used while it is decided who stays */
	uint32_t next;	 /* its number after folding; 0: it goes to the others */
	bool came_back;	 /* a process that was folded before, and is here again */
};

struct count_owners {
	struct count_owner *owner;
	size_t nr, max; /* in use, and the most; number 0, the others, included */
	struct slots slots;
	uint64_t births; /* the last `born` given */
};

/* Allocates all memory that the table will ever need.  0 or -ENOMEM; free it in either case. */
int owners_init(struct count_owners *owners, size_t max);
void owners_free(struct count_owners *owners);

/* Forget all but the others.  `born` goes on counting. */
void owners_clear(struct count_owners *owners);

/* Make `to` a copy of `from`; both have the same max. */
void owners_copy(struct count_owners *to, const struct count_owners *from);

/* The number of the key's owner; 0 if it is not in the table. */
uint32_t owners_find(struct count_owners *owners, const struct count_owner_key *key);

/* The number of the key's owner, added if need be; the table must not be full.  key->driver is borrowed. */
uint32_t owners_enter(struct count_owners *owners, const struct count_owner_key *key);

static inline bool owners_full(const struct count_owners *owners)
{
	return owners->nr == owners->max;
}

/* Folding, step 1: everybody stays so far, and weights are 0. */
void owners_stay(struct count_owners *owners);

/*
 * owners_choose - step 2: only one half of them stays.  If not heavy, those who were active last;
 * if heavy, those who weigh most, and as many of those who were active at the tick `now` or
 * the one before.  Process 0, which stands for tasks outside the PID namespace, always stays.
 */
void owners_choose(struct count_owners *owners, uint64_t now, bool heavy);

/* Step 2 for an earlier copy: only those stay who are in `after`, too, with the same `born`. */
void owners_choose_as(struct count_owners *owners, struct count_owners *after);

/* Step 3: set `next` of those who stay to the number that they will have. */
void owners_number(struct count_owners *owners);

/* Step 4: remove those who do not stay. */
void owners_leave(struct count_owners *owners);

#endif /* ISMT_MODEL_COUNT_OWNERS_H */
