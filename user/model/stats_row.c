// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats_row.c - rows added up, and taken off one another.
 */
#include "model/counts.h"

static void add_numbers(struct stats_row *sum, const struct stats_row *part, uint64_t sign)
{
	unsigned int i;

	sum->block_bytes += sign * part->block_bytes;
	sum->one_block += sign * part->one_block;
	sum->full_bytes += sign * part->full_bytes;
	for (i = 0; i < RULE_COUNT; i++)
		sum->findings[i] += sign * part->findings[i];
}

void stats_row_add(struct stats_row *sum, const struct stats_row *part)
{
	stats_add(&sum->stats, &part->stats);
	add_numbers(sum, part, 1);
}

void stats_row_sub(struct stats_row *sum, const struct stats_row *part)
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

void stats_row_widen(struct stats_row *sum, const struct stats_row *by)
{
	widen(&sum->stats.size, &by->stats.size);
	widen(&sum->stats.latency, &by->stats.latency);
}
