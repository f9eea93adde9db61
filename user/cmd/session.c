// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "live/sandbox.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/message.h"
#include "util/rlimits.h"

/* How long to sleep when there is nothing; the kernel wakes us in batches. */
#define POLL_MS 50

enum { OPT_INSN = 0x200, OPT_BUFFER };

static const struct argp_option session_options[] = {
	{ NULL, 0, NULL, 0, "How to trace:", 2 },
	{ "count", 'n', "COUNT", 0, "end after COUNT accesses", 0 },
	{ "insn", OPT_INSN, NULL, 0, "each instruction as well, as a record of its own", 0 },
	{ "buffer-size", OPT_BUFFER, "BYTES", 0,
	  "of the ring buffer between kernel and ismtrace (default 16M)", 0 },
	{ 0 },
};

static const struct argp_child session_children[] = {
	{ &tracing_argp, 0, NULL, 0 },
	{ 0 },
};

static error_t parse_session(int key, char *arg, struct argp_state *state)
{
	struct session *session = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &session->tracing;
		return 0;
	case 'n':
		session->count = parse_count(arg, "COUNT", state);
		return 0;
	case OPT_INSN:
		session->tracing.options.insns = true;
		return 0;
	case OPT_BUFFER:
		if (parse_size(arg, &session->tracing.options.buffer_size) ||
		    !session->tracing.options.buffer_size ||
		    session->tracing.options.buffer_size > LIVE_BUFFER_MAX)
			option_error(state, "--buffer-size is 1 to 1G bytes, not '%s'", arg);
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

/* An access reached us, but not the output: account for its instructions. */
static int on_dropped(struct session *session, const struct access *access)
{
	struct summary_function *f = summary_function(session->summary, access->fn);

	if (!f)
		return -ENOMEM;
	session->summary->lost.n[LOSS_WRITER]++;
	unattr_add_access(&f->lost, &access->raw.insn);
	return 0;
}

static int on_access(void *arg, struct access *access)
{
	struct session *session = arg;
	int err;

	rules_apply(session->rules, access);
	session->summary->examined++;
	if (enough(session) || (session->tracing.options.filter.rules &&
				!(access->rules & session->tracing.options.filter.rules))) {
		session->surplus++;
		return summary_leave_out(session->summary, access);
	}
	err = session->output_error;
	if (!err)
		err = session->sink->ops->access(session->sink, access);
	if (err < 0)
		session->output_error = err;
	/* What the output has failed on is counted nonetheless: it was recorded. */
	err = err == SINK_DROPPED ? on_dropped(session, access)
				  : summary_access(session->summary, access);
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
	session->tracing.asked =
		interrupted() || enough(session) ||
		(session->tracing.duration_ns && mono_ns() - begin >= session->tracing.duration_ns);
	return session->tracing.asked || session->output_error ||
	       tracing_cmd_ended(&session->tracing);
}

static int timeout_ms(const struct session *session, uint64_t begin)
{
	uint64_t passed, left;

	if (!session->tracing.duration_ns)
		return POLL_MS;
	passed = mono_ns() - begin;
	left = passed < session->tracing.duration_ns
		       ? (session->tracing.duration_ns - passed) / 1000000 + 1
		       : 1;
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
	/* Asked while it can be answered: who ends from now on is not seen to. */
	session->left = tracing_cmd_ended(&session->tracing) && live_tree_goes_on(session->live);
	live_stop(session->live);
	/* A signal counts, too, that came just as CMD ended: from the terminal, both get it. */
	session->tracing.asked |= interrupted();
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
		unattr_add(&f->lost, &from->functions[i].lost);
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
	if (!session->tracing.work.pid)
		return NULL;
	if (!workload_ended(&session->tracing.work) || session->tracing.asked)
		return "the trace ended before CMD did";
	if (session->left)
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
	if (session->tracing.work.pid)
		return;
	fprintf(stderr, "ismtrace: tracing (%s)%s%s\n", live_attach_mode(session->live),
		session->tracing.duration_ns || session->count ? "" : "; Ctrl-C ",
		session->tracing.duration_ns || session->count ? "" : session->ops->ends);
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
	char text[RLIMITS_TEXT];

	if (err == -ENOMEM) {
		rlimits_no_memory();
		return;
	}
	error("cannot start the writer: %s", rlimits_strerror(-err, text, sizeof(text)));
	rlimits_hint(-err);
}

static int trace(struct session *session)
{
	struct live_handler handler = { .access = on_access, .insn = on_insn, .arg = session };
	int status, err;

	status = live_open(&session->live, &session->tracing.options, &handler);
	if (!status && session->ops->prepare)
		status = session->ops->prepare(session);
	if (status)
		return status;
	status = tracing_drop(&session->tracing);
	if (status)
		return status;
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
	status = tracing_run(&session->tracing);
	if (status)
		return status;
	err = stream(session);
	if (err)
		error("the trace ended early: %s", strerror(-err));
	tracing_stop_cmd(&session->tracing);
	status = finish(session);
	/* The workload is waited for in any case; what went wrong here comes first. */
	err = tracing_status(&session->tracing);
	return status ? status : err;
}

void session_init(struct session *session, const struct session_ops *ops)
{
	memset(session, 0, sizeof(*session));
	session->ops = ops;
	tracing_init(&session->tracing);
}

int session_run(struct session *session)
{
	int status = tracing_fork(&session->tracing);

	if (status)
		return status;
	status = trace(session);
	tracing_end(&session->tracing);
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
