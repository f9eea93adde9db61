/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tracing.h - what all commands have in common that trace the running kernel, by records or by
 * counts: options, CMD, giving up privileges, and the exit status.
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
	bool all;			/* with CMD: trace all processes, not only CMD's */
	unsigned long long duration_ns; /* 0: no limit */
	char **argv;			/* CMD and its arguments; NULL: none */
	bool separate;			/* CMD's standard output must not get into ours */

	struct workload work;
	bool asked; /* -n, -t or a signal has ended the trace */
};

/*
 * -t, -a, --measure, --mio, -Z, filters, -v, --color and the command behind "--"; input is the
 * struct tracing.  The options are in group 2, under whatever the parent calls it.
 */
extern const struct argp tracing_argp;

/* The same for a trace by counts, which has no --rule. */
extern const struct argp counting_argp;

/* Defaults, before the options are parsed. */
void tracing_init(struct tracing *tracing);

/* Fork CMD, which waits before exec.  EXIT_DONE, or another exit status, having said why. */
int tracing_fork(struct tracing *tracing);

/* Once attached: give up all privileges.  EXIT_DONE, or EXIT_ATTACH, having said why. */
int tracing_drop(const struct tracing *tracing);

/* Let CMD run, if there is one.  EXIT_DONE, or the status that a shell would end with. */
int tracing_run(struct tracing *tracing);

/* Has CMD ended? */
bool tracing_cmd_ended(struct tracing *tracing);

/*
 * tracing_stop_cmd - the trace is over.  If -n, -t or a signal has ended it, CMD is ended, too, as
 * perf does.  CMD goes on if the trace ended because its output failed.
 */
void tracing_stop_cmd(struct tracing *tracing);

/*
 * tracing_status - after all is written: the exit status as far as it depends on CMD.  Waits for
 * CMD if it was told to end.
 */
int tracing_status(struct tracing *tracing);

/* Call it in any case: ends a CMD that never ran; one that runs is left alone. */
void tracing_end(struct tracing *tracing);

#endif /* ISMT_CMD_TRACING_H */
