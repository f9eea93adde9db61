// SPDX-License-Identifier: GPL-2.0-only
#include "model/counts.h"
#include "model/region.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "model/counts_internal.h"

struct counts *counts_new(void)
{
	struct counts *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return NULL;
	counts->names = names_new();
	if (counts->names && !slots_make(&counts->slots, COUNT_ROWS) &&
	    !owners_init(&counts->processes, COUNT_PROCESSES + 1) &&
	    !owners_init(&counts->places, COUNT_PLACES + 1))
		return counts;
	counts_free(counts);
	return NULL;
}

void counts_free(struct counts *counts)
{
	if (!counts)
		return;
	gone_free(counts->gone);
	names_drop(counts->names);
	owners_free(&counts->processes);
	owners_free(&counts->places);
	slots_free(&counts->slots);
	free(counts->rows);
	free(counts);
}

void counts_clear(struct counts *counts)
{
	slots_clear(&counts->slots);
	owners_clear(&counts->processes);
	owners_clear(&counts->places);
	gone_free(counts->gone);
	counts->gone = NULL;
	counts->nr = 0;
	counts->nr_events = 0;
	memset(counts->first, 0, sizeof(counts->first));
	counts->folded = 0;
	counts->sharing = 0;
	counts->folded_places = 0;
	counts->filtered = 0;
	memset(&counts->lost, 0, sizeof(counts->lost));
}

static bool key_same(const struct count_key *a, const struct count_key *b)
{
	return a->fn == b->fn && a->pid == b->pid && a->region == b->region && a->op == b->op &&
	       (a->driver == b->driver || !strcmp(a->driver, b->driver));
}

static bool same(const void *table, size_t element, const void *key)
{
	return key_same(&((const struct counts *)table)->rows[element].key, key);
}

uint32_t *counts_slot(const struct counts *counts, const struct count_key *key)
{
	/* A look at it changes nothing but how many looks there were. */
	struct slots *slots = (struct slots *)&counts->slots;
	uint64_t hash = hash_add(slots_hash(slots), (uintptr_t)key->fn);

	hash = hash_add(hash, (uint64_t)key->pid << 32 | key->region << 1 | key->op);
	return slots_find(slots, hash_add_text(hash, key->driver), same, counts, key);
}

