// SPDX-License-Identifier: GPL-2.0-only
#include "util/hist.h"

void hist_merge(struct hist *sum, const struct hist *part)
{
	unsigned int i;

	if (!part->count)
		return;
	if (!sum->count || part->min < sum->min)
		sum->min = part->min;
	if (!sum->count || part->max > sum->max)
		sum->max = part->max;
	for (i = 0; i < HIST_BUCKETS; i++)
		sum->bucket[i] += part->bucket[i];
	sum->count += part->count;
	sum->sum += part->sum;
}

void hist_subtract(struct hist *sum, const struct hist *part)
{
	unsigned int i, first = HIST_BUCKETS, last = 0;

	if (!part->count)
		return;
	for (i = 0; i < HIST_BUCKETS; i++) {
		sum->bucket[i] -= part->bucket[i];
		if (!sum->bucket[i])
			continue;
		if (first == HIST_BUCKETS)
			first = i;
		last = i;
	}
	sum->count -= part->count;
	sum->sum -= part->sum;
	if (!sum->count) {
		sum->min = sum->max = 0;
		return;
	}
	if (first > 0 && first < HIST_BUCKETS && hist_upper(first - 1) + 1 > sum->min)
		sum->min = hist_upper(first - 1) + 1;
	if (hist_upper(last) < sum->max)
		sum->max = hist_upper(last);
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
