// SPDX-License-Identifier: GPL-2.0-only
/*
 * count_cell.c - cells added up, and taken off one another.
 */
#include "model/counts.h"

static void add_numbers(struct count_cell *sum, const struct count_cell *part, uint64_t sign)
{
	unsigned int i;

	sum->block_bytes += sign * part->block_bytes;
	sum->one_block += sign * part->one_block;
	sum->full_bytes += sign * part->full_bytes;
	for (i = 0; i < RULE_COUNT; i++)
		sum->findings[i] += sign * part->findings[i];
}

void count_cell_add(struct count_cell *sum, const struct count_cell *part)
{
	stats_add(&sum->stats, &part->stats);
	add_numbers(sum, part, 1);
}

void count_cell_sub(struct count_cell *sum, const struct count_cell *part)
{
	stats_sub(&sum->stats, &part->stats);
	add_numbers(sum, part, -1ULL);
}

static void widen(struct hist *sum, const struct hist *by)
{
	if (!sum->count || !by->count)
		return;
	if (by->min < sum->min)
		sum->min = by->min;
	if (by->max > sum->max)
		sum->max = by->max;
}

void count_cell_widen(struct count_cell *sum, const struct count_cell *by)
{
	widen(&sum->stats.size, &by->stats.size);
	widen(&sum->stats.latency, &by->stats.latency);
}
