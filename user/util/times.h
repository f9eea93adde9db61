/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * times.h - points in time as records have them: signed nanoseconds since 1970, so from 1677 to
 * 2262.  A capture may claim any time; sums and differences saturate instead of overflowing.
 */
#ifndef ISMT_UTIL_TIMES_H
#define ISMT_UTIL_TIMES_H

#include <stdint.h>

#include "util/clock.h"

/* ts + ns. */
static inline int64_t time_add(int64_t ts, int64_t ns)
{
	int64_t sum;

	if (!__builtin_add_overflow(ts, ns, &sum))
		return sum;
	return ns < 0 ? INT64_MIN : INT64_MAX;
}

/* a - b, ns. */
static inline int64_t time_diff(int64_t a, int64_t b)
{
	int64_t difference;

	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	return a < b ? INT64_MIN : INT64_MAX;
}

/* The end of what began at ts and took ns nanoseconds. */
static inline int64_t time_end(int64_t ts, uint64_t ns)
{
	return time_add(ts, ns > INT64_MAX ? INT64_MAX : (int64_t)ns);
}

/* Nanoseconds from since to until; 0 if until is earlier. */
static inline uint64_t time_span(int64_t since, int64_t until)
{
	return until > since ? (uint64_t)until - (uint64_t)since : 0;
}

/* The second that ts is in, negative before 1970; *ns: nanoseconds since that second began. */
static inline int64_t time_second(int64_t ts, uint32_t *ns)
{
	int64_t second = ts / NS_PER_SEC, rest = ts % NS_PER_SEC;

	if (rest < 0) {
		second--;
		rest += NS_PER_SEC;
	}
	*ns = (uint32_t)rest;
	return second;
}

#endif /* ISMT_UTIL_TIMES_H */
