/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * privilege.h - what loading needs, and giving it up afterwards.
 */
#ifndef ISMT_PRIVILEGE_H
#define ISMT_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * privilege_missing - the names of the capabilities that loading needs and
 * the process lacks, separated by ", ".  Returns their number.
 */
int privilege_missing(char *buf, size_t len);

/*
 * privilege_drop - become nobody, without any capability, for good.  Returns
 * 0 or -errno; on an error the caller must not go on.
 */
int privilege_drop(void);

/*
 * privilege_keep_files - stay who we are, without any capability; of_others: but the one to
 * make files in a directory of somebody else's.  Returns 0 or -errno, as above.
 */
int privilege_keep_files(bool of_others);

/*
 * privilege_keep_tracing - become nobody, but stay able to load and attach again:
 * what privilege_missing() asks for, and nothing else, is kept, and lies idle until
 * privilege_raise(true).  Returns 0 or -errno, as above.
 */
int privilege_keep_tracing(void);

/* What was kept, in effect or idle again.  0 or -errno. */
int privilege_raise(bool raise);

#endif /* ISMT_PRIVILEGE_H */
