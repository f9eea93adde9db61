/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outfile.h - how every file that we write is made.
 *
 * Whoever may write to a directory must not be able to have us write to a file of
 * somebody else's, or read along in ours.  So a file that is there is replaced by another
 * one of its name, which nobody else has open or has a second name for; no link is
 * followed; and the directory is looked up once, for as many files as are made in it.
 */
#ifndef ISMT_UTIL_OUTFILE_H
#define ISMT_UTIL_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts as OUTDIR_NONE. */
struct outdir {
	int fd; /* O_PATH of the directory; -1: none */
};

#define OUTDIR_NONE ((struct outdir){ .fd = -1 })

/* What follows the last slash of a path. */
const char *outfile_base(const char *path);

/* The directory that a file of this path is in; links on the way are the caller's own. 0 or -errno. */
int outdir_open(struct outdir *dir, const char *path);
void outdir_close(struct outdir *dir);

/*
 * May we make files in it by the owner's rights alone, without any capability?  Then there
 * is no need to keep one.
 */
bool outdir_is_ours(const struct outdir *dir);

/*
 * outfile_make - a new regular file in the directory, by a name without a slash, in place of whatever
 * but a directory has the name: a link goes, not what it leads to, and a pipe is not waited
 * for.  A descriptor to write to, or -errno.
 */
int outfile_make(const struct outdir *dir, const char *name, mode_t mode);

/*
 * outfile_open - the file of a path that the person has given: as outfile_make(), in place of a
 * regular file.  A device, a pipe of ours or root's, /dev/stdout, /dev/stderr and /dev/fd/N are what was
 * asked for, and opened as they are; any other link is -ELOOP.  Where only the directory cannot be written to, a file of our own
 * with no other name is emptied instead.
 */
int outfile_open(const char *path, mode_t mode);

/*
 * outfile_open_in - likewise, in the directory of the path as it was when outdir_open() looked it up: what
 * its path leads to may be another one once a trace is set up.
 */
int outfile_open_in(const struct outdir *dir, const char *path, mode_t mode);

/* Why that failed, for the person; err is -errno. */
const char *outfile_reason(int err);

#endif /* ISMT_UTIL_OUTFILE_H */
