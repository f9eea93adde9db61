// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - `ismtrace check`: what is wrong, and nothing else.
 */
#include "cmd/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cmd/replay.h"
#include "model/gate.h"
#include "util/message.h"

enum { OPT_JSON = 0x200, OPT_SEVERITY, OPT_ALLOW, OPT_MEASURE };

struct check_command {
	struct capture_args options;
	struct common_options common;
	struct check_options check;
	/* They make sense with -- CMD only. */
	bool measure, all;
	unsigned long long duration_ns;
	struct run_as run_as;

	struct output file;
	char **argv; /* of the workload; NULL: captures are checked */

	struct replay replay;
	struct check_output *output;
};

static const struct argp_option check_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "severity", OPT_SEVERITY, "error|warning|info", 0,
	  "what is below this is neither shown nor fails the check (default: info)", 0 },
	{ "allow", OPT_ALLOW, "WHAT[,WHAT]", 0,
	  "pass although not enough was looked at: empty, filtered, lost, unaccounted, partial, strays, cut",
	  0 },
	{ "count", 'n', "COUNT", 0, "show at most COUNT findings; all of them count", 0 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a finding, then the summary", 0 },
	{ "quiet", 'q', NULL, 0, "only how many findings there are", 0 },
	{ NULL, 0, NULL, 0, "With -- CMD:", 2 },
	{ "all-processes", 'a', NULL, 0, ALL_HELP, 0 },
	{ "measure", OPT_MEASURE, NULL, 0, MEASURE_HELP, 0 },
	{ "relinquish-privileges", 'Z', "USER", 0, RUN_AS_HELP, 0 },
	{ "time-limit", 't', "SECONDS", 0, "end after SECONDS, and CMD with it", 0 },
	{ 0 },
};

static const struct argp_child check_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &capture_argp, 0, NULL, 3 },
	{ &common_argp, 0, NULL, -1 },
	{ &output_argp, 0, "Where to write:", 4 },
	{ 0 },
};

static int parse_severity(const char *arg, struct argp_state *state)
{
	int severity;

	for (severity = SEV_INFO; severity <= SEV_ERROR; severity++)
		if (!strcmp(arg, severity_name((enum severity)severity)))
			return severity;
	option_error(state, "--severity is error, warning or info, not '%s'", arg);
	return SEV_INFO;
}

/* Options that are for -- CMD, and there is none. */
static void refuse_without_cmd(const struct check_command *cmd, struct argp_state *state)
{
	if (cmd->measure)
		option_error(state,
			     "--measure is for -- CMD: captures say themselves what was measured");
	if (cmd->all)
		option_error(state, "-a is for -- CMD: captures have what was traced");
	if (cmd->duration_ns)
		option_error(state, "-t is for -- CMD: captures end where they end");
	if (cmd->run_as.given)
		option_error(state, "-Z is for -- CMD: captures are read as who you are");
}

