/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tracing.h - what every command that traces the running kernel has in common, whether records
 * come or counts: its options, CMD, the privileges that are given up, and the exit status.
 */
#ifndef ISMT_CMD_TRACING_H
#define ISMT_CMD_TRACING_H

#include <argp.h>
#include <stdbool.h>

#include "cli/options.h"
#include "cmd/workload.h"
#include "live/source.h"

struct tracing {
	struct live_options options; /* filter_init() has been called */
	struct common_options common;
	bool all;			/* with a workload: trace all processes */
	unsigned long long duration_ns; /* 0: no limit */
	char **argv;			/* of the workload; NULL: none */
	bool separate;			/* what it prints must not get into our output */

	struct workload work;
	bool asked; /* -n, -t or a signal has ended the trace */
};

/*
 * -t, -a, --measure, --mio, -Z, filters, -v, --color and the command behind "--"; input is the
 * struct tracing.  The options are in group 2, under whatever the parent calls it.
 */
extern const struct argp tracing_argp;

/* Defaults, before the options are parsed. */
void tracing_init(struct tracing *tracing);

/* Makes CMD, which waits.  EXIT_DONE, or why not, which was said. */
int tracing_fork(struct tracing *tracing);

/* Once attached: gives up all privileges.  EXIT_DONE, or EXIT_ATTACH, which was said. */
int tracing_drop(const struct tracing *tracing);

/* Lets CMD run, if there is one.  EXIT_DONE, or what a shell answers. */
int tracing_run(struct tracing *tracing);

/* Has CMD ended? */
bool tracing_cmd_ended(struct tracing *tracing);

/*
 * tracing_stop_cmd - the trace is over: if that was asked for, CMD is ended, too, as perf does.
 * An output that fails is no reason to end it.
 */
void tracing_stop_cmd(struct tracing *tracing);

/*
 * tracing_status - when all is written: what CMD makes of the exit status.  Waits for it if it
 * was to end.
 */
int tracing_status(struct tracing *tracing);

/* In any case: a CMD that was never started is ended, one that runs let go. */
void tracing_end(struct tracing *tracing);

#endif /* ISMT_CMD_TRACING_H */