/* Room for so many rows. */
static int rows_room(struct counts *counts, size_t nr)
{
	size_t room = counts->room ? counts->room : 16;
	struct stats_row *rows;

	if (nr <= counts->room)
		return 0;
	while (room < nr)
		room *= 2;
	rows = reallocarray(counts->rows, room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	counts->rows = rows;
	counts->room = room;
	return 0;
}

static bool is_full(struct counts *counts, const struct count_owner_key *process,
		    const struct count_owner_key *place)
{
	return counts->nr == COUNT_ROWS ||
	       (owners_full(&counts->processes) && process->pid != COUNT_OTHERS &&
		!owners_find(&counts->processes, process)) ||
	       (owners_full(&counts->places) && place->fn != &function_others &&
		!owners_find(&counts->places, place));
}

static struct stats_row *touch(struct counts *counts, size_t number)
{
	struct stats_row *row = &counts->rows[number];

	counts->last = number;
	counts->processes.owner[row->process].active = counts->tick;
	counts->places.owner[row->place].active = counts->tick;
	return row;
}

/* The key's driver is one of our names. */
static struct stats_row *row_make(struct counts *counts, const struct count_key *key)
{
	struct count_owner_key process = { .pid = key->pid };
	struct count_owner_key place = { .fn = key->fn, .driver = key->driver };
	struct stats_row *row;

	if (is_full(counts, &process, &place))
		counts_fold(counts);
	if (rows_room(counts, counts->nr + 1))
		return NULL;
	row = &counts->rows[counts->nr];
	memset(row, 0, sizeof(*row));
	row->key = *key;
	row->process = key->pid == COUNT_OTHERS ? 0 : owners_enter(&counts->processes, &process);
	if (counts->gone && row->process)
		counts->processes.owner[row->process].came_back =
			gone_process(counts->gone, key->pid);
	row->place = key->fn == &function_others ? 0 : owners_enter(&counts->places, &place);
	*counts_slot(counts, &row->key) = (uint32_t)++counts->nr;
	return touch(counts, counts->nr - 1);
}

struct stats_row *counts_row(struct counts *counts, const struct count_key *key)
{
	struct count_key known = *key;
	uint32_t slot;

	if (counts->last < counts->nr && key_same(&counts->rows[counts->last].key, key))
		return touch(counts, counts->last);
	slot = *counts_slot(counts, key);
	if (slot)
		return touch(counts, slot - 1);
	/* If there are too many drivers, names_get() has another name for this one. */
	known.driver = names_get(counts->names, key->driver);
	if (!known.driver)
		return NULL;
	slot = *counts_slot(counts, &known);
	return slot ? touch(counts, slot - 1) : row_make(counts, &known);
}

const struct stats_row *counts_find(const struct counts *counts, const struct count_key *key)
{
	uint32_t slot = *counts_slot(counts, key);

	return slot ? &counts->rows[slot - 1] : NULL;
}

static struct stats_row *row_of(struct counts *counts, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	struct count_key key = {
		.fn = access->fn,
		.driver = access->driver,
		.pid = raw->pid,
		.region = region_clamp(raw->region),
		.op = raw->op,
	};
	struct stats_row *row = counts_row(counts, &key);

	if (row)
		memcpy(row->comm, raw->comm, sizeof(row->comm));
	return row;
}

int counts_findings(struct counts *counts, const struct access *access, uint32_t counted)
{
	struct stats_row *row;
	uint32_t set;

	if (!access->rules)
		return 0;
	row = row_of(counts, access);
	if (!row)
		return -ENOMEM;
	for (set = access->rules; set; set &= set - 1) {
		struct count_event *event = &counts->events[counts->nr_events++ % COUNT_EVENTS];

		event->rule = __builtin_ctz(set);
		event->access = *access;
		event->access.driver = row->key.driver;
		event->access.payload = NULL;
		event->access.payload_len = 0;
		if (!counts->first[event->rule].fn)
			counts->first[event->rule] = event->access;
		if (!(counted & RULE_BIT(event->rule)))
			row->findings[event->rule]++;
	}
	return 0;
}

int counts_access(struct counts *counts, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	const struct ismt_insns *insn = &raw->insn;
	uint64_t limit = rules_block_limit(access->fn), total = 0;
	struct stats_row *row = row_of(counts, access);
	unsigned int i;

	if (!row)
		return -ENOMEM;
	stats_access(&row->stats, raw);
	for (i = 0; i < ISMT_KINDS; i++)
		total += insn->n[i];
	if (insn->n[ISMT_PCISTB] && insn->n[ISMT_PCISTB] == total) {
		row->block_bytes += insn->bytes;
		/* Only the shortest and the longest of several blocks are known: if the shortest is full, all are. */
		if (insn->min == limit)
			row->full_bytes += insn->bytes;
		if (total == 1 && !insn->failed && access_is_one_block(raw, insn->max))
			row->one_block++;
	}
	return counts_findings(counts, access, 0);
}

int counts_copy(struct counts *to, const struct counts *from)
{
	size_t i;

	if (rows_room(to, from->nr))
		return -ENOMEM;
	counts_clear(to);
	names_drop(to->names);
	to->names = names_hold(from->names);
	owners_copy(&to->processes, &from->processes);
	owners_copy(&to->places, &from->places);
	if (from->nr)
		memcpy(to->rows, from->rows, from->nr * sizeof(*to->rows));
	to->nr = from->nr;
	for (i = 0; i < to->nr; i++)
		*counts_slot(to, &to->rows[i].key) = (uint32_t)i + 1;
	to->ts = from->ts;
	to->tick = from->tick;
	to->folds = from->folds;
	to->heavy = from->heavy;
	memcpy(to->events, from->events, sizeof(to->events));
	memcpy(to->first, from->first, sizeof(to->first));
	to->nr_events = from->nr_events;
	to->folded = from->folded;
	to->sharing = from->sharing;
	to->folded_places = from->folded_places;
	to->filtered = from->filtered;
	to->lost = from->lost;
	return 0;
}
