/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - a trace from the running kernel into a sink, from attaching to
 * the account: what `ismtrace live` and `ismtrace record` have in common.
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
	 * Attached, and still with all privileges: open what needs them.  Says
	 * what went wrong and returns the exit status.  May be NULL.
	 */
	int (*prepare)(struct session *session);
	/* Without privileges: make the sink; NULL if there is no memory. */
	struct sink *(*sink)(struct session *session);
	/*
	 * The sink has ended and been flushed with output_error set to what
	 * came of it: tell, and return the exit status.
	 */
	int (*finish)(struct session *session);
	/* The trace is for the output alone: without its beginning there is none. */
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
	bool left;	  /* CMD has ended, but not all that it has started */
	uint64_t surplus; /* records after the last that was asked for */
	int output_error; /* first -errno of the sink */
};

/* -n, --insn, --buffer-size, and those of tracing_argp; input is the struct session. */
extern const struct argp session_argp;

/* Defaults, before the options are parsed. */
void session_init(struct session *session, const struct session_ops *ops);

/* Runs it all; returns the exit status. */
int session_run(struct session *session);

/*
 * session_account - what was lost, filtered and unattributed until now, into
 * a summary that has none of it yet.  0 or -errno with the counts incomplete.
 */
int session_account(struct session *session, struct summary *summary);

void session_free(struct session *session);

#endif /* ISMT_CMD_SESSION_H */
