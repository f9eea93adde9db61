// SPDX-License-Identifier: GPL-2.0-only
#include "model/totals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct table_key) == sizeof(void *) + sizeof(uint64_t) + ISMT_COMM_LEN,
	       "keys are compared as memory");

int table_init(struct table *table, size_t limit, enum table_sort sort)
{
	memset(table, 0, sizeof(*table));
	table->limit = limit;
	table->sort = sort;
	table->rows = malloc(limit * sizeof(*table->rows));
	return table->rows ? slots_make(&table->slots, limit) : -ENOMEM;
}

void table_free(struct table *table)
{
	free(table->rows);
	slots_free(&table->slots);
}

void totals_add(struct totals *sum, const struct totals *part)
{
	sum->accesses += part->accesses;
	sum->bytes += part->bytes;
	sum->errors += part->errors;
	sum->insns += part->insns;
	sum->failed += part->failed;
	sum->findings += part->findings;
	sum->latency_ns += part->latency_ns;
	if (part->latency_max > sum->latency_max)
		sum->latency_max = part->latency_max;
}

static bool same(const void *table, size_t element, const void *key)
{
	return !memcmp(&((const struct table *)table)->rows[element].key, key,
		       sizeof(struct table_key));
}

/* The slot that holds the key, or the free one where it would go. */
static uint32_t *slot_find(struct table *table, const struct table_key *key)
{
	uint64_t hash = slots_hash(&table->slots), name[2];

	memcpy(name, key->name, sizeof(name));
	hash = hash_add(hash, (uintptr_t)key->fn);
	hash = hash_add(hash, key->number);
	hash = hash_add(hash, name[0]);
	hash = hash_add(hash, name[1]);
	return slots_find(&table->slots, hash, same, table, key);
}

static void index_rebuild(struct table *table)
{
	size_t i;

	slots_clear(&table->slots);
	for (i = 0; i < table->nr; i++)
		*slot_find(table, &table->rows[i].key) = (uint32_t)i + 1;
	table->last = 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* The same for whatever order the rows are in, so that output is repeatable. */
static int compare_keys(const struct table_key *a, const struct table_key *b)
{
	int order = a->fn && b->fn ? strcmp(a->fn->address, b->fn->address) : 0;

	if (!order && a->fn && b->fn)
		order = compare(b->fn->k.fid, a->fn->k.fid);
	if (!order)
		order = compare(b->number, a->number);
	return order ? order : memcmp(a->name, b->name, sizeof(a->name));
}

static int compare_rows(const struct table_row *a, const struct table_row *b, enum table_sort sort)
{
	const struct totals *ta = &a->totals, *tb = &b->totals;
	int order = 0;

	switch (sort) {
	case SORT_COUNT:
		break;
	case SORT_BYTES:
		order = compare(ta->bytes, tb->bytes);
		break;
	case SORT_ERRORS:
		order = compare(ta->errors, tb->errors);
		if (!order)
			order = compare(ta->failed, tb->failed);
		break;
	case SORT_FINDINGS:
		order = compare(ta->findings, tb->findings);
		break;
	}
	if (!order)
		order = compare(ta->accesses, tb->accesses);
	return order ? order : compare_keys(&a->key, &b->key);
}

#define COMPARE(sort)                                           \
	static int compare_##sort(const void *a, const void *b) \
	{                                                       \
		return compare_rows(a, b, sort);                \
	}
COMPARE(SORT_COUNT)
COMPARE(SORT_BYTES)
COMPARE(SORT_ERRORS)
COMPARE(SORT_FINDINGS)

void table_order(struct table *table)
{
	static int (*const by[])(const void *, const void *) = {
		[SORT_COUNT] = compare_SORT_COUNT,
		[SORT_BYTES] = compare_SORT_BYTES,
		[SORT_ERRORS] = compare_SORT_ERRORS,
		[SORT_FINDINGS] = compare_SORT_FINDINGS,
	};

	qsort(table->rows, table->nr, sizeof(*table->rows), by[table->sort]);
	index_rebuild(table);
}

static void fold(struct table *table)
{
	size_t keep = table->limit / 2, i;
	uint64_t most = 0;

	table_order(table);
	for (i = keep; i < table->nr; i++) {
		struct table_row *row = &table->rows[i];

		totals_add(&table->others, &row->totals);
		if (row->totals.accesses > most)
			most = row->totals.accesses;
	}
	table->folded += table->nr - keep;
	table->missed += most;
	table->nr = keep;
	index_rebuild(table);
}

void table_add(struct table *table, const struct table_key *key, const struct totals *totals)
{
	struct table_row *row;
	uint32_t *slot;

	if (table->last < table->nr) {
		row = &table->rows[table->last];
		if (!memcmp(&row->key, key, sizeof(*key))) {
			totals_add(&row->totals, totals);
			return;
		}
	}
	slot = slot_find(table, key);
	if (!*slot) {
		if (table->nr == table->limit) {
			fold(table);
			slot = slot_find(table, key);
		}
		row = &table->rows[table->nr];
		row->key = *key;
		memset(&row->totals, 0, sizeof(row->totals));
		row->missed = table->missed;
		*slot = (uint32_t)++table->nr;
	}
	table->last = *slot - 1;
	totals_add(&table->rows[table->last].totals, totals);
}
