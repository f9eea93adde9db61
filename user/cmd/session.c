// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "util/interrupt.h"
#include "util/message.h"
#include "live/privilege.h"
#include "util/rlimits.h"
#include "live/sandbox.h"

/* How long to sleep when there is nothing; the kernel wakes us in batches. */
#define POLL_MS	50

enum { OPT_INSN = 0x200, OPT_BUFFER, OPT_MIO, OPT_MEASURE };

static const struct argp_option session_options[] = {
	{ NULL, 0, NULL, 0, "How to trace:", 2 },
	{ "count", 'n', "COUNT", 0, "end after COUNT accesses", 0 },
	{ "time-limit", 't', "SECONDS", 0, "end after SECONDS", 0 },
	{ "insn", OPT_INSN, NULL, 0, "each instruction as well, as a record of its own", 0 },
	{ "all-processes", 'a', NULL, 0, "with -- CMD: trace all processes, not only CMD and its children", 0 },
	{ "buffer-size", OPT_BUFFER, "BYTES", 0,
	  "of the ring buffer between kernel and ismtrace (default 16M)", 0 },
	{ "measure", OPT_MEASURE, NULL, 0, MEASURE_HELP, 0 },
	{ "mio", OPT_MIO, "auto|on|off", 0,
	  "probe the MIO-capable helpers too; auto: where the machine has MIO", 0 },
	{ "relinquish-privileges", 'Z', "USER", 0, RUN_AS_HELP, 0 },
	{ 0 },
};

static const struct argp_child session_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &common_argp, 0, NULL, -1 },
	{ 0 },
};

