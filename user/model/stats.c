// SPDX-License-Identifier: GPL-2.0-only
#include "model/stats.h"

#include "insn_sums.h"
#include "model/access.h"

void stats_access(struct access_stats *stats, const struct ismt_access *raw)
{
	const struct ismt_insns *insn = &raw->insn;
	unsigned int i;

	stats->accesses++;
	if (raw->ret < 0)
		stats->errors++;
	else
		stats->bytes += (uint64_t)raw->ret;
	hist_add(&stats->size, raw->len);
	hist_add(&stats->latency, raw->latency_ns);
	stats->failed += insn->failed;
	stats->insn_bytes += insn->bytes;
	/* The usual case: one instruction. */
	if (insns_are_one_block(insn)) {
		stats->insns[ISMT_PCISTB]++;
		stats->stb[stb_bucket(insn->max)]++;
		return;
	}
	for (i = 0; i < ISMT_KINDS; i++)
		stats->insns[i] += insn->n[i];
	for (i = 0; i < ISMT_WIDTHS; i++)
		stats->width[i] += insn->width[i];
	if (insn->n[ISMT_PCISTB] || insn->n[ISMT_MIO_BLOCK])
		for (i = 0; i < ISMT_STB_BUCKETS; i++)
			stats->stb[i] += insn->stb[i];
}

/* All that simply adds up; sign is 1, or -1 to take it off. */
static void add_numbers(struct access_stats *sum, const struct access_stats *part, uint64_t sign)
{
	unsigned int i;

	sum->accesses += sign * part->accesses;
	sum->bytes += sign * part->bytes;
	sum->errors += sign * part->errors;
	sum->failed += sign * part->failed;
	sum->insn_bytes += sign * part->insn_bytes;
	for (i = 0; i < ISMT_KINDS; i++)
		sum->insns[i] += sign * part->insns[i];
	for (i = 0; i < ISMT_WIDTHS; i++)
		sum->width[i] += sign * part->width[i];
	for (i = 0; i < ISMT_STB_BUCKETS; i++)
		sum->stb[i] += sign * part->stb[i];
}

void stats_add(struct access_stats *sum, const struct access_stats *part)
{
	add_numbers(sum, part, 1);
	hist_merge(&sum->size, &part->size);
	hist_merge(&sum->latency, &part->latency);
}

void stats_sub(struct access_stats *sum, const struct access_stats *part)
{
	add_numbers(sum, part, -1ULL);
	hist_subtract(&sum->size, &part->size);
	hist_subtract(&sum->latency, &part->latency);
}
