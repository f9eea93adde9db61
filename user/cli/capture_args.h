/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture_args.h - the options of commands that read captures: which files, and which accesses.
 */
#ifndef ISMT_CLI_CAPTURE_ARGS_H
#define ISMT_CLI_CAPTURE_ARGS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/output.h"
#include "model/filter.h"

/* The most captures that can be given. */
#define CAPTURE_ARGS_MAX 256

/* Starts as zeros, with filter_init(); the names of files are those in argv. */
struct capture_args {
	struct filter filter;
	const char **files; /* the array is freed by whoever had the options parsed */
	size_t nr_files;
	bool no_files; /* no files are needed: check -- CMD makes a trace of its own */
	bool strict;
	const struct output *output; /* borrowed; NULL: standard output */
	bool silent; /* no output goes to the terminal meanwhile: a progress line disturbs nothing */
};

/* FILE..., --strict; input is a struct capture_args. */
extern const struct argp capture_argp;

#endif /* ISMT_CLI_CAPTURE_ARGS_H */