static error_t parse_session(int key, char *arg, struct argp_state *state)
{
	struct session *session = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &session->options.filter;
		state->child_inputs[1] = &session->common;
		return 0;
	case 'n':
		session->count = parse_count(arg, "COUNT", state);
		return 0;
	case 't':
		session->duration_ns = parse_seconds(arg, state);
		return 0;
	case 'a':
		session->all = true;
		return 0;
	case OPT_MEASURE:
		session->options.measure = true;
		return 0;
	case OPT_INSN:
		session->options.insns = true;
		return 0;
	case OPT_BUFFER:
		if (parse_size(arg, &session->options.buffer_size) ||
		    !session->options.buffer_size ||
		    session->options.buffer_size > LIVE_BUFFER_MAX)
			option_error(state, "--buffer-size is 1 to 1G bytes, not '%s'",
				     arg);
		return 0;
	case OPT_MIO:
		if (parse_mio(arg, &session->options.mio))
			option_error(state, "--mio is auto, on or off, not '%s'", arg);
		return 0;
	case 'Z':
		parse_run_as(&session->options.run_as, arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		session->argv = parse_workload(state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		parse_no_workload(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp session_argp = {
	.options = session_options,
	.parser = parse_session,
	.children = session_children,
};

static bool enough(const struct session *session)
{
	return session->count && session->summary->recorded >= session->count;
}

/* It reached us, but not the output: its instructions are accounted for. */
static int on_dropped(struct session *session, const struct access *access)
{
	struct summary_function *f = summary_function(session->summary, access->fn);

	if (!f)
		return -ENOMEM;
	session->summary->lost.n[LOSS_WRITER]++;
	apart_add_access(&f->lost, &access->raw.insn);
	return 0;
}

static int on_access(void *arg, struct access *access)
{
	struct session *session = arg;
	int err;

	rules_apply(session->rules, access);
	session->summary->examined++;
	if (enough(session) || (session->options.filter.rules &&
				!(access->rules & session->options.filter.rules))) {
		session->surplus++;
		return summary_leave_out(session->summary, access);
	}
	err = session->output_error;
	if (!err)
		err = session->sink->ops->access(session->sink, access);
	if (err < 0)
		session->output_error = err;
	/* What the output has failed on is counted nonetheless: it was recorded. */
	err = err == SINK_DROPPED ? on_dropped(session, access) :
				    summary_access(session->summary, access);
	if (err)
		return err;
	if (session->output_error)
		return session->output_error;
	/* A producer that is faster than we are would never let the poll end. */
	if (interrupted())
		return -EINTR;
	return enough(session) ? -ECANCELED : 0;
}

static int on_insn(void *arg, const struct insn *insn)
{
	struct session *session = arg;
	int err = session->output_error;

	if (!err)
		err = session->sink->ops->insn(session->sink, insn);
	if (err == SINK_DROPPED) {
		session->summary->lost.n[LOSS_INSN_WRITER]++;
		return 0;
	}
	if (err < 0)
		session->output_error = err;
	err = summary_insn(session->summary, insn);
	return err ? err : session->output_error;
}

static bool ended(struct session *session, uint64_t begin)
{
	session->asked = interrupted() || enough(session) ||
			 (session->duration_ns && mono_ns() - begin >= session->duration_ns);
	return session->asked || session->output_error ||
	       (session->work.pid && workload_ended(&session->work));
}

static int timeout_ms(const struct session *session, uint64_t begin)
{
	uint64_t passed, left;

	if (!session->duration_ns)
		return POLL_MS;
	passed = mono_ns() - begin;
	left = passed < session->duration_ns ? (session->duration_ns - passed) / 1000000 + 1 : 1;
	return left < POLL_MS ? (int)left : POLL_MS;
}

static void flush(struct session *session)
{
	if (!session->output_error)
		session->output_error = session->sink->ops->flush(session->sink);
}

/* Deliver until something ends the trace, then what is still in the buffer. */
static int stream(struct session *session)
{
	uint64_t begin = mono_ns();
	int got = 0;

	while (!ended(session, begin)) {
		got = live_poll(session->live, timeout_ms(session, begin));
		if (got < 0 && got != -EINTR && got != -ECANCELED && got != session->output_error)
			break;
		flush(session);
	}
	live_stop(session->live);
	/* It may have come with the end of the workload, which got it as well. */
	session->asked |= interrupted();
	interrupt_forget();
	do {
		got = live_poll(session->live, 0);
	} while (got > 0 || got == -ECANCELED || (got < 0 && got == session->output_error));
	return got == -ENOMEM ? got : 0;
}

/* What the output dropped is known here only. */
static int add_dropped(const struct summary *from, struct summary *to)
{
	struct summary_function *f;
	size_t i;

	to->lost.n[LOSS_WRITER] = from->lost.n[LOSS_WRITER];
	to->lost.n[LOSS_INSN_WRITER] = from->lost.n[LOSS_INSN_WRITER];
	for (i = 0; i < from->nr_functions; i++) {
		f = summary_function(to, from->functions[i].fn);
		if (!f)
			return -ENOMEM;
		apart_add(&f->lost, &from->functions[i].lost);
	}
	return 0;
}

int session_account(struct session *session, struct summary *summary)
{
	int err = live_account(session->live, summary);

	/* The session's own summary has these already, with their instructions. */
	if (summary != session->summary)
		summary->filtered += session->surplus;
	summary->end_ns = live_now(session->live);
	if (summary != session->summary && !err)
		err = add_dropped(session->summary, summary);
	return err;
}

/* A gate has not seen all when CMD, or what it has started, would have gone on. */
static const char *cut_short(struct session *session)
{
	if (!session->work.pid)
		return NULL;
	if (!workload_ended(&session->work) || session->asked)
		return "the trace ended before CMD did";
	if (live_tree_goes_on(session->live))
		return "CMD has ended, but not all that it has started";
	return NULL;
}

static int finish(struct session *session)
{
	int err = session_account(session, session->summary);

	if (err)
		warning("the counts of instructions outside accesses are incomplete: %s",
			strerror(-err));
	session->summary->cut = cut_short(session);
	summary_finish(session->summary);
	if (!session->output_error)
		session->output_error = session->sink->ops->end(session->sink, session->summary);
	flush(session);
	return session->ops->finish(session);
}

static void say_ready(const struct session *session)
{
	if (session->work.pid)
		return;
	fprintf(stderr, "ismtrace: tracing (%s)%s%s\n", live_attach_mode(session->live),
		session->duration_ns || session->count ? "" : "; Ctrl-C ",
		session->duration_ns || session->count ? "" : session->ops->ends);
}

static int start_workload(struct session *session)
{
	return session->work.pid ? workload_run(&session->work, session->argv[0]) : EXIT_DONE;
}

/*
 * The trace is over, and the workload was to run no longer: end it, as perf does.
 * What fails in the output is no reason to end it.
 */
static void end_workload(struct session *session)
{
	struct workload *work = &session->work;

	if (work->pid && session->asked && !workload_ended(work))
		workload_stop(work, session->argv[0]);
}

/* What the workload makes of the exit status; waits for it if it was to end. */
static int workload_status(struct session *session)
{
	struct workload *work = &session->work;

	if (!work->pid || !session->asked)
		return work->ended ? workload_exit_status(work) : EXIT_DONE;
	/* All is written. */
	interrupt_let_go();
	return workload_told_status(work, session->argv[0]);
}

static int make_sink(struct session *session)
{
	session->summary = summary_new();
	session->rules = rules_new();
	if (!session->summary || !session->rules)
		return -ENOMEM;
	session->summary->begin_ns = live_now(session->live);
	session->sink = session->ops->sink(session);
	return session->sink ? 0 : -errno;
}

static void say_no_sink(int err)
{
	char text[128];

	if (err == -ENOMEM)
		error("out of memory");
	else
		error("cannot start the writer: %s", rlimits_strerror(-err, text, sizeof(text)));
	rlimits_hint(-err);
}

static int trace(struct session *session)
{
	struct live_handler handler = { .access = on_access, .insn = on_insn, .arg = session };
	int status, err;

	status = live_open(&session->live, &session->options, &handler);
	if (!status && session->ops->prepare)
		status = session->ops->prepare(session);
	if (status)
		return status;
	err = privilege_drop(&session->options.run_as);
	if (err) {
		error("cannot drop privileges: %s", strerror(-err));
		return EXIT_ATTACH;
	}
	/* Before there is a thread that writes; the calls are left until it was made. */
	sandbox_files(SANDBOX_TRACE, -1);
	err = make_sink(session);
	if (err) {
		say_no_sink(err);
		return EXIT_ATTACH;
	}
	interrupt_catch();
	sandbox_calls(SANDBOX_TRACE);
	session->output_error = session->sink->ops->begin(session->sink);
	/* Nothing at all can be written: as if it could not be opened. */
	if (session->output_error && session->ops->output_only)
		return session->ops->finish(session);
	live_arm(session->live);
	say_ready(session);
	status = start_workload(session);
	if (status)
		return status;
	err = stream(session);
	if (err)
		error("the trace ended early: %s", strerror(-err));
	end_workload(session);
	status = finish(session);
	/* The workload is waited for in any case; what went wrong here comes first. */
	err = workload_status(session);
	return status ? status : err;
}

void session_init(struct session *session, const struct session_ops *ops)
{
	memset(session, 0, sizeof(*session));
	session->ops = ops;
	session->options.buffer_size = LIVE_BUFFER_DEFAULT;
	filter_init(&session->options.filter);
}

int session_run(struct session *session)
{
	int status, err;

	if (session->argv) {
		status = workload_look(session->argv[0]);
		if (status)
			return status;
		err = workload_fork(&session->work, session->argv, session->apart);
		if (err) {
			workload_say_no_fork(session->argv[0], err);
			return EXIT_ATTACH;
		}
		if (!session->all && !session->options.filter.nr_pids)
			session->options.tree = session->work.pid;
	}
	status = trace(session);
	workload_abandon(&session->work);
	return status;
}

void session_free(struct session *session)
{
	if (session->sink)
		session->sink->ops->free(session->sink);
	rules_free(session->rules);
	summary_free(session->summary);
	live_close(session->live);
}
