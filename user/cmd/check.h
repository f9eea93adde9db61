/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - `ismtrace check` over captures, and where it goes for
 * `check -- CMD`.
 */
#ifndef ISMT_CHECK_CAPTURE_H
#define ISMT_CHECK_CAPTURE_H

#include "output/findings_list.h"
#include "model/filter.h"

/*
 * Runs argv traced and shows what was found at its end.  Returns the exit
 * status: EXIT_FINDINGS, or argv's own.
 */
typedef int check_live_fn(const struct filter *filter,
			  const struct check_options *options, char **argv);

/* The command; live is NULL where nothing can be traced. */
int check_command(int argc, char **argv, check_live_fn *live);

#endif /* ISMT_CHECK_CAPTURE_H */
