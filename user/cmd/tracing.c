// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/tracing.h"

#include <string.h>

#include "cli/command.h"
#include "live/privilege.h"
#include "util/interrupt.h"
#include "util/message.h"

enum { OPT_MIO = 0x400, OPT_MEASURE };

static const struct argp_option tracing_options[] = {
	{ "time-limit", 't', "SECONDS", 0, "end after SECONDS", 2 },
	{ "all-processes", 'a', NULL, 0, "with -- CMD: " ALL_HELP, 2 },
	{ "measure", OPT_MEASURE, NULL, 0, MEASURE_HELP, 2 },
	{ "mio", OPT_MIO, "auto|on|off", 0,
	  "probe the MIO-capable helpers too; auto: where the machine has MIO", 2 },
	{ "relinquish-privileges", 'Z', "USER", 0, RUN_AS_HELP, 2 },
	{ 0 },
};

static const struct argp_child tracing_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &common_argp, 0, NULL, -1 },
	{ 0 },
};

static error_t parse_tracing(int key, char *arg, struct argp_state *state)
{
	struct tracing *tracing = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &tracing->options.filter;
		state->child_inputs[1] = &tracing->common;
		return 0;
	case 't':
		tracing->duration_ns = parse_seconds(arg, state);
		return 0;
	case 'a':
		tracing->all = true;
		return 0;
	case OPT_MEASURE:
		tracing->options.measure = true;
		return 0;
	case OPT_MIO:
		if (parse_mio(arg, &tracing->options.mio))
			option_error(state, "--mio is auto, on or off, not '%s'", arg);
		return 0;
	case 'Z':
		parse_run_as(&tracing->options.run_as, arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		tracing->argv = parse_workload(state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		parse_no_workload(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child counting_children[] = {
	{ &sum_filter_argp, 0, NULL, 1 },
	{ &common_argp, 0, NULL, -1 },
	{ 0 },
};

const struct argp counting_argp = {
	.options = tracing_options,
	.parser = parse_tracing,
	.children = counting_children,
};

const struct argp tracing_argp = {
	.options = tracing_options,
	.parser = parse_tracing,
	.children = tracing_children,
};

void tracing_init(struct tracing *tracing)
{
	memset(tracing, 0, sizeof(*tracing));
	tracing->options.buffer_size = LIVE_BUFFER_DEFAULT;
	filter_init(&tracing->options.filter);
}

int tracing_fork(struct tracing *tracing)
{
	int status, err;

	if (!tracing->argv)
		return EXIT_DONE;
	status = workload_look(tracing->argv[0]);
	if (status)
		return status;
	err = workload_fork(&tracing->work, tracing->argv, tracing->separate);
	if (err) {
		workload_say_no_fork(tracing->argv[0], err);
		return EXIT_ATTACH;
	}
	if (!tracing->all && !tracing->options.filter.nr_pids)
		tracing->options.tree = tracing->work.pid;
	return EXIT_DONE;
}

int tracing_drop(const struct tracing *tracing)
{
	int err = privilege_drop(&tracing->options.run_as);

	if (!err)
		return EXIT_DONE;
	error("cannot drop privileges: %s", strerror(-err));
	return EXIT_ATTACH;
}

int tracing_run(struct tracing *tracing)
{
	return tracing->work.pid ? workload_run(&tracing->work, tracing->argv[0]) : EXIT_DONE;
}

bool tracing_cmd_ended(struct tracing *tracing)
{
	return tracing->work.pid && workload_ended(&tracing->work);
}

void tracing_stop_cmd(struct tracing *tracing)
{
	struct workload *work = &tracing->work;

	if (work->pid && tracing->asked && !workload_ended(work))
		workload_stop(work, tracing->argv[0]);
}

int tracing_status(struct tracing *tracing)
{
	struct workload *work = &tracing->work;

	if (!work->pid || !tracing->asked)
		return work->ended ? workload_exit_status(work) : EXIT_DONE;
	/* A person who does not want to wait for CMD can end us by a signal. */
	interrupt_let_go();
	return workload_signalled_status(work, tracing->argv[0]);
}

void tracing_end(struct tracing *tracing)
{
	workload_abandon(&tracing->work);
}
