/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - where a command writes: standard output, or the file of -o, which keeps
 * it apart from what CMD prints.
 */
#ifndef ISMT_CLI_OUTPUT_H
#define ISMT_CLI_OUTPUT_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "util/outfile.h"

/* Starts as zeros. */
struct output {
	const char *path;  /* of -o; NULL: standard output; borrowed */
	bool looked;	   /* for the directory, as the option was read */
	struct outdir dir; /* then that is it */
	FILE *file;	   /* to write to; NULL: not open */
};

/* -o FILE; input is a struct output. */
extern const struct argp output_argp;

/*
 * output_open - a file is made for the owner alone, in place of one that is there; a link
 * is not followed (outfile.h).  EXIT_DONE, or EXIT_OUTPUT after having said why not.
 */
int output_open(struct output *out);

/*
 * output_close - all is written, or failed with err, -errno.  Flushes, closes, and
 * returns the first error, -errno; 0 if there was none, or it is not open.
 */
int output_close(struct output *out, int err);

/*
 * output_status - the exit status of a command whose output ended with err, 0 or
 * -errno: EXIT_DONE, also if the reader has gone, or EXIT_OUTPUT after having said
 * why.  out may be NULL: standard output.
 */
int output_status(const struct output *out, int err);

/* Both in one. */
int output_finish(struct output *out);

/*
 * output_unsaid - for the end of the program: what went wrong with standard output
 * and nobody has told.  A status as from output_status().
 */
int output_unsaid(void);

/*
 * output_mixes - true if what CMD prints on standard output would get between what is
 * written to path (NULL or "-": standard output).  On a terminal a person tells them
 * apart.
 */
bool output_mixes(const char *path);

/* Do both names lead to the same file? */
bool output_is(const char *path, const char *other);

#endif /* ISMT_CLI_OUTPUT_H */
