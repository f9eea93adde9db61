// SPDX-License-Identifier: GPL-2.0-only
#include "top/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/region.h"
#include "util/times.h"

#define ROWS_MIN 32

/* Store blocks of bucket 0 are up to 8 bytes long: size class 3. */
#define STB_CLASS 3

bool row_key_same(const struct row_key *a, const struct row_key *b)
{
	return a->fn == b->fn && a->number == b->number &&
	       (a->driver == b->driver ||
		(a->driver && b->driver && !strcmp(a->driver, b->driver)));
}

static bool same(const void *table, size_t element, const void *key)
{
	return row_key_same(&((const struct top_data *)table)->rows[element].key, key);
}

static uint32_t *slot_of(struct top_data *data, const struct row_key *key)
{
	uint64_t hash = hash_add(slots_hash(&data->slots), (uintptr_t)key->fn ^ key->number);

	if (key->driver)
		hash = hash_add_text(hash, key->driver);
	return slots_find(&data->slots, hash, same, data, key);
}

/* Room for one more row. */
static bool data_grow(struct top_data *data)
{
	size_t room = data->room ? 2 * data->room : ROWS_MIN;
	struct top_row *rows;
	size_t i;

	if (data->nr < data->room)
		return true;
	rows = reallocarray(data->rows, room, sizeof(*rows));
	if (!rows)
		return false;
	data->rows = rows;
	if (slots_make(&data->slots, room))
		return false;
	data->room = room;
	for (i = 0; i < data->nr; i++)
		*slot_of(data, &data->rows[i].key) = (uint32_t)i + 1;
	return true;
}

/* The row of a key, made if need be; NULL: no memory.  Good until the next is made. */
static struct top_row *row_of(struct top_data *data, const struct row_key *key)
{
	struct top_row *row;
	uint32_t *slot;

	if (!data_grow(data)) {
		data->failed = true;
		return NULL;
	}
	slot = slot_of(data, key);
	if (*slot)
		return &data->rows[*slot - 1];
	row = &data->rows[data->nr++];
	*slot = (uint32_t)data->nr;
	memset(row, 0, sizeof(*row));
	row->key = *key;
	return row;
}

static uint64_t stores(const struct stats_row *counted)
{
	return counted->stats.insns[ISMT_PCISTG] + counted->stats.insns[ISMT_PCISTB] +
	       counted->stats.insns[ISMT_MIO_STORE] + counted->stats.insns[ISMT_MIO_BLOCK];
}

static void sum_add(struct row_sum *sum, const struct stats_row *counted,
		    const struct count_key *key)
{
	unsigned int i;

	stats_row_add(&sum->counted, counted);
	for (i = 0; i < RULE_COUNT; i++)
		sum->findings += counted->findings[i];
	if (key->op != ISMT_WRITE) {
		sum->reads += counted->stats.accesses;
		return;
	}
	sum->writes += counted->stats.accesses;
	if (!region_is_bar(key->region))
		return;
	sum->bar_writes += counted->stats.accesses;
	sum->bar_bytes += counted->stats.insn_bytes;
	sum->bar_stores += stores(counted);
	sum->bar_one_block += counted->one_block;
	sum->bar_full += counted->full_bytes;
}

struct row_key row_key_of(enum view view, const struct count_key *key)
{
	struct row_key row = { 0 };

	switch (view) {
	case VIEW_FUNCTIONS:
		row.fn = key->fn;
		row.driver = key->driver;
		break;
	case VIEW_PROCESSES:
		row.number = key->pid;
		break;
	case VIEW_REGIONS:
		row.number = view_region(key->region, key->op);
		break;
	case VIEW_SIZES:
	case VIEW_FINDINGS:
	case VIEWS:
		break;
	}
	return row;
}

bool row_has(enum view view, const struct row_key *key, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;

	switch (view) {
	case VIEW_FUNCTIONS:
		return access->fn == key->fn && !strcmp(access->driver, key->driver);
	case VIEW_PROCESSES:
		return raw->pid == key->number;
	case VIEW_REGIONS:
		return view_region(raw->region, raw->op) == key->number;
	case VIEW_SIZES:
		return view_size(raw->len) == key->number;
	case VIEW_FINDINGS:
		return access->rules & RULE_BIT(key->number);
	case VIEWS:
		break;
	}
	return false;
}

