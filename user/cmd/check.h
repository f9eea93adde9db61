/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - `ismtrace check` over captures, and where it goes for
 * `check -- CMD`.
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
	bool measure;
	struct run_as run_as;
	struct output *output;
	char **argv;
};

/*
 * Runs argv traced and shows what was found at its end.  Returns the exit
 * status: EXIT_FINDINGS, or argv's own.
 */
typedef int check_live_fn(const struct check_trace *trace);

/* The command; live is NULL where nothing can be traced. */
int check_command(int argc, char **argv, check_live_fn *live);

#endif /* ISMT_CMD_CHECK_H */
