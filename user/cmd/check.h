/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - `ismtrace check` of captures, and its hook for `check -- CMD`.
 */
#ifndef ISMT_CMD_CHECK_H
#define ISMT_CMD_CHECK_H

#include "cli/output.h"
#include "model/filter.h"
#include "output/findings_list.h"
#include "util/run_as.h"

/* What `check -- CMD` was asked for; all pointers are borrowed. */
struct check_trace {
	const struct filter *filter;
	struct check_options check;
	bool measure, all;
	unsigned long long duration_ns; /* 0: no limit */
	struct run_as run_as;
	struct output *output;
	char **argv;
};

/*
 * Run argv, trace it, and show at its end what was found.  Returns the exit status: EXIT_FINDINGS,
 * or argv's own.
 */
typedef int check_live_fn(const struct check_trace *trace);

/* The command; live is NULL in a program that cannot trace. */
int check_command(int argc, char **argv, check_live_fn *live);

#endif /* ISMT_CMD_CHECK_H */
