/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buckets.h - power-of-two buckets of histograms; plain C that the BPF programs and user
 * space share.  Bucket 0 holds 0 and 1, bucket i the values in (1 << (i - 1), 1 << i].
 */
#ifndef ISMT_BUCKETS_H
#define ISMT_BUCKETS_H

#include "ismtrace.h"

/* For machines that cannot count leading zeros, as BPF's. */
static inline __attribute__((always_inline)) __u32 bucket_by_halves(__u64 value)
{
	__u32 bucket = 1;

	if (value <= 1)
		return 0;
	value--;
	if (value >> 32) {
		value >>= 32;
		bucket += 32;
	}
	if (value >> 16) {
		value >>= 16;
		bucket += 16;
	}
	if (value >> 8) {
		value >>= 8;
		bucket += 8;
	}
	if (value >> 4) {
		value >>= 4;
		bucket += 4;
	}
	if (value >> 2) {
		value >>= 2;
		bucket += 2;
	}
	return bucket + (__u32)(value >> 1);
}

static inline __attribute__((always_inline)) __u32 bucket_of(__u64 value)
{
#ifdef __bpf__
	return bucket_by_halves(value);
#else
	return value <= 1 ? 0 : 64 - (__u32)__builtin_clzll(value - 1);
#endif
}

#endif /* ISMT_BUCKETS_H */
