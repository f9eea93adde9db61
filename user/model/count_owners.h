/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count_owners.h - whose the rows of counts are: processes, or functions with the driver that
 * they were used through.  There is room for so many; the first one is all others together.
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
	/* Told apart from one with the same key that has gone to the others before. */
	uint64_t born;
	uint64_t active; /* when it was last added to: struct counts' tick */
	uint64_t weight; /* accesses, while it is decided who stays */
	uint32_t next;	 /* its number afterwards; 0: it goes to the others */
	bool came_back;	 /* a process that has gone before, and come back */
};

struct count_owners {
	struct count_owner *owner;
	size_t nr, max; /* the others, number 0, included */
	struct slots slots;
	uint64_t births;
};

/* Takes all its memory here.  0 or -ENOMEM; free it in either case. */
int owners_init(struct count_owners *owners, size_t max);
void owners_free(struct count_owners *owners);

/* All but the others are forgotten; who comes is born later than any of them. */
void owners_clear(struct count_owners *owners);

/* Both have the same max. */
void owners_copy(struct count_owners *to, const struct count_owners *from);

/* Its number; 0 if it is not there. */
uint32_t owners_find(struct count_owners *owners, const struct count_owner_key *key);

/* Likewise, made if need be; there has to be room.  The key's driver is borrowed. */
uint32_t owners_enter(struct count_owners *owners, const struct count_owner_key *key);

static inline bool owners_full(const struct count_owners *owners)
{
	return owners->nr == owners->max;
}

/* Everybody stays, for now; weights are 0. */
void owners_stay(struct count_owners *owners);

/*
 * owners_choose - the half that is worth most stays: who was active last, or if heavy, who weighs
 * most, and as many of those that were active at the tick `now` or the one before.  Process 0 always
 * does.
 */
void owners_choose(struct count_owners *owners, uint64_t now, bool heavy);

/* Only those stay who are in after, and were born there as they were here. */
void owners_choose_as(struct count_owners *owners, struct count_owners *after);

/* Who stays gets the number that it will have: `next`. */
void owners_number(struct count_owners *owners);

/* And they have gone. */
void owners_leave(struct count_owners *owners);

#endif /* ISMT_MODEL_COUNT_OWNERS_H */
