// SPDX-License-Identifier: GPL-2.0-only
/*
 * live.c - `ismtrace live`: the stream, then the summary.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "privilege.h"
#include "rules.h"
#include "sink.h"
#include "source_live.h"
#include "summary.h"
#include "workload.h"

/* How long to sleep when there is nothing; the kernel wakes us in batches. */
#define POLL_MS	50

enum { OPT_INSN = 0x200, OPT_JSON, OPT_TIME, OPT_BUFFER, OPT_MIO };

struct live_command {
	struct live_options options;
	struct common_options common;
	bool json, quiet, all;
	enum time_style time;
	unsigned long long count;	/* 0: no limit */
	unsigned long long duration_ns;	/* 0: no limit */
	char **argv;			/* of the workload; NULL: none */

	struct workload work;
	struct live *live;
	struct sink *sink;
	struct rules_state *rules;
	struct summary *summary;
	uint64_t surplus;		/* records after the last that was asked for */
	int output_error;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
	/* Once more, and it is over at once. */
	signal(number, SIG_DFL);
}

static const struct argp_option live_argp_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "count", 'n', "COUNT", 0, "end after COUNT accesses", 0 },
	{ "time-limit", 't', "SECONDS", 0, "end after SECONDS", 0 },
	{ "insn", OPT_INSN, NULL, 0, "show each instruction as well", 0 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ "quiet", 'q', NULL, 0, "only the summary", 0 },
	{ "time", OPT_TIME, "rel|mono|real", 0,
	  "times since the start (default), of CLOCK_MONOTONIC, or of the day", 0 },
	{ NULL, 0, NULL, 0, "How to trace:", 2 },
	{ "all-processes", 'a', NULL, 0, "with -- CMD: trace all processes, not only CMD and its children", 0 },
	{ "buffer-size", OPT_BUFFER, "BYTES", 0,
	  "of the ring buffer between kernel and ismtrace (default 16M)", 0 },
	{ "mio", OPT_MIO, "auto|on|off", 0,
	  "probe the MIO-capable helpers too; auto: where the machine has MIO", 0 },
	{ 0 },
};

static const struct argp_child live_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &common_argp, 0, NULL, -1 },
	{ 0 },
};

