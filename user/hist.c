// SPDX-License-Identifier: GPL-2.0-only
#include "hist.h"

static unsigned int bucket_of(uint64_t value)
{
	if (value <= 1)
		return 0;
	return 64 - (unsigned int)__builtin_clzll(value - 1);
}

void hist_add(struct hist *hist, uint64_t value)
{
	hist->bucket[bucket_of(value)]++;
	hist->sum += value;
	if (!hist->count++) {
		hist->min = value;
		hist->max = value;
		return;
	}
	if (value < hist->min)
		hist->min = value;
	if (value > hist->max)
		hist->max = value;
}

uint64_t hist_upper(unsigned int bucket)
{
	return bucket < 64 ? 1ULL << bucket : UINT64_MAX;
}

uint64_t hist_percentile(const struct hist *hist, double percent)
{
	double want, share;
	uint64_t low, high, below = 0;
	unsigned int i;

	if (!hist->count)
		return 0;
	if (!(percent > 0))
		return hist->min;
	if (percent >= 100)
		return hist->max;
	want = (double)hist->count * percent / 100;
	for (i = 0; i < HIST_BUCKETS - 1; i++) {
		if ((double)(below + hist->bucket[i]) >= want)
			break;
		below += hist->bucket[i];
	}
	/*
	 * The ends of the values that are really there are known: without
	 * them a percentile could lie above the maximum.
	 */
	low = i ? hist_upper(i - 1) : 0;
	high = hist_upper(i);
	if (low < hist->min)
		low = hist->min;
	if (high > hist->max)
		high = hist->max;
	if (high <= low || !hist->bucket[i])
		return high;
	share = (want - (double)below) / (double)hist->bucket[i];
	if (share >= 1)
		return high;
	return low + (uint64_t)((double)(high - low) * share);
}
