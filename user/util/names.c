// SPDX-License-Identifier: GPL-2.0-only
#include "util/names.h"

#include <stdlib.h>
#include <string.h>

struct names *names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->name = calloc(NAMES_MAX + 1, sizeof(*names->name));
	names->holders = 1;
	if (names->name && !slots_make(&names->slots, NAMES_MAX + 1))
		return names;
	names_drop(names);
	return NULL;
}

struct names *names_hold(struct names *names)
{
	names->holders++;
	return names;
}

void names_drop(struct names *names)
{
	size_t i;

	if (!names || --names->holders)
		return;
	for (i = 0; i < names->nr; i++)
		free(names->name[i]);
	free(names->name);
	slots_free(&names->slots);
	free(names);
}

static bool same(const void *table, size_t element, const void *key)
{
	const struct names *names = table;

	return !strcmp(names->name[element], key);
}

static uint32_t *slot_of(struct names *names, const char *name)
{
	return slots_find(&names->slots, hash_add_text(slots_hash(&names->slots), name), same,
			  names, name);
}

const char *names_get(struct names *names, const char *name)
{
	uint32_t *slot = slot_of(names, name);

	if (!*slot && names->nr >= NAMES_MAX) {
		name = NAMES_OTHERS;
		slot = slot_of(names, name);
	}
	if (*slot)
		return names->name[*slot - 1];
	names->name[names->nr] = strdup(name);
	if (!names->name[names->nr])
		return NULL;
	*slot = (uint32_t)++names->nr;
	return names->name[names->nr - 1];
}
