// SPDX-License-Identifier: GPL-2.0-only
/*
 * stat.c - `ismtrace stat`: counts kept in the kernel, without a record for
 * each access; now and then, or once at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cmd/tracing.h"
#include "live/counting.h"
#include "live/sandbox.h"
#include "output/stat_text.h"
#include "output/summary_json.h"
#include "output/summary_text.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/message.h"
#include "util/outbuf.h"
#include "util/rlimits.h"

/* The longest sleep: what ends the run is looked at this often, too. */
#define TICK_MS 100

enum { OPT_JSON = 0x300, OPT_RULE };

struct stat_command {
	struct tracing tracing;
	struct output output;
	bool json;
	unsigned long long interval_ns; /* 0: only at the end */
	unsigned long long count;	/* intervals; 0: no limit */

	struct counting *counting;
	struct outbuf out;
	struct counts *before; /* at the last interval's end */
	struct counts *part;   /* since then */
	int64_t begin_ns;      /* since 1970 */
};

static const struct argp_option stat_argp_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "interval", 'I', "MS", 0, "what was added, every MS milliseconds (10 at least)", 0 },
	{ "json", OPT_JSON, NULL, 0, "JSON: an object for each interval, and the summary", 0 },
	{ NULL, 0, NULL, 0, "How to count:", 2 },
	{ "count", 'n', "COUNT", 0, "with -I: end after COUNT intervals", 0 },
	/* Who has it from the other commands is told why it is not here. */
	{ "rule", OPT_RULE, "ID", OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static const struct argp_child stat_children[] = {
	{ &counting_argp, 0, NULL, 0 },
	{ &output_argp, 0, "Where to write:", 3 },
	{ 0 },
};

static error_t parse_stat(int key, char *arg, struct argp_state *state)
{
	struct stat_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->tracing;
		state->child_inputs[1] = &cmd->output;
		return 0;
	case 'I':
		cmd->interval_ns = parse_count(arg, "MS", state) * 1000000ULL;
		if (cmd->interval_ns < 10000000ULL || cmd->interval_ns > 86400000000000ULL)
			option_error(state, "-I is 10 to 86400000 ms, not '%s'", arg);
		return 0;
	case 'n':
		cmd->count = parse_count(arg, "COUNT", state);
		return 0;
	case OPT_JSON:
		cmd->json = true;
		return 0;
	case ARGP_KEY_END:
		if (cmd->count && !cmd->interval_ns)
			option_error(state, "-n counts intervals: it needs -I");
		return 0;
	case OPT_RULE:
		option_error(state,
			     "stat counts without looking at each access: --rule is for live, "
			     "record and the captures");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp stat_argp = {
	.options = stat_argp_options,
	.parser = parse_stat,
	.args_doc = "[-- CMD [ARG...]]",
	.doc = "Count accesses of VFIO users to ISM functions, their sizes, latencies and instructions and "
	       "what is wrong with them, in the kernel: the traced programs are slowed down least.\v"
	       "With -- CMD, CMD is run once the probes are in place, only it and its children are "
	       "counted, and the exit status is CMD's.\n\n"
	       "Exit status: 0 done, 2 usage, 3 cannot attach or no permission, 5 output failed.",
	.children = stat_children,
};

/* What was added since the last time; 0, -ENOMEM, or the output's error. */
static int show_interval(struct stat_command *cmd)
{
	const struct counts *now = counting_update(cmd->counting);
	struct summary *summary = summary_new();
	int err = -ENOMEM;

	if (!now || !summary || counts_copy(cmd->part, now))
		goto out;
	counts_subtract(cmd->part, cmd->before);
	err = counts_summary(cmd->part, summary);
	if (!err) {
		summary->begin_ns = cmd->before->ts;
		summary->end_ns = now->ts;
		summary_finish(summary);
		err = cmd->json ? stat_interval_json(summary, &cmd->out)
				: stat_interval_text(summary, cmd->begin_ns, &cmd->out);
	}
	if (!err)
		err = out_flush(&cmd->out);
	if (!err)
		err = counts_copy(cmd->before, now);
out:
	summary_free(summary);
	return err;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a && (!b || a < b) ? a : b;
}

/* Until something ends it: 0, or an error of show_interval(). */
static int count(struct stat_command *cmd)
{
	uint64_t begin = mono_ns(),
		 end = cmd->tracing.duration_ns ? begin + cmd->tracing.duration_ns : 0;
	uint64_t next = cmd->interval_ns ? begin + cmd->interval_ns : 0;
	unsigned long long shown = 0;
	int err = 0;

	while (!err && !interrupted() && !tracing_cmd_ended(&cmd->tracing)) {
		uint64_t now = mono_ns(), until = sooner(next, end);

		cmd->tracing.asked = end && now >= end;
		if (cmd->tracing.asked)
			break;
		if (next && now >= next) {
			err = show_interval(cmd);
			/* An interval that was missed is not made up for. */
			next += (1 + (mono_ns() - next) / cmd->interval_ns) * cmd->interval_ns;
			cmd->tracing.asked = ++shown == cmd->count;
			if (cmd->tracing.asked)
				break;
			continue;
		}
		if (!until || until - now > TICK_MS * 1000000ULL)
			counting_wait(cmd->counting, TICK_MS);
		else
			counting_wait(cmd->counting, (int)((until - now) / 1000000) + 1);
	}
	return err;
}

static int finish(struct stat_command *cmd)
{
	struct summary *summary = summary_new();
	int err;

	if (!summary)
		return -ENOMEM;
	summary->begin_ns = cmd->begin_ns;
	err = counting_summary(cmd->counting, summary);
	if (!err) {
		summary->end_ns = live_now(counting_live(cmd->counting));
		summary_finish(summary);
		if (cmd->json)
			err = summary_write_json(summary, &cmd->out);
		else
			summary_write_text(summary, &cmd->out,
					   color_allowed(&cmd->tracing.common, cmd->output.file));
	}
	if (!err)
		err = out_flush(&cmd->out);
	summary_free(summary);
	return err;
}

static int exit_status(struct stat_command *cmd, int err)
{
	err = output_close(&cmd->output, err);
	if (err != -ENOMEM)
		return output_status(&cmd->output, err);
	rlimits_no_memory();
	return EXIT_ATTACH;
}

/* Attached; CMD, if any, waits. */
static int begin(struct stat_command *cmd)
{
	int status = tracing_drop(&cmd->tracing);

	if (status)
		return status;
	out_init(&cmd->out, cmd->output.file);
	cmd->before = counts_new();
	cmd->part = counts_new();
	if (!cmd->before || !cmd->part)
		return exit_status(cmd, -ENOMEM);
	interrupt_catch();
	sandbox_files(SANDBOX_TRACE, -1);
	sandbox_calls(SANDBOX_TRACE);
	cmd->begin_ns = live_now(counting_live(cmd->counting));
	cmd->before->ts = cmd->begin_ns;
	if (cmd->interval_ns && !cmd->json)
		stat_interval_head(&cmd->out);
	counting_arm(cmd->counting);
	if (!cmd->tracing.work.pid)
		fprintf(stderr, "ismtrace: counting (%s)%s\n",
			live_attach_mode(counting_live(cmd->counting)),
			cmd->tracing.duration_ns || cmd->count
				? ""
				: "; Ctrl-C ends it and shows the summary");
	return tracing_run(&cmd->tracing);
}

static int run(struct stat_command *cmd)
{
	int status = counting_open(&cmd->counting, &cmd->tracing.options), err;

	if (!status)
		status = output_open(&cmd->output);
	if (!status)
		status = begin(cmd);
	if (status)
		return status;
	err = count(cmd);
	counting_stop(cmd->counting);
	/* A signal counts, too, that came just as CMD ended: from the terminal, both get it. */
	cmd->tracing.asked |= interrupted();
	interrupt_forget();
	tracing_stop_cmd(&cmd->tracing);
	if (!err)
		err = finish(cmd);
	status = exit_status(cmd, err);
	/* CMD is waited for in any case; what went wrong here comes first. */
	err = tracing_status(&cmd->tracing);
	return status ? status : err;
}

int command_stat(int argc, char **argv)
{
	struct stat_command cmd = {};
	int status;

	tracing_init(&cmd.tracing);
	options_parse(&stat_argp, "stat", argc, argv, NULL, &cmd);
	cmd.tracing.separate = output_mixes(cmd.output.path);
	status = tracing_fork(&cmd.tracing);
	if (!status)
		status = run(&cmd);
	tracing_end(&cmd.tracing);
	counting_close(cmd.counting);
	counts_free(cmd.before);
	counts_free(cmd.part);
	return status;
}
