/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - a trace of the running kernel into a sink, from attaching to the summary: what
 * `ismtrace live` and `ismtrace record` have in common.
 */
#ifndef ISMT_CMD_SESSION_H
#define ISMT_CMD_SESSION_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"
#include "cmd/tracing.h"
#include "live/source.h"
#include "model/rules.h"
#include "model/sink.h"
#include "model/summary.h"

struct session;

struct session_ops {
	/*
	 * Called once attached, with all privileges: open what needs them.  Returns the exit
	 * status, having said what went wrong.  May be NULL.
	 */
	int (*prepare)(struct session *session);
	/* Called after privileges were dropped: make the sink; NULL: no memory. */
	struct sink *(*sink)(struct session *session);
	/*
	 * Called when the sink has ended and was flushed; output_error has the result.  Says what
	 * went wrong, if anything, and returns the exit status.
	 */
	int (*finish)(struct session *session);
	/* There is nothing to trace for if the output cannot even be begun. */
	bool output_only;
	/* What Ctrl-C does, for the line that says that the trace runs. */
	const char *ends;
};

struct session {
	const struct session_ops *ops; /* these two are set by the command; */
	struct tracing tracing;
	unsigned long long count; /* accesses; 0: no limit */

	struct live *live;
	struct sink *sink;
	struct rules_state *rules;
	struct summary *summary;
	bool left;	  /* CMD has ended, but a process that it started has not */
	uint64_t surplus; /* accesses that came after the last one that -n asked for */
	int output_error; /* first -errno of the sink */
};

/* -n, --insn, --buffer-size, and those of tracing_argp; input is the struct session. */
extern const struct argp session_argp;

/* Defaults, before the options are parsed. */
void session_init(struct session *session, const struct session_ops *ops);

/* Trace from begin to end; returns the exit status. */
int session_run(struct session *session);

/*
 * session_account - set what was lost, filtered and unattributed until now in a summary that has
 * none of it yet.  0, or -errno with the counts incomplete.
 */
int session_account(struct session *session, struct summary *summary);

void session_free(struct session *session);

#endif /* ISMT_CMD_SESSION_H */
