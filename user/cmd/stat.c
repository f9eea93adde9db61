// SPDX-License-Identifier: GPL-2.0-only
/*
 * stat.c - `ismtrace stat`: counts kept in the kernel, without a record for
 * each access; now and then, or once at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "live/counting.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/message.h"
#include "cli/options.h"
#include "util/outbuf.h"
#include "cli/output.h"
#include "live/privilege.h"
#include "live/sandbox.h"
#include "output/stat_text.h"
#include "output/summary_json.h"
#include "output/summary_text.h"
#include "cmd/workload.h"

/* The longest sleep: what ends the run is looked at this often, too. */
#define TICK_MS	100

enum { OPT_JSON = 0x300, OPT_MIO, OPT_MEASURE };

struct stat_command {
	struct live_options options;
	struct common_options common;
	struct output output;
	bool json, all;
	unsigned long long interval_ns;	/* 0: only at the end */
	unsigned long long count;	/* intervals; 0: no limit */
	unsigned long long duration_ns;	/* 0: no limit */
	char **argv;			/* of the workload; NULL: none */

	struct workload work;
	struct counting *counting;
	struct outbuf out;
	struct counts *before;		/* at the last interval's end */
	struct counts *part;		/* since then */
	int64_t begin_ns;		/* since 1970 */
};

static const struct argp_option stat_argp_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "interval", 'I', "MS", 0, "what was added, every MS milliseconds (10 at least)", 0 },
	{ "json", OPT_JSON, NULL, 0, "JSON: an object for each interval, and the summary", 0 },
	{ NULL, 0, NULL, 0, "How to count:", 2 },
	{ "count", 'n', "COUNT", 0, "with -I: end after COUNT intervals", 0 },
	{ "time-limit", 't', "SECONDS", 0, "end after SECONDS", 0 },
	{ "all-processes", 'a', NULL, 0, "with -- CMD: count all processes, not only CMD and its children", 0 },
	{ "measure", OPT_MEASURE, NULL, 0, MEASURE_HELP, 0 },
	{ "mio", OPT_MIO, "auto|on|off", 0,
	  "probe the MIO-capable helpers too; auto: where the machine has MIO", 0 },
	{ "relinquish-privileges", 'Z', "USER", 0, RUN_AS_HELP, 0 },
	{ 0 },
};

static const struct argp_child stat_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &common_argp, 0, NULL, -1 },
	{ &output_argp, 0, "Where to write:", 3 },
	{ 0 },
};

static error_t parse_stat(int key, char *arg, struct argp_state *state)
{
	struct stat_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->options.filter;
		state->child_inputs[1] = &cmd->common;
		state->child_inputs[2] = &cmd->output;
		return 0;
	case 'I':
		cmd->interval_ns = parse_count(arg, "MS", state) * 1000000ULL;
		if (cmd->interval_ns < 10000000ULL || cmd->interval_ns > 86400000000000ULL)
			option_error(state, "-I is 10 to 86400000 ms, not '%s'", arg);
		return 0;
	case 'n':
		cmd->count = parse_count(arg, "COUNT", state);
		return 0;
	case 't':
		cmd->duration_ns = parse_seconds(arg, state);
		return 0;
	case 'a':
		cmd->all = true;
		return 0;
	case OPT_MEASURE:
		cmd->options.measure = true;
		return 0;
	case OPT_JSON:
		cmd->json = true;
		return 0;
	case OPT_MIO:
		if (parse_mio(arg, &cmd->options.mio))
			option_error(state, "--mio is auto, on or off, not '%s'", arg);
		return 0;
	case 'Z':
		parse_run_as(&cmd->options.run_as, arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		cmd->argv = parse_workload(state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		parse_no_workload(state);
		return 0;
	case ARGP_KEY_END:
		if (cmd->count && !cmd->interval_ns)
			option_error(state, "-n counts intervals: it needs -I");
		if (cmd->options.filter.rules)
			option_error(state,
				     "stat counts without looking at each access: "
				     "--rule is for live, record and the captures");
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
		err = cmd->json ? stat_interval_json(summary, &cmd->out) :
				  stat_interval_text(summary, cmd->begin_ns, &cmd->out);
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
	uint64_t begin = mono_ns(), end = cmd->duration_ns ? begin + cmd->duration_ns : 0;
	uint64_t next = cmd->interval_ns ? begin + cmd->interval_ns : 0;
	unsigned long long shown = 0;
	int err = 0;

	while (!err && !interrupted() && !(cmd->work.pid && workload_ended(&cmd->work))) {
		uint64_t now = mono_ns(), until = sooner(next, end);

		if (end && now >= end)
			break;
		if (next && now >= next) {
			err = show_interval(cmd);
			/* An interval that was missed is not made up for. */
			next += (1 + (mono_ns() - next) / cmd->interval_ns) * cmd->interval_ns;
			if (++shown == cmd->count)
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
					   color_allowed(&cmd->common, cmd->output.file));
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
	error("out of memory");
	return EXIT_ATTACH;
}

static int run(struct stat_command *cmd)
{
	int status = counting_open(&cmd->counting, &cmd->options), err;
	bool told;

	if (!status)
		status = output_open(&cmd->output);
	if (status)
		return status;
	out_init(&cmd->out, cmd->output.file);
	err = privilege_drop(&cmd->options.run_as);
	if (err) {
		error("cannot drop privileges: %s", strerror(-err));
		return EXIT_ATTACH;
	}
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
	if (cmd->work.pid) {
		status = workload_run(&cmd->work, cmd->argv[0]);
		if (status)
			return status;
	} else {
		fprintf(stderr, "ismtrace: counting (%s)%s\n",
			live_attach_mode(counting_live(cmd->counting)),
			cmd->duration_ns || cmd->count ? "" : "; Ctrl-C ends it and shows the summary");
	}
	err = count(cmd);
	counting_stop(cmd->counting);
	/* A trace that is over ends CMD, as with live; a failed output does not. */
	told = !err && cmd->work.pid && !workload_ended(&cmd->work);
	if (told) {
		workload_stop(&cmd->work, cmd->argv[0]);
		/* Whoever is tired of waiting for it may end us. */
		interrupt_let_go();
	}
	if (!err)
		err = finish(cmd);
	status = exit_status(cmd, err);
	if (status || !cmd->work.pid)
		return status;
	if (told)
		return workload_told_status(&cmd->work, cmd->argv[0]);
	return cmd->work.ended ? workload_exit_status(&cmd->work) : status;
}

int command_stat(int argc, char **argv)
{
	struct stat_command cmd = { .options.buffer_size = LIVE_BUFFER_DEFAULT };
	int status, err;

	filter_init(&cmd.options.filter);
	options_parse(&stat_argp, "stat", argc, argv, NULL, &cmd);
	if (cmd.argv) {
		status = workload_look(cmd.argv[0]);
		if (status)
			return status;
		err = workload_fork(&cmd.work, cmd.argv, output_mixes(cmd.output.path));
		if (err) {
			workload_say_no_fork(cmd.argv[0], err);
			return EXIT_ATTACH;
		}
		if (!cmd.all && !cmd.options.filter.nr_pids)
			cmd.options.tree = cmd.work.pid;
	}
	status = run(&cmd);
	workload_abandon(&cmd.work);
	counting_close(cmd.counting);
	counts_free(cmd.before);
	counts_free(cmd.part);
	return status;
}