static error_t parse_live(int key, char *arg, struct argp_state *state)
{
	struct live_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->options.filter;
		state->child_inputs[1] = &cmd->common;
		return 0;
	case 'n':
		cmd->count = parse_count(arg, "COUNT", state);
		return 0;
	case 't':
		cmd->duration_ns = parse_seconds(arg, state);
		return 0;
	case 'q':
		cmd->quiet = true;
		return 0;
	case 'a':
		cmd->all = true;
		return 0;
	case OPT_INSN:
		cmd->options.insns = true;
		return 0;
	case OPT_JSON:
		cmd->json = true;
		return 0;
	case OPT_TIME:
		if (!strcmp(arg, "rel"))
			cmd->time = TIME_REL;
		else if (!strcmp(arg, "mono"))
			cmd->time = TIME_MONO;
		else if (!strcmp(arg, "real"))
			cmd->time = TIME_REAL;
		else
			argp_error(state, "--time is rel, mono or real, not '%s'", arg);
		return 0;
	case OPT_BUFFER:
		if (parse_size(arg, &cmd->options.buffer_size) || !cmd->options.buffer_size ||
		    cmd->options.buffer_size > LIVE_BUFFER_MAX)
			argp_error(state, "--buffer-size is 1 to 1G bytes, not '%s'", arg);
		return 0;
	case OPT_MIO:
		if (!strcmp(arg, "auto"))
			cmd->options.mio = MIO_AUTO;
		else if (!strcmp(arg, "on"))
			cmd->options.mio = MIO_ON;
		else if (!strcmp(arg, "off"))
			cmd->options.mio = MIO_OFF;
		else
			argp_error(state, "--mio is auto, on or off, not '%s'", arg);
		return 0;
	case ARGP_KEY_ARGS:
		/* Only behind "--": a forgotten dash must not run something as root. */
		if (strcmp(state->argv[state->next - 1], "--"))
			argp_error(state, "unexpected '%s'; a command to run goes behind --",
				   state->argv[state->next]);
		cmd->argv = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp live_argp = {
	.options = live_argp_options,
	.parser = parse_live,
	.args_doc = "[-- CMD [ARG...]]",
	.doc = "Show every access of VFIO users to ISM functions, the instructions it became and what "
	       "is wrong with it; at the end a summary.\v"
	       "With -- CMD, CMD is run once the probes are in place, only it and its children are "
	       "traced, and the exit status is CMD's.\n\n"
	       "Exit status: 0 done, 2 usage, 3 cannot attach or no permission, 5 output failed.",
	.children = live_children,
};

static int on_access(void *arg, struct access *access)
{
	struct live_command *cmd = arg;
	int err;

	rules_apply(cmd->rules, access);
	if (cmd->count && cmd->summary->recorded >= cmd->count) {
		cmd->surplus++;
		return 0;
	}
	if (cmd->options.filter.rules && !(access->rules & cmd->options.filter.rules)) {
		cmd->surplus++;
		return 0;
	}
	err = summary_access(cmd->summary, access);
	if (err)
		return err;
	if (!cmd->output_error)
		cmd->output_error = cmd->sink->ops->access(cmd->sink, access);
	if (cmd->output_error)
		return cmd->output_error;
	/* A producer that is faster than we are would never let the poll end. */
	if (interrupted)
		return -EINTR;
	return cmd->count && cmd->summary->recorded >= cmd->count ? -ECANCELED : 0;
}

static int on_insn(void *arg, const struct insn *insn)
{
	struct live_command *cmd = arg;
	int err = summary_insn(cmd->summary, insn);

	if (!err && !cmd->output_error)
		cmd->output_error = cmd->sink->ops->insn(cmd->sink, insn);
	return err ? err : cmd->output_error;
}

static uint64_t mono_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static bool ended(struct live_command *cmd, uint64_t begin)
{
	return interrupted || cmd->output_error ||
	       (cmd->duration_ns && mono_now() - begin >= cmd->duration_ns) ||
	       (cmd->count && cmd->summary->recorded >= cmd->count) ||
	       (cmd->work.pid && workload_ended(&cmd->work));
}

static int timeout_ms(const struct live_command *cmd, uint64_t begin)
{
	uint64_t passed, left;

	if (!cmd->duration_ns)
		return POLL_MS;
	passed = mono_now() - begin;
	left = passed < cmd->duration_ns ? (cmd->duration_ns - passed) / 1000000 + 1 : 1;
	return left < POLL_MS ? (int)left : POLL_MS;
}

/* Deliver until something ends the trace, then what is still in the buffer. */
static int stream(struct live_command *cmd)
{
	uint64_t begin = mono_now();
	int got = 0;

	while (!ended(cmd, begin)) {
		got = live_poll(cmd->live, timeout_ms(cmd, begin));
		if (got < 0 && got != -EINTR && got != -ECANCELED && got != cmd->output_error)
			break;
		if (!cmd->output_error)
			cmd->output_error = cmd->sink->ops->flush(cmd->sink);
	}
	live_stop(cmd->live);
	interrupted = 0;
	do {
		got = live_poll(cmd->live, 0);
	} while (got > 0 || got == -ECANCELED || (got < 0 && got == cmd->output_error));
	return got == -ENOMEM ? got : 0;
}

static int finish(struct live_command *cmd)
{
	int err = live_account(cmd->live, cmd->summary);

	if (err)
		warning("the counts of instructions outside accesses are incomplete: %s",
			strerror(-err));
	cmd->summary->filtered += cmd->surplus;
	cmd->summary->end_ns = mono_now() + live_mono_offset(cmd->live);
	summary_finish(cmd->summary);
	if (!cmd->output_error)
		cmd->output_error = cmd->sink->ops->end(cmd->sink, cmd->summary);
	if (!cmd->output_error)
		cmd->output_error = cmd->sink->ops->flush(cmd->sink);
	if (cmd->output_error == -EPIPE) {
		/* As with any pipeline: not our failure, but say what there was. */
		fprintf(stderr, "ismtrace: the reader closed the output; %llu recorded, %llu lost\n",
			(unsigned long long)cmd->summary->recorded,
			(unsigned long long)summary_lost(cmd->summary));
		return EXIT_DONE;
	}
	if (cmd->output_error) {
		error("cannot write the output: %s", strerror(-cmd->output_error));
		return EXIT_OUTPUT;
	}
	return EXIT_DONE;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void say_ready(const struct live_command *cmd)
{
	if (cmd->work.pid)
		return;
	fprintf(stderr, "ismtrace: tracing (%s)%s\n", live_attach_mode(cmd->live),
		cmd->duration_ns || cmd->count ? "" : "; Ctrl-C ends it and shows the summary");
}

static int start_workload(struct live_command *cmd)
{
	int err = cmd->work.pid ? workload_start(&cmd->work) : 0;

	if (!err)
		return EXIT_DONE;
	error("cannot run '%s': %s", cmd->argv[0], strerror(-err));
	/* What a shell answers. */
	return err == -ENOENT ? 127 : 126;
}

static int make_sink(struct live_command *cmd)
{
	struct sink_options options = {
		.out = stdout,
		.color = !cmd->json && color_allowed(&cmd->common, stdout),
		.time = cmd->time,
		.mono_offset_ns = live_mono_offset(cmd->live),
		.findings = true,
		.quiet = cmd->quiet,
	};

	cmd->summary = summary_new();
	cmd->rules = rules_new();
	if (!cmd->summary || !cmd->rules)
		return -ENOMEM;
	cmd->summary->begin_ns = mono_now() + options.mono_offset_ns;
	options.start_ns = cmd->summary->begin_ns;
	cmd->sink = cmd->json ? sink_json_new(&options) : sink_text_new(&options);
	return cmd->sink ? 0 : -ENOMEM;
}

static int trace(struct live_command *cmd)
{
	struct live_handler handler = { .access = on_access, .insn = on_insn, .arg = cmd };
	int status, err;

	status = live_open(&cmd->live, &cmd->options, &handler);
	if (status)
		return status;
	err = privilege_drop();
	if (err) {
		error("cannot drop privileges: %s", strerror(-err));
		return EXIT_ATTACH;
	}
	err = make_sink(cmd);
	if (err) {
		error("out of memory");
		return EXIT_ATTACH;
	}
	catch_signals();
	cmd->output_error = cmd->sink->ops->begin(cmd->sink);
	live_arm(cmd->live);
	say_ready(cmd);
	status = start_workload(cmd);
	if (status)
		return status;
	err = stream(cmd);
	if (err)
		error("the trace ended early: %s", strerror(-err));
	status = finish(cmd);
	if (!status && cmd->work.ended)
		status = workload_exit_status(&cmd->work);
	return status;
}

int command_live(int argc, char **argv)
{
	struct live_command cmd = {
		.options = { .buffer_size = LIVE_BUFFER_DEFAULT },
		.time = TIME_REL,
	};
	int status, err;

	filter_init(&cmd.options.filter);
	options_parse(&live_argp, "live", argc, argv, NULL, &cmd);
	if (cmd.argv) {
		err = workload_fork(&cmd.work, cmd.argv);
		if (err) {
			error("cannot start '%s': %s", cmd.argv[0], strerror(-err));
			return EXIT_ATTACH;
		}
		if (!cmd.all && !cmd.options.filter.nr_pids)
			cmd.options.tree = cmd.work.pid;
	}
	status = trace(&cmd);
	workload_abandon(&cmd.work);
	if (cmd.sink)
		cmd.sink->ops->free(cmd.sink);
	rules_free(cmd.rules);
	summary_free(cmd.summary);
	live_close(cmd.live);
	return status;
}
