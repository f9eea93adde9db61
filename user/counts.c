// SPDX-License-Identifier: GPL-2.0-only
#include "counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

#define SLOTS_MIN	256

struct counts *counts_new(void)
{
	struct counts *counts = calloc(1, sizeof(*counts));

	if (!counts)
		return NULL;
	counts->slots = SLOTS_MIN;
	counts->index = calloc(counts->slots, sizeof(*counts->index));
	if (!counts->index) {
		free(counts);
		return NULL;
	}
	return counts;
}

void counts_free(struct counts *counts)
{
	size_t i;

	if (!counts)
		return;
	for (i = 0; i < counts->nr_drivers; i++)
		free(counts->drivers[i]);
	free(counts->drivers);
	free(counts->cells);
	free(counts->index);
	free(counts);
}

void counts_clear(struct counts *counts)
{
	memset(counts->index, 0, counts->slots * sizeof(*counts->index));
	counts->nr = 0;
	counts->nr_events = 0;
	memset(counts->first, 0, sizeof(counts->first));
	counts->filtered = 0;
	memset(&counts->lost, 0, sizeof(counts->lost));
}

static bool key_same(const struct count_key *a, const struct count_key *b)
{
	return a->fn == b->fn && a->pid == b->pid && a->region == b->region && a->op == b->op &&
	       (a->driver == b->driver || !strcmp(a->driver, b->driver));
}

/* The driver is left out: it is text, and hardly ever tells two keys apart. */
static uint32_t key_hash(const struct count_key *key)
{
	uint64_t h = (uint64_t)(uintptr_t)key->fn;

	h = (h ^ key->pid) * 0x9e3779b97f4a7c15ULL;
	h = (h ^ h >> 32 ^ ((uint64_t)key->region << 1 | key->op)) * 0x9e3779b97f4a7c15ULL;
	return h >> 32;
}

/* The slot that holds the key, or the free one where it would go. */
static uint32_t *slot_of(const struct counts *counts, const struct count_key *key)
{
	size_t i = key_hash(key) & (counts->slots - 1);

	while (counts->index[i] && !key_same(&counts->cells[counts->index[i] - 1].key, key))
		i = (i + 1) & (counts->slots - 1);
	return &counts->index[i];
}

