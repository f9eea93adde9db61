// SPDX-License-Identifier: GPL-2.0-only
#include "live/cell_counts.h"

#include <errno.h>
#include <string.h>

static void hist_set(struct hist *hist, const __u64 *bucket, uint64_t sum, uint64_t min,
		     uint64_t max)
{
	unsigned int i;

	for (i = 0; i < ISMT_CELL_HIST; i++) {
		hist->bucket[i] = bucket[i];
		hist->count += bucket[i];
	}
	hist->sum = sum;
	hist->min = min;
	hist->max = max;
}

/* The bucket of store blocks for a bucket of sizes; all sizes up to 8 bytes are in the first one. */
static unsigned int stb_of_size(unsigned int bucket)
{
	if (bucket <= 3)
		return 0;
	return bucket - 3 < ISMT_STB_BUCKETS ? bucket - 3 : ISMT_STB_BUCKETS - 1;
}

/* Writes that were one PCISTB are only in one_block[]. */
static void add_one_block(struct stats_row *part, const struct ismt_cell *cell)
{
	__u64 bucket[ISMT_CELL_HIST], count = 0;
	unsigned int i;

	memcpy(bucket, cell->size, sizeof(bucket));
	for (i = 0; i < ISMT_ONE_BLOCK_BUCKETS; i++) {
		bucket[i] += cell->one_block[i];
		part->stats.stb[stb_of_size(i)] += cell->one_block[i];
		count += cell->one_block[i];
	}
	hist_set(&part->stats.size, bucket, cell->size_sum + cell->one_block_bytes,
		 cell->size_min ? cell->size_min - 1 : 0, cell->size_max);
	part->stats.accesses += count;
	part->stats.bytes += cell->one_block_bytes;
	part->stats.insns[ISMT_PCISTB] += count;
	part->stats.insn_bytes += cell->one_block_bytes;
	part->block_bytes += cell->one_block_bytes;
	part->full_bytes += cell->one_block_full;
	part->one_block = count;
}

void cell_counts(const struct ismt_cell *cell, struct stats_row *part)
{
	memset(part, 0, sizeof(*part));
	part->stats.accesses = cell->accesses;
	part->stats.bytes = cell->bytes;
	part->stats.errors = cell->errors;
	memcpy(part->stats.insns, cell->n, sizeof(part->stats.insns));
	part->stats.failed = cell->failed;
	part->stats.insn_bytes = cell->insn_bytes;
	part->block_bytes = cell->block_bytes;
	part->full_bytes = cell->block_full;
	memcpy(part->stats.width, cell->width, sizeof(part->stats.width));
	memcpy(part->stats.stb, cell->stb, sizeof(part->stats.stb));
	hist_set(&part->stats.latency, cell->latency, cell->latency_sum, cell->latency_min,
		 cell->latency_max);
	add_one_block(part, cell);
	part->findings[ISM004] = cell->split;
}

int cell_counts_since(struct counts *counts, const struct count_key *key,
		      const struct ismt_cell *cell, const struct ismt_cell *last)
{
	struct stats_row whole, part, was, *sum;

	if (!memcmp(cell, last, sizeof(*cell)))
		return 0;
	sum = counts_row(counts, key);
	if (!sum)
		return -ENOMEM;
	cell_counts(cell, &whole);
	cell_counts(last, &was);
	part = whole;
	stats_row_sub(&part, &was);
	stats_row_add(sum, &part);
	/* The minimum and maximum of a difference are not known, but those of the whole cell are. */
	stats_row_widen(sum, &whole);
	memcpy(sum->comm, cell->comm, sizeof(sum->comm)); /* of shared ones "" */
	return 0;
}
