// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats.c - tallies by pattern, kind, region and result, and latencies.
 */
#include "stats.h"

static void tally_add(struct stats *stats, const struct tally *add)
{
	struct tally *t;
	unsigned int i;

	/* Backwards: what comes now is most often what came last. */
	for (i = stats->tallies; i-- > 0;) {
		t = &stats->tally[i];
		if (t->pattern == add->pattern && t->role == add->role && t->kind == add->kind &&
		    t->region == add->region && t->result == add->result) {
			t->count += add->count;
			t->bytes += add->bytes;
			return;
		}
	}
	if (stats->tallies == TALLIES_MAX) {
		stats->untallied += add->count;
		return;
	}
	stats->tally[stats->tallies++] = *add;
}

void stats_tally(struct stats *stats, unsigned int pattern, const struct op *op, uint32_t region,
		 int64_t ret)
{
	struct tally tally = {
		.pattern = (uint16_t)pattern,
		.role = op->role,
		.kind = op->kind,
		.region = region,
		.count = 1,
	};

	if (ret < 0)
		tally.result = (int32_t)ret;
	else if (ret != (int64_t)op->len)
		tally.result = RESULT_SHORT;
	if (ret > 0)
		tally.bytes = (uint64_t)ret;
	stats->ops[op->kind]++;
	stats->bytes[op->kind] += tally.bytes;
	tally_add(stats, &tally);
}

/* Buckets: values below 16 have their own; above, 16 to each octave. */
static unsigned int latency_index(uint64_t ns)
{
	unsigned int shift, index;

	if (ns < LATENCY_STEPS)
		return (unsigned int)ns;
	shift = 63 - (unsigned int)__builtin_clzll(ns) - 4;
	index = (shift + 1) * LATENCY_STEPS + (unsigned int)(ns >> shift) - LATENCY_STEPS;
	return index < LATENCY_BUCKETS ? index : LATENCY_BUCKETS - 1;
}

static uint64_t latency_value(unsigned int index)
{
	unsigned int shift;

	if (index < LATENCY_STEPS)
		return index;
	shift = index / LATENCY_STEPS - 1;
	return ((uint64_t)(index % LATENCY_STEPS + LATENCY_STEPS) << shift) +
	       (((uint64_t)1 << shift) >> 1);
}

void latency_add(struct latency *latency, uint64_t ns)
{
	if (!latency->count || ns < latency->min)
		latency->min = ns;
	if (ns > latency->max)
		latency->max = ns;
	latency->count++;
	latency->sum += ns;
	latency->bucket[latency_index(ns)]++;
}

uint64_t latency_median(const struct latency *latency)
{
	uint64_t below = 0, value;
	unsigned int i;

	if (!latency->count)
		return 0;
	for (i = 0; i < LATENCY_BUCKETS - 1; i++) {
		below += latency->bucket[i];
		if (2 * below >= latency->count)
			break;
	}
	/* The middle of a bucket can lie outside what was measured. */
	value = latency_value(i);
	if (value < latency->min)
		return latency->min;
	return value < latency->max ? value : latency->max;
}

static void latency_merge(struct latency *to, const struct latency *from)
{
	unsigned int i;

	if (!from->count)
		return;
	if (!to->count || from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->count += from->count;
	to->sum += from->sum;
	for (i = 0; i < LATENCY_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
}

void stats_merge(struct stats *to, const struct stats *from)
{
	unsigned int i;

	for (i = 0; i < from->tallies; i++)
		tally_add(to, &from->tally[i]);
	to->untallied += from->untallied;
	for (i = 0; i < 2; i++) {
		to->ops[i] += from->ops[i];
		to->bytes[i] += from->bytes[i];
		latency_merge(&to->latency[i], &from->latency[i]);
	}
	to->verified += from->verified;
	to->mismatched += from->mismatched;
	to->unexpected += from->unexpected;
	to->late += from->late;
	to->cpu_ns += from->cpu_ns;
	if (from->begin_ns && (!to->begin_ns || from->begin_ns < to->begin_ns))
		to->begin_ns = from->begin_ns;
	if (from->end_ns > to->end_ns)
		to->end_ns = from->end_ns;
	if (from->error && !to->error)
		to->error = from->error;
}
