// SPDX-License-Identifier: GPL-2.0-only
#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/rules.h"
#include "util/escape.h"
#include "util/message.h"

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
	{ "size", OPT_SIZE, "A-B", 0, "only accesses of A to B bytes; A, A- and -B work as well",
	  0 },
	{ "errors", OPT_ERRORS, NULL, 0,
	  "only what failed, wholly or in part: errors, short transfers, failed instructions", 0 },
	{ 0 },
};

static const struct argp_option rule_options[] = {
	{ "rule", OPT_RULE, "ID[,ID]", 0, "only accesses that one of these rules found fault with",
	  1 },
	{ 0 },
};

/* What the value of a filter may be, for whoever gave it another one. */
static void filter_error(const struct argp_state *state, int key, const char *arg)
{
	switch (key) {
	case 'd':
		option_error(
			state,
			"--device is a function's address, as 0011:00:00.0, or fid:0x22 or uid:0x11, not '%s'",
			arg);
		break;
	case 'p':
		option_error(state, "--pid is numbers of processes, with commas between, not '%s'",
			     arg);
		break;
	case 'c':
		if (strlen(arg) < ISMT_COMM_LEN)
			option_error(state, "--comm is a task's name, not '%s'", arg);
		option_error(state,
			     "--comm is a task's name, of which the kernel keeps %d bytes: '%.*s'",
			     ISMT_COMM_LEN - 1, ISMT_COMM_LEN - 1, arg);
		break;
	case 'r':
		option_error(
			state,
			"--region is bar0 to bar5, rom, config, vga or a number, with commas between, not '%s'",
			arg);
		break;
	case 'w':
		option_error(state, "--which is read or write, not '%s'", arg);
		break;
	case OPT_SIZE:
		option_error(
			state,
			"--size is A-B, A, A- or -B, in bytes, or with K, M or G, and A at most B, not '%s'",
			arg);
		break;
	case OPT_RULE:
		option_error(state, "--rule is %s to %s, with commas between, not '%s'",
			     rules[0].id, rules[RULE_COUNT - 1].id, arg);
		break;
	default:
		break;
	}
}

/* What filter_*() returned for the option. */
static error_t filter_parsed(int err, int key, const char *arg, const struct argp_state *state)
{
	if (err == -E2BIG)
		option_error(state, "too many values (at most %d): '%s'",
			     key == 'p' ? FILTER_PIDS : FILTER_MAX, arg);
	else if (err)
		filter_error(state, key, arg);
	return 0;
}

static error_t parse_rule(int key, char *arg, struct argp_state *state)
{
	if (key != OPT_RULE)
		return ARGP_ERR_UNKNOWN;
	return filter_parsed(filter_add_rule(state->input, arg), key, arg, state);
}

static const struct argp rule_argp = { .options = rule_options, .parser = parse_rule };

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
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return filter_parsed(err, key, arg, state);
}

const struct argp sum_filter_argp = { .options = filter_options, .parser = parse_filter };

