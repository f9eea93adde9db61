/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record_files.h - the files that `ismtrace record` writes to.
 *
 * The first one is opened with all privileges.  Where there may be more, a helper process keeps
 * the directory, which is looked up once, and the right to make files in it.  It passes open
 * files over a socket.  So the process that handles records can give up its privileges: it can
 * only ask for the file with a number, never for one with a name.
 */
#ifndef ISMT_CMD_RECORD_FILES_H
#define ISMT_CMD_RECORD_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/outfile.h"

struct capture_files {
	const char *path;  /* as given; borrowed */
	bool numbered;	   /* "x.pcapng.gz" becomes "x.00001.pcapng.gz" and so on */
	unsigned int keep; /* how many of the newest files to keep; 0: all */
	struct outdir dir; /* the directory of the files */
	int socket;	   /* to the helper; -1: there is none */
	pid_t pid;	   /* of the helper */
};

/*
 * files_look - look up the directory of path ("-": standard output), before anything else is done.
 * The files will be there, whatever the path leads to later.  0 or -errno.
 */
int files_look(struct capture_files *files, const char *path, bool numbered, unsigned int keep);

/*
 * files_open - make the first file, readable by the owner alone; if numbered, start the helper.
 * Returns a descriptor, or -errno.
 */
int files_open(struct capture_files *files);

/* The file with this number, from 0: a descriptor or -errno.  For writer_options. */
int files_next(void *arg, unsigned int number);

/* End the helper. */
void files_close(struct capture_files *files);

/* The name of a file; it fits in PATH_MAX or is cut. */
void files_name(const struct capture_files *files, unsigned int number, char *buf, size_t len);

#endif /* ISMT_CMD_RECORD_FILES_H */
