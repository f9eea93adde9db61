/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - the kernel as the tracing programs see it, for a unit test that includes
 * them: maps, the ring buffer, tasks and PCI functions.  One per test program.
 */
#ifndef ISMT_FAKE_KERNEL_H
#define ISMT_FAKE_KERNEL_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Without what clang makes relocations of. */
#define BPF_NO_PRESERVE_ACCESS_INDEX
#include "../../../vmlinux/vmlinux.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include <bpf/bpf_helpers.h>

struct fake_now fake_now;

/* --- Maps: a list of entries, which is long enough for a test. */

struct fake_entry {
	struct fake_entry *next;
	void *map;
	u32 key_size;
	u8 key[32];
	_Alignas(8) u8 value[];
};

#define FAKE_BUCKETS 4096

static struct fake_entry *fake_entries[FAKE_BUCKETS];

static struct fake_entry **fake_find(void *map, const void *key, u32 size)
{
	u64 hash = (u64)(uintptr_t)map;
	struct fake_entry **link;
	u32 i;

	for (i = 0; i < size; i++)
		hash = (hash ^ ((const u8 *)key)[i]) * 0x100000001b3ULL;
	link = &fake_entries[(hash ^ hash >> 32) % FAKE_BUCKETS];
	while (*link && ((*link)->map != map || memcmp((*link)->key, key, size)))
		link = &(*link)->next;
	return link;
}

void *fake_lookup(void *map, const void *key, u32 size)
{
	struct fake_entry *entry = *fake_find(map, key, size);

	return entry ? entry->value : NULL;
}

long fake_update(void *map, const void *key, u32 key_size, const void *value, u32 value_size,
		 u64 flags)
{
	struct fake_entry **link = fake_find(map, key, key_size), *entry = *link;

	if (entry && flags == BPF_NOEXIST)
		return -17;
	if (!entry) {
		entry = calloc(1, sizeof(*entry) + value_size);
		if (!entry)
			return -12;
		entry->map = map;
		entry->key_size = key_size;
		memcpy(entry->key, key, key_size);
		*link = entry;
	}
	memcpy(entry->value, value, value_size);
	return 0;
}

long fake_delete(void *map, const void *key, u32 size)
{
	struct fake_entry **link = fake_find(map, key, size), *entry = *link;

	if (!entry)
		return -2;
	*link = entry->next;
	free(entry);
	return 0;
}

/* Queues: of numbers, the last of which comes first, which is no matter here. */
struct fake_queue {
	void *map;
	u32 nr;
	u32 values[64];
};

static struct fake_queue fake_queues[4];

static struct fake_queue *fake_queue(void *map)
{
	u32 i;

	for (i = 0; fake_queues[i].map && fake_queues[i].map != map; i++)
		;
	fake_queues[i].map = map;
	return &fake_queues[i];
}

long fake_push(void *map, const void *value, u32 size)
{
	struct fake_queue *queue = fake_queue(map);

	if (queue->nr == 64)
		return -7;
	memcpy(&queue->values[queue->nr++], value, size);
	return 0;
}

long fake_pop(void *map, void *value, u32 size)
{
	struct fake_queue *queue = fake_queue(map);

	if (!queue->nr)
		return -2;
	memcpy(value, &queue->values[--queue->nr], size);
	return 0;
}

void *fake_storage(void *map, void *task, u32 size, u64 flags)
{
	u64 key = (u64)(uintptr_t)task;
	void *value = fake_lookup(map, &key, sizeof(key)), *fresh;

	if (value || !(flags & BPF_LOCAL_STORAGE_GET_F_CREATE))
		return value;
	fresh = calloc(1, size);
	if (!fresh)
		return NULL;
	fake_update(map, &key, sizeof(key), fresh, size, BPF_ANY);
	free(fresh);
	return fake_lookup(map, &key, sizeof(key));
}

__attribute__((unused)) static void fake_forget_all(void)
{
	struct fake_entry *entry;
	u32 i;

	memset(fake_queues, 0, sizeof(fake_queues));
	for (i = 0; i < FAKE_BUCKETS; i++)
		while ((entry = fake_entries[i])) {
			fake_entries[i] = entry->next;
			free(entry);
		}
}

/* --- The ring buffer: what is sent goes to the test at once. */

static long (*fake_receive)(const void *data, u64 size);

long fake_output(const void *data, u64 size)
{
	return fake_receive(data, size);
}

#pragma GCC diagnostic pop

#endif /* ISMT_FAKE_KERNEL_H */
