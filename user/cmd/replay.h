/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replay.h - read captures from begin to end: filters first, then the rules, then the summary, in
 * the same order as in a live trace.  What dump, report and check share.
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
	/* Called with rec->access, whose rules are set, and which is in the summary; <0: end with that. */
	int (*access)(void *arg, const struct capture_record *rec);
	int (*insn)(void *arg, const struct insn *insn); /* may be NULL */
	void *arg;
};

struct replay {
	struct capture_args *options; /* borrowed */
	struct capture *capture;
	struct summary *summary;
	struct rules_state *rules;
	struct pending pending; /* instructions whose access has not been filtered yet */
	const struct replay_handler *handler;
	/* The progress line: when reading began and when it was last shown, CLOCK_MONOTONIC; is it there? */
	uint64_t begin_ns, shown_ns;
	bool shown;
	int status; /* the exit status so far */
};

/* Open the files.  Returns an exit status; unless it is EXIT_DONE, the reason was printed. */
int replay_open(struct replay *replay, struct capture_args *options);

/*
 * replay_run - deliver all records.  Returns 0, what the handler returned, or -ENOMEM.  If a file
 * is bad, that is printed and replay->status is set; what was delivered until then is valid.
 */
int replay_run(struct replay *replay, const struct replay_handler *handler);

/* Complete the summary, which is good until replay_close().  0 or -ENOMEM. */
int replay_finish(struct replay *replay);

void replay_close(struct replay *replay);

/*
 * replay_end - the exit status of a command whose output ended with err, 0 or -errno.  That the
 * reader of a pipe went away is printed, but is no failure.
 */
int replay_end(const struct replay *replay, int err);

#endif /* ISMT_CMD_REPLAY_H */