static error_t parse_all_filters(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return parse_filter(key, arg, state);
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child filter_children[] = { { &rule_argp, 0, NULL, 1 }, { 0 } };

const struct argp filter_argp = {
	.options = filter_options,
	.parser = parse_all_filters,
	.children = filter_children,
};

static const struct argp_option common_options[] = {
	{ NULL, 0, NULL, 0, "Other:", -1 },
	{ "color", OPT_COLOR, "WHEN", 0,
	  "colours: auto (on a terminal, the default), always or never; NO_COLOR turns auto off",
	  0 },
	{ "verbose", 'v', NULL, 0, "say what is done, with -vv also what libbpf says", 0 },
	/* What people type; the C library's own is -?. */
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 },
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	static struct common_options unused;
	struct common_options *options = state->input ? state->input : &unused;

	switch (key) {
	case 'v':
		message_set_verbosity(message_verbosity() + 1);
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case OPT_COLOR:
		if (!strcmp(arg, "auto"))
			options->color = COLOR_AUTO;
		else if (!strcmp(arg, "always"))
			options->color = COLOR_ALWAYS;
		else if (!strcmp(arg, "never"))
			options->color = COLOR_NEVER;
		else
			option_error(state, "--color is auto, always or never, not '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp common_argp = { .options = common_options, .parser = parse_common };

void option_error(const struct argp_state *state, const char *format, ...)
{
	char text[512], line[ESCAPE_TEXT_LEN(sizeof(text))];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	escape_line(line, sizeof(line), text, sizeof(text));
	argp_error(state, "%s", line);
}

/* How many options a name of so many bytes may be short for; 1 if it is one's. */
static unsigned int options_meant(const struct argp *argp, const char *name, size_t len)
{
	const struct argp_child *child = argp->children;
	const struct argp_option *option = argp->options;
	unsigned int meant = 0, below;

	for (; option && (option->name || option->key || option->doc); option++) {
		if (!option->name || strncmp(option->name, name, len))
			continue;
		if (!option->name[len])
			return 1;
		meant++;
	}
	for (; child && child->argp; child++) {
		below = options_meant(child->argp, name, len);
		if (below == 1)
			return 1;
		meant += below;
	}
	return meant;
}

/* The option of one letter, or NULL. */
static const struct argp_option *option_of(const struct argp *argp, char letter)
{
	const struct argp_child *child = argp->children;
	const struct argp_option *option = argp->options;

	for (; option && (option->name || option->key || option->doc); option++)
		if (option->key == letter)
			return option;
	option = NULL;
	for (; child && child->argp && !option; child++)
		option = option_of(child->argp, letter);
	return option;
}

/* How many bytes of a wrong word the C library may print: all but the value of an option. */
static size_t option_shown(const struct argp *argp, const char *word)
{
	const struct argp_option *option;
	size_t len = 1;

	if (word[0] != '-' || !word[1])
		return 0;
	if (word[1] == '-') {
		len = strcspn(word + 2, "=");
		return options_meant(argp, word + 2, len) == 1 ? 2 + len : strlen(word);
	}
	while (word[len]) {
		option = option_of(argp, word[len++]);
		if (option && option->arg)
			break;
	}
	return len;
}

void options_refuse(const struct argp *argp, int argc, char **argv)
{
	size_t len, size;
	char *line;
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		len = option_shown(argp, argv[i]);
		size = ESCAPE_TEXT_LEN(len);
		line = malloc(size);
		if (!line || escape_line(line, size, argv[i], len) != len) {
			error("there is no option '%.256s'", line ? line : "?");
			exit(EXIT_USAGE);
		}
		free(line);
	}
}

void options_parse(const struct argp *argp, const char *command, int argc, char **argv,
		   int *arg_index, void *input)
{
	static char name[64];

	snprintf(name, sizeof(name), "ismtrace %s", command);
	argv[0] = name;
	message_set_command(name);
	argp_err_exit_status = EXIT_USAGE;
	options_refuse(argp, argc, argv);
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
		option_error(state, "no such user in /etc/passwd: '%s'", text);
	else if (err)
		option_error(state, "-Z is a user's name or number, not '%s'", text);
}

unsigned long long parse_count(const char *text, const char *what, struct argp_state *state)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || !value || *text == '-')
		option_error(state, "%s is a positive number, not '%s'", what, text);
	return value;
}

unsigned long long parse_seconds(const char *text, struct argp_state *state)
{
	double value;
	char *end;

	errno = 0;
	value = strtod(text, &end);
	if (errno || end == text || *end || !isfinite(value) || value <= 0 || value > 1e9)
		option_error(state, "seconds are a positive number, not '%s'", text);
	return value * 1e9;
}

char **parse_workload(struct argp_state *state)
{
	/* Only behind "--": a forgotten dash must not run something as root. */
	if (strcmp(state->argv[state->next - 1], "--"))
		option_error(state, "unexpected '%s'; a command to run goes behind --",
			     state->argv[state->next]);
	return state->argv + state->next;
}

void parse_no_workload(struct argp_state *state)
{
	/* "-- $CMD" of nothing must not trace the whole machine for ever. */
	if (state->argc && !strcmp(state->argv[state->argc - 1], "--"))
		option_error(state, "no command after --");
}
