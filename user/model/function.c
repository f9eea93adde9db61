// SPDX-License-Identifier: GPL-2.0-only
#include "model/function.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/names.h"
#include "util/pci_sysfs.h"

const struct function function_others = { .address = NAMES_OTHERS };

struct function_table {
	struct function **entries;
	size_t count, room;
	struct function *last; /* found by fid; most lookups repeat */
	/* By what function_same() looks at; none if an entry may change (function_update()). */
	struct slots slots;
	bool changes;
};

struct function_table *function_table_new(void)
{
	return calloc(1, sizeof(struct function_table));
}

void function_table_free(struct function_table *table)
{
	size_t i;

	if (!table)
		return;
	for (i = 0; i < table->count; i++)
		free(table->entries[i]);
	free(table->entries);
	slots_free(&table->slots);
	free(table);
}

static struct function *function_add(struct function_table *table)
{
	struct function **entries;

	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 8;

		entries = realloc(table->entries, room * sizeof(*entries));
		if (!entries)
			return NULL;
		table->entries = entries;
		table->room = room;
	}
	table->entries[table->count] = calloc(1, sizeof(struct function));
	if (!table->entries[table->count])
		return NULL;
	return table->entries[table->count++];
}

struct function *function_update(struct function_table *table, const struct ismt_function *k)
{
	struct function *fn = function_by_fid(table, k->fid);
	struct ismt_function before;
	uint32_t vendor, device;

	table->changes = true;
	if (!fn)
		fn = function_add(table);
	if (!fn)
		return NULL;
	before = fn->k;
	fn->k = *k;
	/* The MSI-X table stays where it is, but is known only while the function has a driver. */
	if (!k->msix_size) {
		fn->k.msix_bar = before.msix_bar;
		fn->k.msix_size = before.msix_size;
		fn->k.msix_offset = before.msix_offset;
	}
	/* Vendor and device are gone with the PCI device, but what was read before still holds. */
	if (!k->vendor) {
		fn->k.vendor = before.vendor;
		fn->k.device = before.device;
	}
	if (!(k->flags & ISMT_FN_HAS_PDEV))
		return fn;
	snprintf(fn->address, sizeof(fn->address), "%04x:%02x:%02x.%x", k->domain, k->bus,
		 k->devfn >> 3, k->devfn & 7);
	/* The program has not found its device; files can be read until the trace begins. */
	if (!fn->k.vendor) {
		pci_sysfs_number(fn->address, "vendor", &vendor);
		pci_sysfs_number(fn->address, "device", &device);
		fn->k.vendor = vendor;
		fn->k.device = device;
		pci_sysfs_link(fn->address, "driver", fn->k.driver, sizeof(fn->k.driver));
	}
	fn->is_ism = fn->k.vendor == PCI_VENDOR_ID_IBM && fn->k.device == PCI_DEVICE_ID_ISM;
	return fn;
}

bool function_same(const struct function *a, const struct function *b)
{
	return a->k.fid == b->k.fid && a->k.uid == b->k.uid && a->k.pchid == b->k.pchid &&
	       a->k.vfn == b->k.vfn && a->k.vendor == b->k.vendor && a->k.device == b->k.device &&
	       a->k.maxstbl == b->k.maxstbl && a->k.pft == b->k.pft && a->k.pfgid == b->k.pfgid &&
	       a->is_ism == b->is_ism && !strcmp(a->address, b->address);
}

static bool same(const void *table, size_t element, const void *key)
{
	return function_same(((const struct function_table *)table)->entries[element], key);
}

static uint32_t *slot_of(struct function_table *table, const struct function *fn)
{
	uint64_t hash = slots_hash(&table->slots);

	hash = hash_add(hash, (uint64_t)fn->k.fid << 32 | fn->k.uid);
	hash = hash_add(hash,
			(uint64_t)fn->k.pchid << 32 | (uint64_t)fn->k.vfn << 16 | fn->k.maxstbl);
	hash = hash_add(hash, (uint64_t)fn->k.vendor << 16 | fn->k.device);
	hash = hash_add(hash, (uint64_t)fn->k.pft << 16 | (uint64_t)fn->k.pfgid << 8 | fn->is_ism);
	return slots_find(&table->slots, hash_add_text(hash, fn->address), same, table, fn);
}

struct function *function_known(struct function_table *table, const struct function *like)
{
	uint32_t slot;
	size_t i;

	if (!table->changes) {
		slot = table->slots.nr ? *slot_of(table, like) : 0;
		return slot ? table->entries[slot - 1] : NULL;
	}
	for (i = 0; i < table->count; i++)
		if (function_same(table->entries[i], like))
			return table->entries[i];
	return NULL;
}

/* Half of the slots are in use at most. */
static int index_grow(struct function_table *table)
{
	size_t i;

	if (2 * (table->count + 1) <= table->slots.nr)
		return 0;
	if (slots_make(&table->slots, 2 * (table->count + 1)))
		return -ENOMEM;
	for (i = 0; i < table->count; i++)
		*slot_of(table, table->entries[i]) = (uint32_t)i + 1;
	return 0;
}

struct function *function_enter(struct function_table *table, const struct function *like)
{
	struct function *fn = function_known(table, like);

	if (fn)
		return fn;
	if (index_grow(table))
		return NULL;
	fn = function_add(table);
	if (!fn)
		return NULL;
	*fn = *like;
	*slot_of(table, fn) = (uint32_t)table->count;
	return fn;
}

struct function *function_by_fid(struct function_table *table, uint32_t fid)
{
	size_t i;

	if (table->last && table->last->k.fid == fid)
		return table->last;
	for (i = 0; i < table->count; i++) {
		if (table->entries[i]->k.fid == fid) {
			table->last = table->entries[i];
			return table->last;
		}
	}
	return NULL;
}

struct function *function_by_fh(struct function_table *table, uint32_t fh)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!((table->entries[i]->k.fh ^ fh) & ~FH_ENABLED))
			return table->entries[i];
	return NULL;
}

static bool parse_number(const char *text, uint32_t *value)
{
	unsigned long long parsed;
	char *end;

	errno = 0;
	parsed = strtoull(text, &end, 0);
	if (errno || end == text || *end || parsed > UINT32_MAX)
		return false;
	*value = parsed;
	return true;
}

struct function *function_by_name(struct function_table *table, const char *name)
{
	uint32_t number;
	size_t i;

	for (i = 0; i < table->count; i++) {
		struct function *fn = table->entries[i];

		if (fn->address[0] && !strcasecmp(fn->address, name))
			return fn;
		if (!strncmp(name, "fid:", 4) && parse_number(name + 4, &number) &&
		    fn->k.fid == number)
			return fn;
		if (!strncmp(name, "uid:", 4) && parse_number(name + 4, &number) &&
		    fn->k.uid == number)
			return fn;
	}
	return NULL;
}

size_t function_count(const struct function_table *table)
{
	return table->count;
}

struct function *function_at(struct function_table *table, size_t index)
{
	return index < table->count ? table->entries[index] : NULL;
}