static error_t parse_check(int key, char *arg, struct argp_state *state)
{
	struct check_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->options.filter;
		state->child_inputs[1] = &cmd->options;
		state->child_inputs[2] = &cmd->common;
		state->child_inputs[3] = &cmd->file;
		return 0;
	case 'n':
		cmd->check.max = parse_count(arg, "COUNT", state);
		return 0;
	case 'q':
		cmd->check.quiet = true;
		return 0;
	case OPT_MEASURE:
		cmd->measure = true;
		return 0;
	case 'a':
		cmd->all = true;
		return 0;
	case 't':
		cmd->duration_ns = parse_seconds(arg, state);
		return 0;
	case 'Z':
		parse_run_as(&cmd->run_as, arg, state);
		return 0;
	case OPT_JSON:
		cmd->check.json = true;
		return 0;
	case OPT_ALLOW:
		if (gate_parse(arg, &cmd->check.allow))
			option_error(
				state,
				"--allow is one or more of empty, filtered, lost, unaccounted, partial, "
				"strays or cut, not '%s'",
				arg);
		return 0;
	case OPT_SEVERITY:
		cmd->check.severity = (enum severity)parse_severity(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		/* What is behind "--" is a command, all of it. */
		if (!state->quoted || state->next <= state->quoted)
			return ARGP_ERR_UNKNOWN;
		if (cmd->options.nr_files)
			option_error(state, "captures or a command to run, not both");
		cmd->argv = state->argv + state->next - 1;
		cmd->options.no_files = true;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		parse_no_workload(state);
		return ARGP_ERR_UNKNOWN;
	case ARGP_KEY_END:
		if (!cmd->argv)
			refuse_without_cmd(cmd, state);
		return ARGP_ERR_UNKNOWN;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp check_argp = {
	.options = check_options,
	.parser = parse_check,
	.args_doc = "FILE...\n-- CMD [ARG...]",
	.doc = "Show what is wrong in captures, one line a finding; or run CMD traced and show what "
	       "was wrong with its accesses when it has ended. To pass it has to have looked at "
	       "something, and at all there was.\v"
	       "Exit status: 0 no finding, 1 findings at or above --severity, 2 usage, 3 cannot "
	       "attach, 4 bad capture, 5 output failed, 6 no finding, but not enough was looked at. "
	       "With -- CMD and no finding it is CMD's, if that is not 0.",
	.children = check_children,
};

static int on_access(void *arg, const struct capture_record *rec)
{
	struct check_command *cmd = arg;

	return check_output_access(cmd->output, cmd->options.files[rec->file], rec->number,
				   &rec->access);
}

/* What is written is emptied first: none of the captures, please. */
static int open_output(struct check_command *cmd)
{
	size_t i;

	for (i = 0; cmd->file.path && i < cmd->options.nr_files; i++) {
		if (!output_is(cmd->file.path, cmd->options.files[i]))
			continue;
		error("cannot write %s: it is one of the captures", cmd->file.path);
		return EXIT_USAGE;
	}
	return output_open(&cmd->file);
}

static int check(struct check_command *cmd)
{
	const struct replay_handler handler = { .access = on_access, .arg = cmd };
	/* What the traces lost is told as one sum. */
	const char *whole = cmd->options.nr_files == 1 ? cmd->options.files[0] : "captures";
	int status, err;

	err = replay_run(&cmd->replay, &handler);
	if (!err)
		err = replay_finish(&cmd->replay);
	if (!err)
		err = check_output_end(cmd->output, whole, cmd->replay.summary);
	if (!err)
		check_output_count(cmd->output, cmd->replay.summary, cmd->file.file);
	/* The count itself may be all the output there is. */
	err = output_close(&cmd->file, err);
	status = replay_end(&cmd->replay, err);
	return status ? status : check_output_verdict(cmd->output, cmd->replay.summary);
}

int check_command(int argc, char **argv, check_live_fn *live)
{
	struct check_command cmd = { .check.severity = SEV_INFO };
	int status;

	filter_init(&cmd.options.filter);
	options_parse(&check_argp, "check", argc, argv, NULL, &cmd);
	cmd.check.rules = cmd.options.filter.rules;
	cmd.check.color =
		!cmd.check.json && color_allowed(&cmd.common, cmd.file.path ? NULL : stdout);
	cmd.options.output = &cmd.file;
	cmd.options.silent = cmd.check.quiet || cmd.file.path;
	if (cmd.argv && live)
		return live(&(struct check_trace){
			.filter = &cmd.options.filter,
			.check = cmd.check,
			.measure = cmd.measure,
			.all = cmd.all,
			.duration_ns = cmd.duration_ns,
			.run_as = cmd.run_as,
			.output = &cmd.file,
			.argv = cmd.argv,
		});
	if (cmd.argv) {
		error("tracing works on s390x only; this machine can check captures");
		return EXIT_ATTACH;
	}
	status = replay_open(&cmd.replay, &cmd.options);
	if (!status)
		status = open_output(&cmd);
	if (!status) {
		cmd.output = malloc(sizeof(*cmd.output));
		if (cmd.output) {
			check_output_init(cmd.output, &cmd.check, cmd.file.file);
			status = check(&cmd);
		} else {
			status = replay_end(&cmd.replay, -ENOMEM);
		}
	}
	free(cmd.output);
	replay_close(&cmd.replay);
	return status;
}
