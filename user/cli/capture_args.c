// SPDX-License-Identifier: GPL-2.0-only
#include "cli/capture_args.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/options.h"

enum { OPT_STRICT = 0x300 };

static const struct argp_option capture_options[] = {
	{ NULL, 0, NULL, 0, "Captures:", 3 },
	{ "strict", OPT_STRICT, NULL, 0,
	  "a capture that was cut off is an error (exit status 4), not a note", 0 },
	{ 0 },
};

static error_t add_file(struct capture_args *options, const char *file, struct argp_state *state)
{
	const char **files;

	if (options->nr_files == CAPTURE_ARGS_MAX)
		option_error(state, "too many captures (at most %d)", CAPTURE_ARGS_MAX);
	files = reallocarray(options->files, options->nr_files + 1, sizeof(*files));
	if (!files)
		return ENOMEM;
	options->files = files;
	files[options->nr_files++] = file;
	return 0;
}

static error_t parse_capture(int key, char *arg, struct argp_state *state)
{
	struct capture_args *options = state->input;

	switch (key) {
	case OPT_STRICT:
		options->strict = true;
		return 0;
	case ARGP_KEY_ARG:
		return add_file(options, arg, state);
	case ARGP_KEY_NO_ARGS:
		if (!options->no_files)
			option_error(state, "no capture named ('-' is standard input)");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp capture_argp = {
	.options = capture_options,
	.parser = parse_capture,
};
