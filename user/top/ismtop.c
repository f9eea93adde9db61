// SPDX-License-Identifier: GPL-2.0-only
/*
 * ismtop.c - the dashboard: options, then the screen or the batch.
 */
#include <argp.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/capture_args.h"
#include "cli/completion.h"
#include "cli/options.h"
#include "cli/program.h"
#include "top/batch.h"
#include "top/measured.h"
#include "top/screen.h"
#include "top/state.h"
#include "top/terminal.h"
#include "util/clock.h"
#include "util/end_signal.h"
#include "util/message.h"
#include "util/rlimits.h"
#include "version.h"

enum { OPT_JSON = 0x200, OPT_SPEED, OPT_VIEW, OPT_SORT, OPT_COMPLETION, OPT_MEASURE };

struct top_command {
	struct capture_args replay; /* filter, files, strict */
	bool batch, json, mono, measure;
	unsigned long long count;
	uint64_t interval_ns;
	double speed; /* 0: not given */
	enum view view;
	const char *sort; /* NULL: the view's own */
	struct run_as run_as;
	bool reverse;
};

static const struct argp_option ismtop_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "delay", 'd', "SECONDS", 0, "interval, 0.1 to 3600 seconds (default 1)", 0 },
	{ "view", OPT_VIEW, "functions|processes|regions|sizes|findings", 0,
	  "what to show at first (default: functions)", 0 },
	{ "sort", OPT_SORT, "[-]COLUMN", 0,
	  "column to sort by, as the keys of --json name it; with - the other way round", 0 },
	{ "monochrome", 'M', NULL, 0, "no colours, as with NO_COLOR in the environment", 0 },
	{ "measure", OPT_MEASURE, NULL, 0, MEASURE_HELP, 0 },
	{ "relinquish-privileges", 'Z', "USER", 0, RUN_AS_HELP, 0 },
	{ "speed", OPT_SPEED, "X", 0, "of the replay of a capture (default 1)", 0 },
	{ NULL, 0, NULL, 0, "Without a screen:", 0 },
	{ "batch", 'b', NULL, 0,
	  "text without escapes, an interval after the other; a capture as fast as it can be read",
	  0 },
	{ "count", 'n', "COUNT", 0, "end after COUNT intervals", 0 },
	{ "json", OPT_JSON, NULL, 0, "likewise, one JSON object for each interval", 0 },
	{ "verbose", 'v', NULL, 0, "say what is done, with -vv also what libbpf says", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ "completion", OPT_COMPLETION, "SHELL", OPTION_HIDDEN, "for make install", 0 },
	{ 0 },
};

static const struct argp_child ismtop_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &capture_argp, 0, NULL, 2 },
	{ 0 },
};

static double parse_number(const char *text, const char *what, double min, double max,
			   struct argp_state *state)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= min) || value > max)
		option_error(state, "%s is %g to %g, not '%s'", what, min, max, text);
	return value;
}

static void parse_view(struct top_command *cmd, const char *arg, struct argp_state *state)
{
	int view = view_find(arg);

	if (view < 0)
		option_error(state,
			     "--view is functions, processes, regions, sizes or findings, not '%s'",
			     arg);
	cmd->view = (enum view)view;
}

static const struct argp ismtop_argp;

/* What can only be told when all options are known. */
static void check_options(struct top_command *cmd, struct argp_state *state)
{
	const char *sort = cmd->sort;

	if (sort && *sort == '-') {
		cmd->reverse = true;
		cmd->sort = ++sort;
	}
	if (sort && (!column_by_id(cmd->view, sort) || !column_by_id(cmd->view, sort)->key))
		option_error(state, "the view '%s' has no column '%s' to sort by",
			     view_many(cmd->view), sort);
	if (cmd->speed > 0 && !cmd->replay.nr_files)
		option_error(state, "--speed is for captures, and none is named");
	if (cmd->measure && cmd->replay.nr_files)
		option_error(state, "--measure is for the running kernel, not for captures");
	if (cmd->run_as.given && cmd->replay.nr_files)
		option_error(state,
			     "-Z is for the running kernel: captures are read as who you are");
	if (cmd->speed > 0 && cmd->batch)
		option_error(state, "--speed makes no sense with --batch, which does not wait");
	if (!cmd->batch && cmd->replay.nr_files && !strcmp(cmd->replay.files[0], "-"))
		option_error(state,
			     "a capture from standard input cannot be replayed; use --batch");
}

