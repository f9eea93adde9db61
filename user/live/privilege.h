/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * privilege.h - the privileges that loading needs, and how to give them up afterwards.
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
 * privilege_drop - become the user that `as` says, or stay who we are if that is not root and no
 * user was given.  All capabilities are gone for good, and there will be no core dumps.
 * Returns 0 or -errno; on an error the caller must not go on.
 */
int privilege_drop(const struct run_as *as);

/*
 * privilege_shut_in - make dir, a descriptor of a directory, the root directory and the current one;
 * without CAP_SYS_CHROOT only the current one.  0 or -errno.
 */
int privilege_shut_in(int dir);

/*
 * privilege_keep_files - stay root for files (fsuid), and become a user of one's own in all else.
 * No capability is kept; with of_others the one that is needed to make files in somebody
 * else's directory.  A process that is not root stays as it is.  Returns 0 or -errno; on an
 * error the caller must not go on.
 */
int privilege_keep_files(bool of_others);

/*
 * privilege_keep_tracing - privilege_drop(), but stay able to load and attach again: the capabilities
 * that this needs are kept, and are not effective until privilege_raise(true).  Returns 0 or
 * -errno; on an error the caller must not go on.
 */
int privilege_keep_tracing(const struct run_as *as);

/* Make the capabilities that were kept effective, or no longer.  0 or -errno. */
int privilege_raise(bool raise);

#endif /* ISMT_LIVE_PRIVILEGE_H */
