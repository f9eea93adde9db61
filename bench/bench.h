/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.h - what the programs that measure share: numbers that are always the same, so
 * that figures can be compared, and clocks.
 */
#ifndef ISMT_BENCH_H
#define ISMT_BENCH_H

#include <stdint.h>
#include <sys/time.h>
#include <time.h>

/* A number below this one. */
__attribute__((unused)) static uint32_t any(uint32_t below)
{
	static uint64_t state = 88172645463325252ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

__attribute__((unused)) static double seconds(struct timeval tv)
{
	return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

/* CLOCK_MONOTONIC, seconds. */
__attribute__((unused)) static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#endif /* ISMT_BENCH_H */
