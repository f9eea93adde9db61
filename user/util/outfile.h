/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outfile.h - how every file that we write is made.
 *
 * Whoever may write to a directory must not be able to have us write to a file of
 * somebody else's, or read along in ours.  So a file that is there is replaced by another
 * one of its name, which nobody else has open or has a second name for; no link is
 * followed; and the directory is looked up once, for as many files as are made in it.
 * The old file is kept under its name with OUTFILE_OLD, unless it is empty.
 */
#ifndef ISMT_UTIL_OUTFILE_H
#define ISMT_UTIL_OUTFILE_H

#include <stdbool.h>
#include <sys/types.h>

#define OUTFILE_OLD ".old"

/* A directory that files are made in; initialise it with OUTDIR_NONE. */
struct outdir {
	int fd; /* O_PATH of the directory; -1: none */
};

#define OUTDIR_NONE ((struct outdir){ .fd = -1 })

/* The part of a path behind its last slash. */
const char *outfile_base(const char *path);

/* Open the directory of the file at path.  Links on the way to it are followed.  0 or -errno. */
int outdir_open(struct outdir *dir, const char *path);
void outdir_close(struct outdir *dir);

/*
 * May we make files in the directory as its owner, without any capability?  Then none has to be
 * kept for it.
 */
bool outdir_is_ours(const struct outdir *dir);

/*
 * outfile_make - make a new regular file in the directory, by a name without a slash.  Whatever has
 * the name is replaced, unless it is a directory: of a link the link, not its target; a pipe is
 * not opened.  A file that has something in it is renamed to NAME.old, in place of one of that
 * name; -EEXIST if it cannot be.  Returns a descriptor to write to, or -errno.
 */
int outfile_make(const struct outdir *dir, const char *name, mode_t mode);

/*
 * outfile_open - open the file at a path that the person has given.  A regular file is replaced as
 * by outfile_make(); where the directory cannot be written to, a file of our own that has no
 * other name is emptied instead.  A device, a pipe of ours or root's, /dev/stdout, /dev/stderr
 * and /dev/fd/N are opened as they are.  Any other link is -ELOOP.
 */
int outfile_open(const char *path, mode_t mode);

/*
 * outfile_open_in - outfile_open() in the directory that outdir_open() has looked up for the path:
 * the path may lead to another one once a trace is set up.
 */
int outfile_open_in(const struct outdir *dir, const char *path, mode_t mode);

/* A text for the person why opening failed; err is -errno. */
const char *outfile_reason(int err);

#endif /* ISMT_UTIL_OUTFILE_H */
