// SPDX-License-Identifier: GPL-2.0-only
/*
 * live.c - `ismtrace live`: the stream, then the summary.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cmd/session.h"
#include "util/message.h"

enum { OPT_JSON = 0x300, OPT_TIME };

struct live_command {
	struct session session; /* first: operations get this one */
	struct output output;
	bool json, quiet;
	enum time_style time;
};

static const struct argp_option live_argp_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ "quiet", 'q', NULL, 0, "only the summary", 0 },
	{ "time", OPT_TIME, "rel|mono|real", 0,
	  "times since the start (default), of CLOCK_MONOTONIC, or of the day", 0 },
	{ 0 },
};

static const struct argp_child live_children[] = {
	{ &session_argp, 0, NULL, 0 },
	{ &output_argp, 0, "Where to write:", 3 },
	{ 0 },
};

static error_t parse_live(int key, char *arg, struct argp_state *state)
{
	struct live_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->session;
		state->child_inputs[1] = &cmd->output;
		return 0;
	case 'q':
		cmd->quiet = true;
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
			option_error(state, "--time is rel, mono or real, not '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp live_argp = {
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

static int open_output(struct session *session)
{
	return output_open(&((struct live_command *)session)->output);
}

static struct sink *make_sink(struct session *session)
{
	struct live_command *cmd = (struct live_command *)session;
	struct sink_options options = {
		.out = cmd->output.file,
		.color = !cmd->json && color_allowed(&session->tracing.common, cmd->output.file),
		.time = cmd->time,
		.start_ns = session->summary->begin_ns,
		.mono_offset_ns = live_mono_offset(session->live),
		.findings = true,
		.quiet = cmd->quiet,
	};

	return cmd->json ? sink_json_new(&options) : sink_text_new(&options);
}

static int finish(struct session *session)
{
	struct live_command *cmd = (struct live_command *)session;
	int err = output_close(&cmd->output, session->output_error);

	/* The reader of a pipe has gone: no failure of ours, but say what was recorded. */
	if (err == -EPIPE)
		fprintf(stderr,
			"ismtrace: the reader closed the output; %llu recorded, %llu lost\n",
			(unsigned long long)session->summary->recorded,
			(unsigned long long)summary_lost(session->summary));
	return output_status(&cmd->output, err);
}

static const struct session_ops live_ops = {
	.prepare = open_output,
	.sink = make_sink,
	.finish = finish,
	.ends = "ends it and shows the summary",
};

int command_live(int argc, char **argv)
{
	struct live_command cmd = { .time = TIME_REL };
	int status;

	session_init(&cmd.session, &live_ops);
	options_parse(&live_argp, "live", argc, argv, NULL, &cmd);
	cmd.session.tracing.separate = output_mixes(cmd.output.path);
	status = session_run(&cmd.session);
	session_free(&cmd.session);
	return status;
}