/* A number of accesses by size is all that a counted knows of sizes. */
static void add_class(struct top_data *data, bool last, unsigned int class,
		      const struct row_sum *part)
{
	struct row_key key = { .number = class };
	struct top_row *row = row_of(data, &key);
	struct row_sum *sum;
	unsigned int i;

	if (!row)
		return;
	sum = last ? &row->last : &row->all;
	sum->reads += part->reads;
	sum->writes += part->writes;
	sum->counted.stats.accesses += part->counted.stats.accesses;
	for (i = 0; i < ISMT_KINDS; i++)
		sum->counted.stats.insns[i] += part->counted.stats.insns[i];
}

static void add_sizes(struct top_data *data, bool last, const struct stats_row *counted,
		      const struct count_key *key)
{
	struct row_sum part = { 0 };
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		if (!counted->stats.size.bucket[i])
			continue;
		part.counted.stats.accesses = counted->stats.size.bucket[i];
		part.reads = key->op == ISMT_READ ? counted->stats.size.bucket[i] : 0;
		part.writes = key->op == ISMT_WRITE ? counted->stats.size.bucket[i] : 0;
		add_class(data, last, i, &part);
	}
	memset(&part, 0, sizeof(part));
	for (i = 0; i < ISMT_WIDTHS; i++) {
		unsigned int kind = key->op == ISMT_READ ? ISMT_PCILG : ISMT_PCISTG;

		part.counted.stats.insns[kind] = counted->stats.width[i];
		if (counted->stats.width[i])
			add_class(data, last, i, &part);
	}
	memset(&part, 0, sizeof(part));
	for (i = 0; i < ISMT_STB_BUCKETS; i++) {
		part.counted.stats.insns[ISMT_PCISTB] = counted->stats.stb[i];
		if (counted->stats.stb[i])
			add_class(data, last, STB_CLASS + i, &part);
	}
}

/* Part of a row: a counted's counts since some time. */
static void add_part(struct top_data *data, bool last, const struct stats_row *counted,
		     const struct count_key *key, const char *comm)
{
	struct row_key row_key = row_key_of(data->view, key);
	struct top_row *row;
	unsigned int i;

	sum_add(last ? &data->total.last : &data->total.all, counted, key);
	if (data->view == VIEW_SIZES) {
		add_sizes(data, last, counted, key);
		return;
	}
	if (data->view == VIEW_FINDINGS) {
		for (i = 0; i < RULE_COUNT; i++) {
			row_key.number = i;
			row = row_of(data, &row_key);
			if (row && last)
				row->last.findings += counted->findings[i];
			else if (row)
				row->all.findings += counted->findings[i];
		}
		return;
	}
	row = row_of(data, &row_key);
	if (!row)
		return;
	memcpy(row->comm, comm, sizeof(row->comm));
	sum_add(last ? &row->last : &row->all, counted, key);
}

/* Whether anything has been counted between two states of a counted. */
static bool changed(const struct stats_row *now, const struct stats_row *before)
{
	return now->stats.accesses != before->stats.accesses ||
	       memcmp(now->findings, before->findings, sizeof(now->findings)) != 0;
}

static void add_counted(struct top_data *data, const struct stats_row *counted,
			const struct top_counts *counts)
{
	const struct stats_row *before = counts_find(counts->before, &counted->key);
	const struct stats_row *base =
		counts->base ? counts_find(counts->base, &counted->key) : NULL;
	struct stats_row part, was;

	if (!base || changed(counted, base)) {
		part = *counted;
		if (base)
			stats_row_sub(&part, base);
		/* Sizes are made of the histogram, nothing else is. */
		if (data->view != VIEW_SIZES)
			part.stats.size.count = 0;
		part.stats.latency.count = 0;
		add_part(data, false, &part, &counted->key, counted->comm);
	}
	if (!before) {
		add_part(data, true, counted, &counted->key, counted->comm);
	} else if (changed(counted, before)) {
		part = *counted;
		was = *before;
		if (data->view != VIEW_SIZES) {
			part.stats.size.count = 0;
			was.stats.size.count = 0;
		}
		stats_row_sub(&part, &was);
		add_part(data, true, &part, &counted->key, counted->comm);
	}
}

