// SPDX-License-Identifier: GPL-2.0-only
/*
 * count_cell.c - cells added up, and taken off one another.
 */
#include "model/counts.h"

/* The counters of a cell that simply add up. */
static void add_numbers(struct count_cell *sum, const struct count_cell *part,
			uint64_t sign)
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
	widen(&sum->size, &by->size);
	widen(&sum->latency, &by->latency);
}
