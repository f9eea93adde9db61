// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

enum { OPT_SIZE = 0x100, OPT_ERRORS, OPT_RULE, OPT_COLOR };

static const struct argp_option filter_options[] = {
	{ NULL, 0, NULL, 0, "Filters (an access must pass all of them):", 1 },
	{ "device", 'd', "FUNCTION", 0,
	  "only this PCI function: 0011:00:00.0, fid:0x22 or uid:0x11; may be repeated", 0 },
	{ "function", 0, NULL, OPTION_ALIAS, NULL, 0 },
	{ "pid", 'p', "PID[,PID]", 0, "only these processes; may be repeated", 0 },
	{ "comm", 'c', "NAME", 0, "only tasks of exactly this name", 0 },
	{ "region", 'r', "REGION[,REGION]", 0,
	  "only these regions: bar0 to bar5, rom, config, vga, or a number", 0 },
	{ "which", 'w', "read|write", 0, "only reads, or only writes", 0 },
	{ "size", OPT_SIZE, "A-B", 0,
	  "only accesses of A to B bytes; A, A- and -B work as well", 0 },
	{ "errors", OPT_ERRORS, NULL, 0,
	  "only what failed, wholly or in part: errors, short transfers, failed instructions", 0 },
	{ "rule", OPT_RULE, "ID[,ID]", 0, "only accesses that one of these rules found fault with", 0 },
	{ 0 },
};

static error_t parse_filter(int key, char *arg, struct argp_state *state)
{
	struct filter *filter = state->input;
	int err = 0;

	switch (key) {
	case 'd':
		err = filter_add_function(filter, arg);
		break;
	case 'p':
		err = filter_add_pid(filter, arg);
		break;
	case 'c':
		err = filter_set_comm(filter, arg);
		break;
	case 'r':
		err = filter_add_regions(filter, arg);
		break;
	case 'w':
		err = filter_set_op(filter, arg);
		break;
	case OPT_SIZE:
		err = filter_set_size(filter, arg);
		break;
	case OPT_ERRORS:
		filter->k.errors = true;
		break;
	case OPT_RULE:
		err = filter_add_rule(filter, arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (err == -E2BIG)
		argp_error(state, "too many values (at most %d): '%s'",
			   key == 'p' ? FILTER_PIDS : FILTER_MAX, arg);
	else if (err)
		argp_error(state, "cannot make sense of '%s'", arg);
	return 0;
}

const struct argp filter_argp = { .options = filter_options, .parser = parse_filter };

static const struct argp_option common_options[] = {
	{ NULL, 0, NULL, 0, "Other:", -1 },
	{ "color", OPT_COLOR, "WHEN", 0,
	  "colours: auto (on a terminal, the default), always or never; NO_COLOR turns auto off", 0 },
	{ "verbose", 'v', NULL, 0, "say what is done, with -vv also what libbpf says", 0 },
	{ 0 },
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct common_options *options = state->input;

	switch (key) {
	case 'v':
		message_set_verbosity(message_verbosity() + 1);
		return 0;
	case OPT_COLOR:
		if (!strcmp(arg, "auto"))
			options->color = COLOR_AUTO;
		else if (!strcmp(arg, "always"))
			options->color = COLOR_ALWAYS;
		else if (!strcmp(arg, "never"))
			options->color = COLOR_NEVER;
		else
			argp_error(state, "--color is auto, always or never, not '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp common_argp = { .options = common_options, .parser = parse_common };

void options_parse(const struct argp *argp, const char *command, int argc, char **argv,
		   int *arg_index, void *input)
{
	static char name[64];

	snprintf(name, sizeof(name), "ismtrace %s", command);
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(argp, argc, argv, ARGP_IN_ORDER, arg_index, input))
		exit(EXIT_USAGE);
}

bool color_allowed(const struct common_options *options, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return out && isatty(fileno(out)) && term && strcmp(term, "dumb");
}

void parse_run_as(struct run_as *as, const char *text, struct argp_state *state)
{
	int err = run_as_parse(as, text);

	if (err == -ENOENT)
		argp_error(state, "no such user in /etc/passwd: '%s'", text);
	else if (err)
		argp_error(state, "-Z is a user's name or number, not '%s'", text);
}

unsigned long long parse_count(const char *text, const char *what, struct argp_state *state)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || !value || *text == '-')
		argp_error(state, "%s is a positive number, not '%s'", what, text);
	return value;
}

unsigned long long parse_seconds(const char *text, struct argp_state *state)
{
	double value;
	char *end;

	errno = 0;
	value = strtod(text, &end);
	if (errno || end == text || *end || !isfinite(value) || value <= 0 || value > 1e9)
		argp_error(state, "seconds are a positive number, not '%s'", text);
	return value * 1e9;
}

char **parse_workload(struct argp_state *state)
{
	/* Only behind "--": a forgotten dash must not run something as root. */
	if (strcmp(state->argv[state->next - 1], "--"))
		argp_error(state, "unexpected '%s'; a command to run goes behind --",
			   state->argv[state->next]);
	return state->argv + state->next;
}

void parse_no_workload(struct argp_state *state)
{
	/* "-- $CMD" of nothing must not trace the whole machine for ever. */
	if (state->argc && !strcmp(state->argv[state->argc - 1], "--"))
		argp_error(state, "no command after --");
}
