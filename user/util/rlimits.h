/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rlimits.h - resource limits: raise them, and name them in errors that they cause.
 */
#ifndef ISMT_UTIL_RLIMITS_H
#define ISMT_UTIL_RLIMITS_H

#include <stdbool.h>
#include <stddef.h>

/* rlimits_raise - raise the limit of open files to its hard limit.  CMD gets back what we were started with. */
void rlimits_raise(void);

/* Bytes that are enough for rlimits_strerror(). */
#define RLIMITS_TEXT 160

/*
 * rlimits_strerror - strerror() of a positive errno; an error that a limit causes names the limit
 * and its value.  The result is constant or in buf.
 */
const char *rlimits_strerror(int err, char *buf, size_t len);

/*
 * rlimits_cause - -EMFILE or -ENFILE if no file can be opened any more, else err, a -errno.
 * Libraries often return another error when they could not open a file.
 */
int rlimits_cause(int err);

/* Print the hint for an error that a limit causes; false if err, a positive errno, is none. */
bool rlimits_hint(int err);

/* rlimits_no_memory - the error "out of memory", with the limit and the hint if there is a limit. */
void rlimits_no_memory(void);

#endif /* ISMT_UTIL_RLIMITS_H */
