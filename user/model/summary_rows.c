// SPDX-License-Identifier: GPL-2.0-only
/*
 * summary_rows.c - the rows and functions of a summary: found by hash, and as many rows as there
 * is room for.
 */
#include "model/summary_rows.h"

#include <stdlib.h>
#include <string.h>

#include "model/region.h"

struct row_key {
	const struct function *fn;
	const char *driver;
	uint32_t region;
	uint8_t op;
};

struct summary *summary_new(void)
{
	return calloc(1, sizeof(struct summary));
}

void summary_free(struct summary *summary)
{
	if (!summary)
		return;
	free(summary->rows);
	free(summary->functions);
	slots_free(&summary->row_slots);
	slots_free(&summary->function_slots);
	names_drop(summary->names);
	free(summary);
}

/* Doubles an array when its length is a power of two, so no size is kept. */
static void *array_grow(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return reallocarray(array, nr ? 2 * nr : 1, size);
}

/* --- Functions. */

static bool function_is(const void *table, size_t element, const void *key)
{
	return ((const struct summary *)table)->functions[element].fn == key;
}

static uint32_t *function_slot(struct summary *summary, const struct function *fn)
{
	uint64_t hash = hash_add(slots_hash(&summary->function_slots), (uintptr_t)fn);

	return slots_find(&summary->function_slots, hash, function_is, summary, fn);
}

static int function_index(struct summary *summary, size_t room)
{
	size_t i;

	if (2 * room <= summary->function_slots.nr)
		slots_clear(&summary->function_slots);
	else if (slots_make(&summary->function_slots, 2 * room))
		return -ENOMEM;
	for (i = 0; i < summary->nr_functions; i++)
		*function_slot(summary, summary->functions[i].fn) = (uint32_t)i + 1;
	return 0;
}

static void function_found(struct summary *summary, size_t i)
{
	if (summary->last_function != i)
		summary->last_shape = 0;
	summary->last_function = i;
}

struct summary_function *summary_function(struct summary *summary, const struct function *fn)
{
	struct summary_function *f = summary->functions;
	size_t i = summary->last_function, nr = summary->nr_functions;
	uint32_t slot;

	if (i < nr && f[i].fn == fn)
		return &f[i];
	if (2 * (nr + 1) > summary->function_slots.nr && function_index(summary, nr + 1))
		return NULL;
	slot = *function_slot(summary, fn);
	if (slot) {
		function_found(summary, slot - 1);
		return &f[slot - 1];
	}
	f = array_grow(f, nr, sizeof(*f));
	if (!f)
		return NULL;
	summary->functions = f;
	memset(&f[nr], 0, sizeof(f[nr]));
	f[nr].fn = fn;
	*function_slot(summary, fn) = (uint32_t)++summary->nr_functions;
	function_found(summary, nr);
	return &f[nr];
}

int summary_add_instructions(struct summary *summary, const struct summary *part)
{
	struct summary_function *f;
	unsigned int k;
	size_t i;

	for (i = 0; i < part->nr_functions; i++) {
		f = summary_function(summary, part->functions[i].fn);
		if (!f)
			return -ENOMEM;
		for (k = 0; k < ISMT_KINDS; k++)
			f->inside[k] += part->functions[i].inside[k];
		f->inside_failed += part->functions[i].inside_failed;
	}
	return 0;
}

/* --- Rows. */

static bool row_is(const struct summary_row *row, const struct row_key *key)
{
	return row->fn == key->fn && row->region == key->region && row->op == key->op &&
	       (row->driver == key->driver || !strcmp(row->driver, key->driver));
}

static bool same(const void *table, size_t element, const void *key)
{
	return row_is(&((const struct summary *)table)->rows[element], key);
}

static uint32_t *row_slot(struct summary *summary, const struct row_key *key)
{
	uint64_t hash = hash_add(slots_hash(&summary->row_slots), (uintptr_t)key->fn);

	hash = hash_add(hash, (uint64_t)key->region << 1 | key->op);
	return slots_find(&summary->row_slots, hash_add_text(hash, key->driver), same, summary,
			  key);
}

static struct row_key key_of(const struct summary_row *row)
{
	return (struct row_key){ row->fn, row->driver, row->region, row->op };
}

static int row_index(struct summary *summary, size_t room)
{
	struct row_key key;
	size_t i;

	if (2 * room <= summary->row_slots.nr)
		slots_clear(&summary->row_slots);
	else if (slots_make(&summary->row_slots, 2 * room))
		return -ENOMEM;
	for (i = 0; i < summary->nr_rows; i++) {
		key = key_of(&summary->rows[i]);
		*row_slot(summary, &key) = (uint32_t)i + 1;
	}
	return 0;
}

/* Rows by what they weigh: the others' first, which stay, and of what is alike what came first. */
static int compare_weights(const void *pa, const void *pb)
{
	const struct summary_row *const *a = pa, *const *b = pb;
	bool x = (*a)->fn == &function_others, y = (*b)->fn == &function_others;

	if (x != y)
		return x ? -1 : 1;
	if ((*a)->stats.accesses != (*b)->stats.accesses)
		return (*a)->stats.accesses > (*b)->stats.accesses ? -1 : 1;
	return *a < *b ? -1 : 1;
}

