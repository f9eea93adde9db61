// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/output.h"
#include "model/filter_match.h"
#include "model/function.h"
#include "util/clock.h"
#include "util/message.h"
#include "util/rlimits.h"

/* Until the first progress line, and between two. */
#define PROGRESS_AFTER_NS NS_PER_SEC
#define PROGRESS_EVERY_NS 200000000ULL

_Static_assert(CAPTURE_ARGS_MAX == CAPTURE_FILES_MAX, "what is taken can be opened");

static void progress_clear(struct replay *replay)
{
	if (replay->shown)
		fputs("\r\033[K", stderr);
	replay->shown = false;
}

static void on_progress(void *arg, uint64_t done, uint64_t total)
{
	struct replay *replay = arg;
	uint64_t at = mono_ns();

	if (at - replay->begin_ns < PROGRESS_AFTER_NS || at - replay->shown_ns < PROGRESS_EVERY_NS)
		return;
	replay->shown_ns = at;
	replay->shown = true;
	if (total)
		fprintf(stderr, "\r\033[Kismtrace: reading, %.0f %%",
			100 * (double)done / (double)total);
	else
		fprintf(stderr, "\r\033[Kismtrace: reading, %llu MiB",
			(unsigned long long)(done >> 20));
	fflush(stderr);
}

static void on_say(void *arg, enum capture_say how, const char *text)
{
	progress_clear(arg);
	if (how == CAPTURE_ERROR)
		error("%s", text);
	else
		warning("%s", text);
}

int replay_open(struct replay *replay, struct capture_args *options)
{
	struct capture_options capture = {
		.strict = options->strict,
		.say = on_say,
		.arg = replay,
	};
	const char *term = getenv("TERM");

	memset(replay, 0, sizeof(*replay));
	replay->options = options;
	replay->begin_ns = mono_ns();
	if (isatty(STDERR_FILENO) && (options->silent || !isatty(STDOUT_FILENO)) && term &&
	    strcmp(term, "dumb"))
		capture.progress = on_progress;
	replay->summary = summary_new();
	replay->rules = rules_new();
	if (!replay->summary || !replay->rules) {
		rlimits_no_memory();
		return replay->status = EXIT_CAPTURE;
	}
	replay->status =
		capture_open(&replay->capture, options->files, options->nr_files, &capture);
	return replay->status;
}

static int show_insn(struct replay *replay, const struct insn *insn)
{
	int err = summary_insn(replay->summary, insn);

	if (err || !replay->handler->insn)
		return err;
	return replay->handler->insn(replay->handler->arg, insn);
}

/* The instructions of an access that passes, or nothing of one that does not. */
static int deliver_pending(struct replay *replay, const struct access *access, bool pass)
{
	struct pending *pending = &replay->pending;
	const struct insn *insn = NULL;
	int err = 0;

	while (pass && !err && (insn = pending_next(pending, insn, access, PENDING_INSIDE)))
		err = show_insn(replay, insn);
	pending_drop(pending, access->raw.tid);
	return err;
}

static int on_access(struct replay *replay, struct capture_record *rec)
{
	const struct filter *filter = &replay->options->filter;
	struct access *access = &rec->access;
	int err = deliver_pending(replay, access, filter_match_begin(filter, access));

	if (err)
		return err;
	if (!filter_match(filter, access))
		return summary_leave_out(replay->summary, access);
	rules_apply(replay->rules, access);
	replay->summary->examined++;
	if (!filter_match_rules(filter, access))
		return summary_leave_out(replay->summary, access);
	err = summary_access(replay->summary, access);
	return err ? err : replay->handler->access(replay->handler->arg, rec);
}

/*
 * An instruction comes before its access, which decides whether it passes.
 * Those outside accesses always do, as in the kernel.
 */
static int on_insn(struct replay *replay, const struct insn *insn)
{
	if (insn->raw.flags & ISMT_INSN_INSIDE && !filter_is_open(&replay->options->filter) &&
	    pending_add(&replay->pending, insn))
		return 0;
	return show_insn(replay, insn);
}

/* -d with a function that is in none of the captures is most likely a slip. */
static void check_names(struct replay *replay)
{
	const struct filter *filter = &replay->options->filter;
	struct function_table *table = capture_functions(replay->capture);
	size_t i;

	for (i = 0; i < filter->nr_functions && !replay->status; i++) {
		if (function_by_name(table, filter->functions[i]))
			continue;
		error("no such function in the capture%s: %s",
		      replay->options->nr_files > 1 ? "s" : "", filter->functions[i]);
		replay->status = EXIT_USAGE;
	}
}

int replay_run(struct replay *replay, const struct replay_handler *handler)
{
	struct capture_record rec;
	int got, err = 0;

	replay->handler = handler;
	while (!err && (got = capture_next(replay->capture, &rec)) > 0)
		err = rec.type == CAPTURE_ACCESS ? on_access(replay, &rec)
						 : on_insn(replay, &rec.insn);
	progress_clear(replay);
	if (!err && got < 0)
		replay->status = EXIT_CAPTURE;
	if (!err)
		check_names(replay);
	return err;
}

int replay_finish(struct replay *replay)
{
	int err = capture_account(replay->capture, replay->summary);

	summary_finish(replay->summary);
	return err;
}

void replay_close(struct replay *replay)
{
	pending_free(&replay->pending);
	rules_free(replay->rules);
	summary_free(replay->summary);
	if (replay->capture)
		capture_close(replay->capture);
	free(replay->options->files);
	replay->options->files = NULL;
}

int replay_end(const struct replay *replay, int err)
{
	if (err == -EPIPE) {
		fprintf(stderr, "ismtrace: the reader closed the output\n");
		return replay->status;
	}
	return output_status(replay->options->output, err) ?: replay->status;
}
