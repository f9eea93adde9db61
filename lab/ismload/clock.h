/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - the clocks that ismload reads, all in nanoseconds.
 */
#ifndef ISMLOAD_CLOCK_H
#define ISMLOAD_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC: for durations and deadlines. */
uint64_t clock_ns(void);

/* CLOCK_REALTIME, since 1970: for the times in reports. */
uint64_t realtime_ns(void);

/* CPU time that the calling thread has used so far. */
uint64_t thread_cpu_ns(void);

#endif /* ISMLOAD_CLOCK_H */
