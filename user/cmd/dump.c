// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump.c - `ismtrace dump`: the records of captures as live prints them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cmd/replay.h"
#include "model/sink.h"
#include "util/message.h"

enum { OPT_JSON = 0x200, OPT_CSV, OPT_TIME };

enum dump_format { DUMP_TEXT, DUMP_JSON, DUMP_CSV };

struct dump_command {
	struct capture_args options;
	struct common_options common;
	enum dump_format format;
	enum time_style time;
	bool hex, quiet;
	unsigned long long count; /* 0: no limit */

	struct replay replay;
	struct sink *sink;
};

static const struct argp_option dump_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "count", 'n', "COUNT", 0, "end after COUNT accesses", 0 },
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ "csv", OPT_CSV, NULL, 0, "one line of CSV per access, with a header line", 0 },
	{ "hex", 'x', NULL, 0, "payload bytes as well, where they were captured", 0 },
	{ "quiet", 'q', NULL, 0, "only the summary", 0 },
	{ "time", OPT_TIME, "rel|mono|real", 0,
	  "times since the start (default), of CLOCK_MONOTONIC, or of the day", 0 },
	{ 0 },
};

static const struct argp_child dump_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &capture_argp, 0, NULL, 2 },
	{ &common_argp, 0, NULL, -1 },
	{ 0 },
};

static error_t parse_dump(int key, char *arg, struct argp_state *state)
{
	struct dump_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->options.filter;
		state->child_inputs[1] = &cmd->options;
		state->child_inputs[2] = &cmd->common;
		return 0;
	case 'n':
		cmd->count = parse_count(arg, "COUNT", state);
		return 0;
	case 'x':
		cmd->hex = true;
		return 0;
	case 'q':
		cmd->quiet = true;
		return 0;
	case OPT_JSON:
	case OPT_CSV:
		if (cmd->format != DUMP_TEXT)
			option_error(state, "--json or --csv, not both");
		cmd->format = key == OPT_JSON ? DUMP_JSON : DUMP_CSV;
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

const struct argp dump_argp = {
	.options = dump_options,
	.parser = parse_dump,
	.args_doc = "FILE...",
	.doc = "Show the records of captures as live shows them, and at the end the summary (with "
	       "--csv: accesses only). Several captures are merged by time.\v"
	       "Exit status: 0 done, 2 usage, 4 bad capture, 5 output failed.",
	.children = dump_children,
};

static int on_access(void *arg, const struct capture_record *rec)
{
	struct dump_command *cmd = arg;
	int err = cmd->sink->ops->access(cmd->sink, &rec->access);

	if (err)
		return err;
	/* Said here, as nothing shows the end otherwise. */
	return cmd->count && cmd->replay.summary->recorded >= cmd->count ? -ECANCELED : 0;
}

static int on_insn(void *arg, const struct insn *insn)
{
	struct dump_command *cmd = arg;

	return cmd->sink->ops->insn(cmd->sink, insn);
}

static struct sink *make_sink(const struct dump_command *cmd)
{
	struct sink_options options = {
		.out = stdout,
		.color = cmd->format == DUMP_TEXT && color_allowed(&cmd->common, stdout),
		.time = cmd->time,
		.start_ns = capture_begin(cmd->replay.capture),
		.mono_offset_ns = capture_mono_offset(cmd->replay.capture),
		.findings = true,
		.quiet = cmd->quiet,
		.hex = cmd->hex,
	};

	switch (cmd->format) {
	case DUMP_JSON:
		return sink_json_new(&options);
	case DUMP_CSV:
		return sink_csv_new(&options);
	case DUMP_TEXT:
		break;
	}
	return sink_text_new(&options);
}

/* CSV has no place for it. */
static void say_trace(const struct summary *summary)
{
	char text[256];

	/* Whatever else is lacking has been told when the files ended. */
	if (losses_all(&summary->lost)) {
		losses_sentence(&summary->lost, text, sizeof(text));
		warning("%s", text);
	}
	if (summary->findings[RULE_MISMATCH].count) {
		summary_evidence(summary, RULE_MISMATCH, text, sizeof(text));
		warning("%s", text);
	}
}

/*
 * With -n the trace is not read to its end: losses and instructions apart,
 * which the end tells, are then those told until there.
 */
static int dump(struct dump_command *cmd)
{
	const struct replay_handler handler = { on_access, on_insn, cmd };
	int err, memory;

	err = cmd->sink->ops->begin(cmd->sink);
	if (!err)
		err = replay_run(&cmd->replay, &handler);
	if (err == -ECANCELED)
		err = 0;
	memory = replay_finish(&cmd->replay);
	if (!err && !memory)
		err = cmd->sink->ops->end(cmd->sink, cmd->replay.summary);
	if (!err && cmd->format == DUMP_CSV)
		say_trace(cmd->replay.summary);
	return replay_end(&cmd->replay, err ? err : memory);
}

int command_dump(int argc, char **argv)
{
	struct dump_command cmd = { .time = TIME_REL };
	int status;

	filter_init(&cmd.options.filter);
	options_parse(&dump_argp, "dump", argc, argv, NULL, &cmd);
	status = replay_open(&cmd.replay, &cmd.options);
	if (!status) {
		cmd.sink = make_sink(&cmd);
		if (cmd.sink)
			status = dump(&cmd);
		else
			status = replay_end(&cmd.replay, -ENOMEM);
	}
	if (cmd.sink)
		cmd.sink->ops->free(cmd.sink);
	replay_close(&cmd.replay);
	return status;
}
