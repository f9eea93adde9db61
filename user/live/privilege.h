/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * privilege.h - what loading needs, and giving it up afterwards.
 */
#ifndef ISMT_LIVE_PRIVILEGE_H
#define ISMT_LIVE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/run_as.h"

/*
 * privilege_missing - the names of the capabilities that loading needs and
 * the process lacks, separated by ", ".  Returns their number.
 */
int privilege_missing(char *buf, size_t len);

/*
 * privilege_drop - become who as says, or stay who we are if that is not root and nothing
 * was given; without any capability, for good, and with nothing in core dumps.  Returns 0
 * or -errno; on an error the caller must not go on.
 */
int privilege_drop(const struct run_as *as);

/*
 * privilege_shut_in - dir, a descriptor of a directory, becomes the root directory and the
 * current one; where that takes a capability which we lack, the current one only.  0 or -errno.
 */
int privilege_shut_in(int dir);

/*
 * privilege_keep_files - stay root where files are concerned, and nobody else's in anything else;
 * without any capability, or, of_others, with the one to make files in a directory of somebody
 * else's.  Who was not root stays who he is.  Returns 0 or -errno, as above.
 */
int privilege_keep_files(bool of_others);

/*
 * privilege_keep_tracing - as privilege_drop(), but stay able to load and attach again:
 * what privilege_missing() asks for, and nothing else, is kept, and lies idle until
 * privilege_raise(true).  Returns 0 or -errno, as above.
 */
int privilege_keep_tracing(const struct run_as *as);

/* What was kept, in effect or idle again.  0 or -errno. */
int privilege_raise(bool raise);

#endif /* ISMT_LIVE_PRIVILEGE_H */