bool data_filter(const struct count_key *key, const char *comm, const char *filter)
{
	char pid[16], name[ISMT_COMM_LEN + 1];

	if (!*filter)
		return true;
	/* The others have neither name nor number. */
	pid[0] = '\0';
	if (key->pid != COUNT_OTHERS)
		snprintf(pid, sizeof(pid), "%u", key->pid);
	memcpy(name, comm, ISMT_COMM_LEN);
	name[ISMT_COMM_LEN] = '\0';
	return strstr(key->fn->address, filter) || strstr(key->driver, filter) ||
	       strstr(name, filter) || strstr(pid, filter);
}

void data_build(struct top_data *data, enum view view, const struct top_counts *counts)
{
	const struct counts *now = counts->now, *base = counts->base;
	int64_t begin = base ? base->ts : counts->begin_ns;
	struct row_key key = { 0 };
	size_t i;

	data->view = view;
	data->nr = 0;
	slots_clear(&data->slots);
	memset(&data->total, 0, sizeof(data->total));
	data->functions = 0;
	data->processes = 0;
	data->failed = false;
	data->seconds = (double)time_span(counts->before->ts, now->ts) / 1e9;
	data->all_seconds = (double)time_span(begin, now->ts) / 1e9;
	data->lost = losses_accesses(&now->lost) - (base ? losses_accesses(&base->lost) : 0);
	data->last_lost = losses_accesses(&now->lost) - losses_accesses(&counts->before->lost);
	data->missing = losses_all(&now->lost) - (base ? losses_all(&base->lost) : 0) - data->lost;
	data->last_missing =
		losses_all(&now->lost) - losses_all(&counts->before->lost) - data->last_lost;
	data->lost_why = counts->lost_why;
	data->filtered = now->filtered - (base ? base->filtered : 0);
	for (i = 0; i < now->nr; i++)
		if (data_filter(&now->rows[i].key, now->rows[i].comm, counts->filter))
			add_counted(data, &now->rows[i], counts);
	if (view == VIEW_FINDINGS) {
		/* All rules, those that have not fired too; this one is of no access. */
		for (i = 0; i < RULE_COUNT; i++) {
			key.number = i;
			row_of(data, &key);
		}
		key.number = RULE_LOST;
		if (row_of(data, &key)) {
			row_of(data, &key)->all.findings = data->lost + data->missing;
			row_of(data, &key)->last.findings = data->last_lost + data->last_missing;
		}
	}
	data_owners(data, now, counts->filter);
}

void data_histograms(struct top_row *row, enum view view, const struct top_counts *counts)
{
	const struct counts *now = counts->now;
	struct stats_row part;
	struct row_key key;
	size_t i;

	memset(&row->all.counted.stats.size, 0, sizeof(row->all.counted.stats.size));
	memset(&row->all.counted.stats.latency, 0, sizeof(row->all.counted.stats.latency));
	if (view == VIEW_SIZES || view == VIEW_FINDINGS)
		return;
	for (i = 0; i < now->nr; i++) {
		const struct stats_row *counted = &now->rows[i], *base;

		key = row_key_of(view, &counted->key);
		if (!row_key_same(&key, &row->key) ||
		    !data_filter(&counted->key, counted->comm, counts->filter))
			continue;
		part = *counted;
		base = counts->base ? counts_find(counts->base, &counted->key) : NULL;
		if (base)
			stats_row_sub(&part, base);
		hist_merge(&row->all.counted.stats.size, &part.stats.size);
		hist_merge(&row->all.counted.stats.latency, &part.stats.latency);
	}
}

void data_free(struct top_data *data)
{
	free(data->rows);
	slots_free(&data->slots);
	memset(data, 0, sizeof(*data));
}
