/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - the clocks of the machine, in nanoseconds.
 */
#ifndef ISMT_UTIL_CLOCK_H
#define ISMT_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SEC 1000000000L

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* CLOCK_MONOTONIC, which nobody can set: for how long something takes. */
static inline uint64_t mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* CLOCK_REALTIME: the time since 1970. */
static inline uint64_t real_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

#endif /* ISMT_UTIL_CLOCK_H */
