/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rlimits.h - what a process may have, and how to say that it has got it all.
 */
#ifndef ISMT_UTIL_RLIMITS_H
#define ISMT_UTIL_RLIMITS_H

#include <stdbool.h>
#include <stddef.h>

/* rlimits_raise - as many open files as we may have.  The workload keeps what it was given. */
void rlimits_raise(void);

/*
 * rlimits_strerror - as strerror(), but an error that comes of a limit names it, and what
 * it is.  err is positive; buf is used if need be.
 */
const char *rlimits_strerror(int err, char *buf, size_t len);

/*
 * rlimits_cause - err, or -EMFILE or -ENFILE in its place when no file can be opened any more:
 * between the kernel and us that often becomes another error.
 */
int rlimits_cause(int err);

/* The hint for such an error: true if err is one. */
bool rlimits_hint(int err);

#endif /* ISMT_UTIL_RLIMITS_H */
