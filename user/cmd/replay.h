/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replay.h - captures read from begin to end as live reads the kernel: filters
 * first, then the rules, then the summary.  What dump, report and check share.
 */
#ifndef ISMT_CMD_REPLAY_H
#define ISMT_CMD_REPLAY_H

#include <stdbool.h>

#include "capture/reader.h"
#include "cli/capture_args.h"
#include "model/pending.h"
#include "model/rules.h"
#include "model/summary.h"

struct replay_handler {
	/* rec->access with its rules, already in the summary; negative: end. */
	int (*access)(void *arg, const struct capture_record *rec);
	int (*insn)(void *arg, const struct insn *insn); /* may be NULL */
	void *arg;
};

struct replay {
	struct capture_args *options; /* borrowed */
	struct capture *capture;
	struct summary *summary;
	struct rules_state *rules;
	struct pending pending; /* instructions whose access is to be decided on */
	const struct replay_handler *handler;
	uint64_t begin_ns, shown_ns; /* of the progress line; CLOCK_MONOTONIC */
	bool shown;
	int status; /* EXIT_DONE until something is wrong */
};

/* Opens the files.  Returns an exit status, having told why. */
int replay_open(struct replay *replay, struct capture_args *options);

/*
 * replay_run - deliver everything.  Returns 0, what the handler returned, or
 * -ENOMEM.  A bad file is told, replay->status set, and what was read stands.
 */
int replay_run(struct replay *replay, const struct replay_handler *handler);

/* Completes the summary.  Functions and summary are good until replay_close(). */
int replay_finish(struct replay *replay);

void replay_close(struct replay *replay);

/*
 * replay_end - the exit status of a command whose output ended with err, 0 or
 * -errno: a reader that went away is no failure, and is said.
 */
int replay_end(const struct replay *replay, int err);

#endif /* ISMT_CMD_REPLAY_H */