static error_t parse_ismtop(int key, char *arg, struct argp_state *state)
{
	struct top_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->replay.filter;
		state->child_inputs[1] = &cmd->replay;
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case 'd':
		cmd->interval_ns =
			(uint64_t)(1e9 * parse_number(arg, "an interval", TOP_INTERVAL_MIN,
						      TOP_INTERVAL_MAX, state));
		return 0;
	case 'b':
		cmd->batch = true;
		return 0;
	case 'n':
		cmd->count = parse_count(arg, "COUNT", state);
		return 0;
	case 'M':
		cmd->mono = true;
		return 0;
	case 'Z':
		parse_run_as(&cmd->run_as, arg, state);
		return 0;
	case 'v':
		message_set_verbosity(message_verbosity() + 1);
		return 0;
	case OPT_JSON:
		cmd->batch = true;
		cmd->json = true;
		return 0;
	case OPT_MEASURE:
		cmd->measure = true;
		return 0;
	case OPT_SPEED:
		cmd->speed = parse_number(arg, "--speed", 1 / TOP_SPEED_MAX, TOP_SPEED_MAX, state);
		return 0;
	case OPT_VIEW:
		parse_view(cmd, arg, state);
		return 0;
	case OPT_SORT:
		cmd->sort = arg;
		return 0;
	case OPT_COMPLETION:
		exit(completion_program(arg, "ismtop", &ismtop_argp));
	case ARGP_KEY_END:
		check_options(cmd, state);
		return ARGP_ERR_UNKNOWN;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp ismtop_argp = {
	.options = ismtop_options,
	.parser = parse_ismtop,
	.args_doc = "[FILE...]",
	.doc = "Show which PCI functions and processes are busy, how well they use store blocks and "
	       "what goes wrong: now, or in a capture.\v"
	       "Note that -d is the interval, as in top; functions are chosen with --function.\n\n"
	       "Exit status: 0 done, 2 usage, 3 cannot attach or no permission, 4 bad capture, 5 output "
	       "failed.",
	.children = ismtop_children,
};

static int open_source(struct gather **gather, struct top_command *cmd)
{
	const struct gather_capture_options options = {
		.filter = &cmd->replay.filter,
		.files = cmd->replay.files,
		.nr_files = cmd->replay.nr_files,
		.strict = cmd->replay.strict,
		.look_ahead = !cmd->batch,
	};

	if (cmd->replay.nr_files)
		return gather_capture_open(gather, &options);
	return gather_live_open(gather, &cmd->replay.filter, cmd->measure, &cmd->run_as);
}

static int show(struct top_command *cmd, struct gather *gather)
{
	struct top top;
	int status;

	if (top_init(&top, gather, cmd->interval_ns)) {
		rlimits_no_memory();
		top_free(&top);
		return EXIT_OUTPUT;
	}
	if (cmd->speed > 0)
		top.speed = cmd->speed;
	top.view = cmd->view;
	if (cmd->sort)
		top.sort[cmd->view] = column_by_id(cmd->view, cmd->sort);
	top.reverse[cmd->view] = cmd->reverse;
	status = cmd->batch ? top_batch(&top, cmd->count, cmd->json)
			    : top_screen(&top, cmd->count, cmd->mono);
	if (!status && gather->measured)
		status = top_measured(gather, cmd->json);
	top_free(&top);
	return status;
}

int main(int argc, char **argv)
{
	struct top_command cmd = { .interval_ns = NS_PER_SEC, .replay.no_files = true };
	struct gather *gather = NULL;
	static char name[] = "ismtop";
	int status;

	/* For the characters of the screen only: numbers are written with a point. */
	setlocale(LC_CTYPE, "");
	program_begin(name);
	message_quiet_libbpf();
	if (argc)
		argv[0] = name;
	argp_program_version = "ismtop " ISMTRACE_VERSION;
	argp_err_exit_status = EXIT_USAGE;
	filter_init(&cmd.replay.filter);
	options_refuse(&ismtop_argp, argc, argv);
	if (argp_parse(&ismtop_argp, argc, argv, 0, NULL, &cmd))
		return EXIT_USAGE;
	if (cmd.batch)
		signals_catch();
	status = !cmd.batch && terminal_unfit() ? EXIT_OUTPUT : EXIT_DONE;
	if (!status)
		status = open_source(&gather, &cmd);
	if (!status)
		status = show(&cmd, gather);
	free(cmd.replay.files);
	return status;
}
