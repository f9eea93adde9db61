// SPDX-License-Identifier: GPL-2.0-only
/*
 * access.c - one read or write: which, and what the log says of it.
 */
#include "soak.h"

#include <endian.h>
#include <string.h>

#include "raw.h"
#include "vfio/contract.h"

/* Lengths that a store block can have, and their largest. */
#define BLOCK_MAX 4096

uint64_t place_file_offset(const struct task *task, const struct place *place)
{
	return place_position(&task->soak->fn[place->function], place->region, place->offset);
}

static unsigned int function_choose(struct task *task)
{
	unsigned int i = (unsigned int)task_random(task, FUNCTIONS);

	/* Most tasks stay with the first. */
	if (task_chance(task, 70))
		i = 0;
	while (task->fd[i] < 0)
		i = (i + 1) % FUNCTIONS;
	return i;
}

void place_plain(struct task *task, struct place *place)
{
	memset(place, 0, sizeof(*place));
	place->function = function_choose(task);
	place->write = true;
	place->region = REGION_BAR2;
	place->len = 8 * (1 + (uint32_t)task_random(task, 64));
	place->offset = 8 * task_random(task, (BLOCK_MAX - place->len) / 8 + 1);
}

/* A length and a place of any kind; some are none that a driver takes. */
static void place_any(struct task *task, struct place *place)
{
	place->len = 1 + (uint32_t)task_random(task, 600);
	place->offset = task_random(task, BLOCK_MAX);
	if (task_chance(task, 10))
		place->len = BLOCK_MAX - 16 + (uint32_t)task_random(task, 64);
	if (task_chance(task, 3))
		place->len = 0;
	if (!place->write && task_chance(task, 4))
		place->len = 1 + (uint32_t)task_random(task, 32768);
}

void place_config(struct task *task, struct place *place)
{
	/* The line register is a byte that nothing looks at. */
	place->region = REGION_CONFIG;
	place->offset = place->write ? 0x3c : task_random(task, 64);
	place->len = place->write ? 1 : 1 + (uint32_t)task_random(task, 8);
}

void place_choose(struct task *task, struct place *place)
{
	uint64_t lot = task_random(task, 100);

	place_plain(task, place);
	place->write = task_chance(task, 65);
	if (lot < 55)
		return;
	if (lot < 75) {
		place_any(task, place);
	} else if (lot < 87) {
		place->region = REGION_BAR0;
		place->offset += task_random(task, 1 << 20) * BLOCK_MAX;
	} else if (lot < 93) {
		place_config(task, place);
	} else if (lot < 96) {
		place->region = 9 + (uint32_t)task_random(task, 30);
	} else if (lot < 98) {
		place->offset = task->soak->fn[place->function].region[REGION_BAR2].size +
				task_random(task, 64) - 32;
	} else {
		place->fault = true;
	}
}

struct entry *entry_begin(struct task *task, const struct place *place)
{
	struct entry *e = log_entry(task->soak->log);

	if (!e)
		return NULL;
	e->job = task->job;
	e->function = (uint8_t)place->function;
	e->write = place->write;
	e->region = place->region;
	e->offset = place->offset;
	/* A place behind the last of a region is one of another to some drivers. */
	if (place->offset >> task->soak->fn[place->function].shift)
		place_resolve(&task->soak->fn[place->function], place_file_offset(task, place),
			      &e->region, &e->offset);
	e->len = place->len;
	e->state = STATE_BEGUN;
	task_ids(task, &e->pid, &e->tid);
	/* First: another task may rename this one once its name has been looked at. */
	e->begin = log_now();
	task_name(e->comm);
	__atomic_store_n(&e->type, ENTRY_ACCESS, __ATOMIC_RELEASE);
	return e;
}

void entry_end(struct entry *e, int64_t ret)
{
	e->end = log_now();
	e->ret = ret;
	task_name(e->after);
	__atomic_store_n(&e->state, STATE_DONE, __ATOMIC_RELEASE);
}

int64_t place_access_at(struct task *task, const struct place *place, void *buf)
{
	struct entry *e = entry_begin(task, place);
	int64_t ret;

	if (!e)
		return 0;
	ret = RAW4(place->write ? __NR_pwrite64 : __NR_pread64, task->fd[place->function], buf,
		   place->len, place_file_offset(task, place));
	entry_end(e, ret);
	return ret;
}

int64_t place_access(struct task *task, const struct place *place)
{
	return place_access_at(task, place, place->fault ? task->buf + BUF_SIZE : task->buf);
}

int function_enable(struct task *task, unsigned int function)
{
	uint16_t command = htole16(COMMAND_MEMORY | COMMAND_MASTER);
	struct place place = { .function = function,
			       .write = true,
			       .region = REGION_CONFIG,
			       .offset = CONFIG_COMMAND,
			       .len = sizeof(command) };

	return place_access_at(task, &place, &command) == sizeof(command) ? 0 : -1;
}

/* Writes that go on where the one before ended, most of which one block would hold. */
static void access_adjacent(struct task *task)
{
	unsigned int n = 2 + (unsigned int)task_random(task, 6);
	struct place place;

	place_plain(task, &place);
	while (n--) {
		place.len = 8 * (1 + (uint32_t)task_random(task, 40));
		if (place.offset + place.len > 2 * BLOCK_MAX)
			return;
		place_access(task, &place);
		place.offset += place.len;
		/* Something in between ends the run. */
		if (task_chance(task, 8)) {
			struct place other;

			place_choose(task, &other);
			place_access(task, &other);
		}
	}
}

void access_some(struct task *task, unsigned int n)
{
	struct place place;

	while (n-- && !log_ending(task->soak->log)) {
		if (task_chance(task, 8)) {
			access_adjacent(task);
			continue;
		}
		place_choose(task, &place);
		place_access(task, &place);
		if (task_chance(task, 20))
			task_pause(task, 2000);
	}
}
