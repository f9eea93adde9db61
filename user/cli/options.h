/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - what several commands have in common on the command line.
 */
#ifndef ISMT_CLI_OPTIONS_H
#define ISMT_CLI_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "model/filter.h"
#include "util/run_as.h"

/* -d, -p, -c, -r, -w, --size, --errors, --rule; input is a struct filter. */
extern const struct argp filter_argp;

/* The filters without --rule, for who has only sums of accesses. */
extern const struct argp sum_filter_argp;

/* -v, --color; input may be NULL. */
struct common_options {
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
};

extern const struct argp common_argp;

/* What --measure does, wherever there is a live trace. */
#define MEASURE_HELP                                                                            \
	"begin the measurement block of each traced function anew when it is opened, and show " \
	"the machine's count beside ours at the end"

/* The same for -a. */
#define ALL_HELP "trace all processes, not only CMD and its children"

/*
 * options_parse - argp_parse() with our conventions: "ismtrace COMMAND" in
 * messages, exit status 2 on a usage error, options end at the first word
 * that is none, so that "-- CMD -x" keeps its own.
 */
void options_parse(const struct argp *argp, const char *command, int argc, char **argv,
		   int *arg_index, void *input);

/*
 * option_error - argp_error() through escape_line(): one line of at most 511 bytes, whatever the
 * person has typed in.
 */
void option_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * options_refuse - if a word is no option that there is, and escape_line() would change it, say
 * so and exit with EXIT_USAGE: the C library would print the word as it is.
 */
void options_refuse(const struct argp *argp, int argc, char **argv);

/*
 * May colours be written to this stream?  Honours --color and NO_COLOR.  out NULL: a file that
 * is not open yet.
 */
bool color_allowed(const struct common_options *options, FILE *out);

/*
 * At ARGP_KEY_ARGS: the command and its arguments behind "--", ended by NULL;
 * option_error() and no return if there is anything else.
 */
char **parse_workload(struct argp_state *state);

/* ARGP_KEY_NO_ARGS: a usage error if "--" is all that there is. */
void parse_no_workload(struct argp_state *state);

/* The argument of -Z; option_error() and no return if there is no such user. */
void parse_run_as(struct run_as *as, const char *text, struct argp_state *state);

/* A positive number; option_error() and no return if it is none. */
unsigned long long parse_count(const char *text, const char *what, struct argp_state *state);
/* Seconds, with a fraction if wanted, as nanoseconds; option_error() and no return if it is none. */
unsigned long long parse_seconds(const char *text, struct argp_state *state);

#endif /* ISMT_CLI_OPTIONS_H */
