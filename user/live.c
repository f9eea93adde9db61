// SPDX-License-Identifier: GPL-2.0-only
/*
 * live.c - `ismtrace live`: the stream, then the summary.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "options.h"
#include "session.h"

enum { OPT_JSON = 0x300, OPT_TIME };

struct live_command {
	struct session session;	/* first: operations get this one */
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
	{ 0 },
};

static error_t parse_live(int key, char *arg, struct argp_state *state)
{
	struct live_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->session;
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
			argp_error(state, "--time is rel, mono or real, not '%s'", arg);
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

static struct sink *make_sink(struct session *session)
{
	struct live_command *cmd = (struct live_command *)session;
	struct sink_options options = {
		.out = stdout,
		.color = !cmd->json && color_allowed(&session->common, stdout),
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
	if (session->output_error == -EPIPE) {
		/* As with any pipeline: not our failure, but say what there was. */
		fprintf(stderr, "ismtrace: the reader closed the output; %llu recorded, %llu lost\n",
			(unsigned long long)session->summary->recorded,
			(unsigned long long)summary_lost(session->summary));
		return EXIT_DONE;
	}
	if (session->output_error) {
		error("cannot write the output: %s", strerror(-session->output_error));
		return EXIT_OUTPUT;
	}
	return EXIT_DONE;
}

static const struct session_ops live_ops = {
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
	status = session_run(&cmd.session);
	session_free(&cmd.session);
	return status;
}
