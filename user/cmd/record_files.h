/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record_files.h - the files that a capture is written to.  The first is
 * opened with all privileges.  Where there are several, a small process keeps
 * the directory, which was looked up once, and the right to make files in it, and passes the
 * next ones over a socket, so that the one that handles records can become nobody: it can
 * ask for a number, never for a name.
 */
#ifndef ISMT_CMD_RECORD_FILES_H
#define ISMT_CMD_RECORD_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/outfile.h"

struct capture_files {
	const char *path;  /* as given; borrowed */
	bool numbered;	   /* "x.pcapng.gz" becomes "x.00001.pcapng.gz" and so on */
	unsigned int keep; /* so many of the newest; 0: all */
	struct outdir dir; /* that they are in */
	int socket;	   /* to the process that opens; -1: there is none */
	pid_t pid;
};

/*
 * files_look - look up the directory, before anything else is done: that is where the files will be,
 * whatever its path leads to later.  "-" is standard output.  0 or -errno.
 */
int files_look(struct capture_files *files, const char *path, bool numbered, unsigned int keep);

/*
 * files_open - open the first file, for the owner alone, and with numbered
 * start the process.  Returns a descriptor, or -errno.
 */
int files_open(struct capture_files *files);

/* The file with this number, from 0: a descriptor or -errno.  For writer_options. */
int files_next(void *arg, unsigned int number);

/* Ends the process. */
void files_close(struct capture_files *files);

/* The name of a file; it fits in PATH_MAX or is cut. */
void files_name(const struct capture_files *files, unsigned int number, char *buf, size_t len);

#endif /* ISMT_CMD_RECORD_FILES_H */