/* The key is another's from now on, unless there is one that has it: then it has the row, too. */
static void row_fold(struct summary *summary, struct summary_row *row, uint64_t *most)
{
	if (row->stats.accesses > *most)
		*most = row->stats.accesses;
	row->fn = &function_others;
	row->driver = NAMES_OTHERS;
	row->folded = 1;
	row->missed = 0;
	summary->folded++;
}

/* Close up after folding: the rows that stay, and of the others one for each region and direction. */
static void rows_compact(struct summary *summary)
{
	struct summary_row *rows = summary->rows;
	size_t i, nr = 0;
	struct row_key key;
	uint32_t *slot;

	slots_clear(&summary->row_slots);
	for (i = 0; i < summary->nr_rows; i++) {
		key = key_of(&rows[i]);
		slot = row_slot(summary, &key);
		if (*slot) {
			stats_add(&rows[*slot - 1].stats, &rows[i].stats);
			rows[*slot - 1].folded += rows[i].folded;
			continue;
		}
		if (i != nr)
			rows[nr] = rows[i];
		*slot = (uint32_t)++nr;
	}
	summary->nr_rows = nr;
	summary->last_row = 0;
	summary->last_shape = 0;
}

static int rows_fold(struct summary *summary)
{
	struct summary_row **order = calloc(summary->nr_rows, sizeof(*order));
	uint64_t most = 0;
	size_t i;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < summary->nr_rows; i++)
		order[i] = &summary->rows[i];
	qsort(order, summary->nr_rows, sizeof(*order), compare_weights);
	for (i = SUMMARY_ROWS / 2; i < summary->nr_rows; i++)
		row_fold(summary, order[i], &most);
	free(order);
	summary->missed += most;
	rows_compact(summary);
	return 0;
}

static struct summary_row *row_found(struct summary *summary, size_t i)
{
	summary->last_row = i;
	summary->last_shape = 0;
	return &summary->rows[i];
}

/* Room for one more, in the array and in the index, and a name for its driver. */
static int row_room(struct summary *summary, struct row_key *key)
{
	struct summary_row *rows;

	if (summary->nr_rows >= SUMMARY_ROWS && rows_fold(summary))
		return -ENOMEM;
	rows = array_grow(summary->rows, summary->nr_rows, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	summary->rows = rows;
	if (!summary->names)
		summary->names = names_new();
	/* The caller's may go with the function table's next update. */
	key->driver = summary->names ? names_get(summary->names, key->driver) : NULL;
	return key->driver ? 0 : -ENOMEM;
}

struct summary_row *summary_row(struct summary *summary, const struct function *fn,
				const char *driver, uint32_t region, uint8_t op)
{
	struct row_key key = { fn, driver, region_clamp(region), op };
	size_t i = summary->last_row;
	struct summary_row *row;
	uint32_t slot;

	if (i < summary->nr_rows && row_is(&summary->rows[i], &key))
		return &summary->rows[i];
	if (2 * (summary->nr_rows + 1) > summary->row_slots.nr &&
	    row_index(summary, summary->nr_rows + 1))
		return NULL;
	slot = *row_slot(summary, &key);
	if (slot)
		return row_found(summary, slot - 1);
	if (row_room(summary, &key))
		return NULL;
	/* If there are too many drivers, names_get() has another name for this one. */
	slot = *row_slot(summary, &key);
	if (slot)
		return row_found(summary, slot - 1);
	row = &summary->rows[summary->nr_rows];
	memset(row, 0, sizeof(*row));
	row->fn = key.fn;
	row->driver = key.driver;
	row->region = key.region;
	row->op = key.op;
	row->missed = summary->missed;
	*row_slot(summary, &key) = (uint32_t)++summary->nr_rows;
	return row_found(summary, summary->nr_rows - 1);
}

/* --- Order. */

static int function_compare(const struct function *a, const struct function *b)
{
	int order = (a == &function_others) - (b == &function_others);

	if (!order)
		order = strcmp(a->address, b->address);
	if (order)
		return order;
	return (a->k.fid > b->k.fid) - (a->k.fid < b->k.fid);
}

static int row_compare(const void *pa, const void *pb)
{
	const struct summary_row *a = pa, *b = pb;
	int order = function_compare(a->fn, b->fn);

	if (order)
		return order;
	if (a->region != b->region)
		return a->region < b->region ? -1 : 1;
	if (a->op != b->op)
		return a->op < b->op ? -1 : 1;
	return strcmp(a->driver, b->driver);
}

static int functions_compare(const void *pa, const void *pb)
{
	const struct summary_function *a = pa, *b = pb;

	return function_compare(a->fn, b->fn);
}

void summary_sort(struct summary *summary)
{
	/* Not in place of an empty array: qsort() wants a pointer to something. */
	if (summary->nr_rows)
		qsort(summary->rows, summary->nr_rows, sizeof(*summary->rows), row_compare);
	if (summary->nr_functions)
		qsort(summary->functions, summary->nr_functions, sizeof(*summary->functions),
		      functions_compare);
	summary->last_row = 0;
	summary->last_function = 0;
	/* There is room: it held as many before. */
	if (summary->nr_rows)
		row_index(summary, summary->nr_rows);
	if (summary->nr_functions)
		function_index(summary, summary->nr_functions);
}
