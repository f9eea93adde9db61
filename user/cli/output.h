/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - where a command writes: standard output, or the file of -o, which keeps its output
 * apart from what CMD prints.
 */
#ifndef ISMT_CLI_OUTPUT_H
#define ISMT_CLI_OUTPUT_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "util/outfile.h"

/* Starts as zeros. */
struct output {
	const char *path;  /* the argument of -o, borrowed; NULL: standard output */
	bool looked;	   /* dir was opened, when the option was read */
	struct outdir dir; /* the directory of path */
	FILE *file;	   /* NULL: not open */
};

/* -o FILE; input is a struct output. */
extern const struct argp output_argp;

/*
 * output_open - make the file, readable by the owner alone, in place of one that is there; a link
 * is not followed (outfile.h).  EXIT_DONE, or EXIT_OUTPUT after having said why not.
 */
int output_open(struct output *out);

/*
 * output_close - flush and close.  err is 0, or the -errno that writing failed with before.
 * Returns the first error, -errno; 0 if there was none, or it was not open.
 */
int output_close(struct output *out, int err);

/*
 * output_status - the exit status of a command whose output ended with err, 0 or
 * -errno: EXIT_DONE, also if the reader has gone, or EXIT_OUTPUT after having said
 * why.  out may be NULL: standard output.
 */
int output_status(const struct output *out, int err);

/* output_close() and output_status() in one. */
int output_finish(struct output *out);

/*
 * output_unsaid - at the end of the program: say what went wrong with standard output, unless that
 * was said before.  Returns a status as output_status() does.
 */
int output_unsaid(void);

/*
 * output_mixes - true if CMD's standard output and what is written to path (NULL or "-": standard
 * output) would end up in the same pipe or file.  A terminal does not count: a person can tell
 * them apart.
 */
bool output_mixes(const char *path);

/* Do both names lead to the same file? */
bool output_is(const char *path, const char *other);

#endif /* ISMT_CLI_OUTPUT_H */