/* Room for one more; at most half of the slots are in use. */
static int counts_grow(struct counts *counts)
{
	struct count_cell *cells;
	uint32_t *index;
	size_t i;

	if (!(counts->nr & (counts->nr - 1))) {
		cells = reallocarray(counts->cells, counts->nr ? 2 * counts->nr : 1,
				     sizeof(*cells));
		if (!cells)
			return -ENOMEM;
		counts->cells = cells;
	}
	if (2 * (counts->nr + 1) <= counts->slots)
		return 0;
	index = calloc(2 * counts->slots, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(counts->index);
	counts->index = index;
	counts->slots *= 2;
	for (i = 0; i < counts->nr; i++)
		*slot_of(counts, &counts->cells[i].key) = i + 1;
	return 0;
}

/* There are two or three in a machine. */
static const char *driver_copy(struct counts *counts, const char *name)
{
	char **drivers;
	size_t i;

	for (i = 0; i < counts->nr_drivers; i++)
		if (!strcmp(counts->drivers[i], name))
			return counts->drivers[i];
	drivers = reallocarray(counts->drivers, i + 1, sizeof(*drivers));
	if (!drivers)
		return NULL;
	counts->drivers = drivers;
	drivers[i] = strdup(name);
	if (!drivers[i])
		return NULL;
	counts->nr_drivers++;
	return drivers[i];
}

struct count_cell *counts_cell(struct counts *counts, const struct count_key *key)
{
	uint32_t *slot = slot_of(counts, key);
	struct count_cell *cell;
	const char *driver;

	if (*slot)
		return &counts->cells[*slot - 1];
	driver = driver_copy(counts, key->driver);
	if (!driver || counts_grow(counts))
		return NULL;
	cell = &counts->cells[counts->nr++];
	memset(cell, 0, sizeof(*cell));
	cell->key = *key;
	cell->key.driver = driver;
	*slot_of(counts, key) = counts->nr;
	return cell;
}

const struct count_cell *counts_find(const struct counts *counts, const struct count_key *key)
{
	uint32_t slot = *slot_of(counts, key);

	return slot ? &counts->cells[slot - 1] : NULL;
}

static struct count_cell *cell_of(struct counts *counts, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	struct count_key key = {
		.fn = access->fn,
		.driver = access->driver,
		.pid = raw->pid,
		.region = raw->region < SUMMARY_REGIONS ? raw->region : SUMMARY_REGIONS,
		.op = raw->op,
	};
	struct count_cell *cell = counts_cell(counts, &key);

	if (cell)
		memcpy(cell->comm, raw->comm, sizeof(cell->comm));
	return cell;
}

int counts_findings(struct counts *counts, const struct access *access, uint32_t told)
{
	struct count_cell *cell;
	uint32_t set;

	if (!access->rules)
		return 0;
	cell = cell_of(counts, access);
	if (!cell)
		return -ENOMEM;
	for (set = access->rules; set; set &= set - 1) {
		struct count_event *event = &counts->events[counts->nr_events++ % COUNT_EVENTS];

		event->rule = __builtin_ctz(set);
		event->access = *access;
		event->access.driver = cell->key.driver;
		event->access.payload = NULL;
		event->access.payload_len = 0;
		if (!counts->first[event->rule].fn)
			counts->first[event->rule] = event->access;
		if (!(told & RULE_BIT(event->rule)))
			cell->findings[event->rule]++;
	}
	return 0;
}

int counts_access(struct counts *counts, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	const struct ismt_insns *insn = &raw->insn;
	uint64_t limit = rules_block_limit(access->fn), total = 0;
	struct count_cell *cell = cell_of(counts, access);
	unsigned int i;

	if (!cell)
		return -ENOMEM;
	cell->accesses++;
	if (raw->ret < 0)
		cell->errors++;
	else
		cell->bytes += (uint64_t)raw->ret;
	for (i = 0; i < ISMT_KINDS; i++) {
		cell->insns[i] += insn->n[i];
		total += insn->n[i];
	}
	cell->failed += insn->failed;
	cell->insn_bytes += insn->bytes;
	if (insn->n[ISMT_PCISTB] && insn->n[ISMT_PCISTB] == total) {
		cell->block_bytes += insn->bytes;
		/* Of several only those are known to be full that all are. */
		if (insn->min == limit)
			cell->full_bytes += insn->bytes;
		if (total == 1 && !insn->failed && access_is_whole(raw, insn->max))
			cell->whole++;
	}
	hist_add(&cell->size, raw->len);
	hist_add(&cell->latency, raw->latency_ns);
	for (i = 0; i < ISMT_WIDTHS; i++)
		cell->width[i] += insn->width[i];
	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		cell->stb[i] += insn->stb[i];
	return counts_findings(counts, access, 0);
}

/* The counters of a cell that simply add up. */
static void add_numbers(struct count_cell *sum, const struct count_cell *part, uint64_t sign)
{
	unsigned int i;

	sum->accesses += sign * part->accesses;
	sum->bytes += sign * part->bytes;
	sum->errors += sign * part->errors;
	sum->failed += sign * part->failed;
	sum->insn_bytes += sign * part->insn_bytes;
	sum->block_bytes += sign * part->block_bytes;
	sum->whole += sign * part->whole;
	sum->full_bytes += sign * part->full_bytes;
	for (i = 0; i < ISMT_KINDS; i++)
		sum->insns[i] += sign * part->insns[i];
	for (i = 0; i < ISMT_WIDTHS; i++)
		sum->width[i] += sign * part->width[i];
	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		sum->stb[i] += sign * part->stb[i];
	for (i = 0; i < RULE_COUNT; i++)
		sum->findings[i] += sign * part->findings[i];
}

void count_cell_add(struct count_cell *sum, const struct count_cell *part)
{
	add_numbers(sum, part, 1);
	hist_merge(&sum->size, &part->size);
	hist_merge(&sum->latency, &part->latency);
}

void count_cell_sub(struct count_cell *sum, const struct count_cell *part)
{
	add_numbers(sum, part, -1ULL);
	hist_subtract(&sum->size, &part->size);
	hist_subtract(&sum->latency, &part->latency);
}

void counts_subtract(struct counts *counts, const struct counts *before)
{
	const struct count_cell *part;
	size_t i;

	for (i = 0; i < counts->nr; i++) {
		part = counts_find(before, &counts->cells[i].key);
		if (part)
			count_cell_sub(&counts->cells[i], part);
	}
	counts->filtered -= before->filtered;
	losses_subtract(&counts->lost, &before->lost);
}

/* The names of drivers are each counts' own. */
static int own_driver(struct counts *counts, struct access *access)
{
	if (access->fn)
		access->driver = driver_copy(counts, access->driver);
	return access->driver || !access->fn ? 0 : -ENOMEM;
}

int counts_copy(struct counts *to, const struct counts *from)
{
	struct count_key key;
	int err = 0;
	size_t i;

	counts_clear(to);
	for (i = 0; i < from->nr; i++) {
		struct count_cell *cell = counts_cell(to, &from->cells[i].key);

		if (!cell)
			return -ENOMEM;
		key = cell->key;
		*cell = from->cells[i];
		cell->key = key;
	}
	to->ts = from->ts;
	memcpy(to->events, from->events, sizeof(to->events));
	memcpy(to->first, from->first, sizeof(to->first));
	for (i = 0; i < COUNT_EVENTS && i < from->nr_events && !err; i++)
		err = own_driver(to, &to->events[i].access);
	for (i = 0; i < RULE_COUNT && !err; i++)
		err = own_driver(to, &to->first[i]);
	to->nr_events = from->nr_events;
	to->filtered = from->filtered;
	to->lost = from->lost;
	return err;
}

static bool any_finding(const struct count_cell *cell)
{
	unsigned int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (cell->findings[i])
			return true;
	return false;
}

int counts_summary(const struct counts *counts, struct summary *summary)
{
	struct summary_row *row;
	struct summary_function *f;
	unsigned int k;
	size_t i;

	for (i = 0; i < counts->nr; i++) {
		const struct count_cell *cell = &counts->cells[i];

		/* Of a difference. */
		if (!cell->accesses && !any_finding(cell))
			continue;
		f = summary_function(summary, cell->key.fn);
		row = f ? summary_row(summary, cell->key.fn, cell->key.driver, cell->key.region,
				      cell->key.op) : NULL;
		if (!row)
			return -ENOMEM;
		summary->recorded += cell->accesses;
		if (!cell->key.pid)
			summary->foreign += cell->accesses;
		row->accesses += cell->accesses;
		row->bytes += cell->bytes;
		row->errors += cell->errors;
		for (k = 0; k < ISMT_KINDS; k++) {
			row->insns[k] += cell->insns[k];
			f->inside[k] += cell->insns[k];
		}
		row->failed += cell->failed;
		f->inside_failed += cell->failed;
		row->insn_bytes += cell->insn_bytes;
		hist_merge(&row->size, &cell->size);
		hist_merge(&row->latency, &cell->latency);
		for (k = 0; k < ISMT_WIDTHS; k++)
			row->width[k] += cell->width[k];
		for (k = 0; k < ISMT_STB_BUCKETS; k++)
			row->stb[k] += cell->stb[k];
		for (k = 0; k < RULE_COUNT; k++)
			summary->findings[k].count += cell->findings[k];
	}
	for (k = 0; k < RULE_COUNT; k++)
		summary->findings[k].first = counts->first[k];
	summary->filtered += counts->filtered;
	summary->lost = counts->lost;
	return 0;
}
