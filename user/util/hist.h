/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hist.h - power-of-two histograms of 64-bit values.
 */
#ifndef ISMT_UTIL_HIST_H
#define ISMT_UTIL_HIST_H

#include <stdint.h>

#include "buckets.h"

/* As in bpf/buckets.h. */
#define HIST_BUCKETS 65

struct hist {
	uint64_t bucket[HIST_BUCKETS];
	uint64_t count;
	uint64_t sum;	   /* wraps after 2^64; of latencies: 584 years */
	uint64_t min, max; /* valid if count > 0 */
};

static inline unsigned int hist_bucket(uint64_t value)
{
	return bucket_of(value);
}

static inline void hist_add(struct hist *hist, uint64_t value)
{
	hist->bucket[hist_bucket(value)]++;
	hist->sum += value;
	if (value < hist->min || !hist->count)
		hist->min = value;
	if (value > hist->max || !hist->count)
		hist->max = value;
	hist->count++;
}

/* sum += part. */
void hist_merge(struct hist *sum, const struct hist *part);

/*
 * hist_subtract - sum -= part, where part is an earlier state of sum.  The
 * extremes of what is left are not known: they become the ends of the outermost
 * buckets that are not empty, narrowed by sum's.
 */
void hist_subtract(struct hist *sum, const struct hist *part);

/* The bucket's upper end, inclusive; UINT64_MAX for the last. */
uint64_t hist_upper(unsigned int bucket);

/*
 * hist_percentile - the value below or at which percent (0 to 100) of the
 * values lie, by linear interpolation inside a bucket; 0 if it is empty.
 */
uint64_t hist_percentile(const struct hist *hist, double percent);

#endif /* ISMT_UTIL_HIST_H */
