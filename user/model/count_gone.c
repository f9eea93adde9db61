// SPDX-License-Identifier: GPL-2.0-only
#include "model/count_gone.h"

#include <stdlib.h>

struct count_gone *gone_new(void)
{
	struct count_gone *gone = calloc(1, sizeof(*gone));

	if (!gone || !owners_init(&gone->places, GONE_PLACES + 1))
		return gone;
	gone_free(gone);
	return NULL;
}

void gone_free(struct count_gone *gone)
{
	if (gone)
		owners_free(&gone->places);
	free(gone);
}

bool gone_process(const struct count_gone *gone, uint32_t pid)
{
	return pid < GONE_PIDS && gone->pid[pid / 64] >> pid % 64 & 1;
}

static bool is_new(struct count_gone *gone, const struct count_owner_key *key)
{
	if (key->fn) {
		if (owners_find(&gone->places, key))
			return false;
		if (!owners_full(&gone->places))
			owners_enter(&gone->places, key);
		return true;
	}
	if (gone_process(gone, key->pid))
		return false;
	if (key->pid < GONE_PIDS)
		gone->pid[key->pid / 64] |= 1ULL << key->pid % 64;
	return true;
}

size_t gone_note(struct count_gone *gone, const struct count_owners *owners)
{
	size_t i, nr = 0;

	for (i = 1; i < owners->nr; i++)
		if (!owners->owner[i].next)
			nr += !gone || is_new(gone, &owners->owner[i].key);
	return nr;
}
