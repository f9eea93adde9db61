/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture_args.h - the captures that a command is told to read, and what of them.
 */
#ifndef ISMT_CLI_CAPTURE_ARGS_H
#define ISMT_CLI_CAPTURE_ARGS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/output.h"
#include "model/filter.h"

/* Captures that can be named at once. */
#define CAPTURE_ARGS_MAX 256

/* Starts as zeros and filter_init(); the names of files are the argv's. */
struct capture_args {
	struct filter filter;
	const char **files; /* to be freed by who parsed them */
	size_t nr_files;
	bool no_files; /* it is known that there are none, and why */
	bool strict;
	const struct output *output; /* borrowed; NULL: standard output */
	/* A line about progress would not get between lines of output. */
	bool silent; /* nothing is written to the terminal meanwhile */
};

/* FILE..., --strict; input is a struct capture_args. */
extern const struct argp capture_argp;

#endif /* ISMT_CLI_CAPTURE_ARGS_H */
