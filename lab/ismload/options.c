// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - the command line.
 */
#include "options.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "vfio/contract.h"

enum {
	KEY_INTERFACE = 0x100,
	KEY_CONTRACT,
	KEY_STRICT,
	KEY_MAXSTBL,
	KEY_SEED,
	KEY_EXPECT_DRIVER,
	KEY_PROCESSES,
	KEY_THREADS,
	KEY_WAIT,
	KEY_READY,
	KEY_DELAY,
	KEY_HOLD,
	KEY_NO_TIMING,
};

static const struct argp_option argp_options[] = {
	{ NULL, 0, NULL, 0, "Which function:", 1 },
	{ "device", 'd', "ADDRESS", 0,
	  "PCI address (first of $ISM_FUNCTIONS, or the first ISM function that a VFIO driver has)",
	  1 },
	{ "interface", KEY_INTERFACE, "group|cdev|auto", 0,
	  "how to open it (auto: the group if there is one)", 1 },
	{ "expect-driver", KEY_EXPECT_DRIVER, "NAME", 0,
	  "exit with 3 unless this driver is bound to it", 1 },
	{ NULL, 0, NULL, 0, "What is expected of it:", 2 },
	{ "contract", KEY_CONTRACT, "NAME", 0,
	  "ism-vfio-pci, ism-vfio-pci-upstream, vfio-pci or any (the bound driver's)", 2 },
	{ "strict", KEY_STRICT, NULL, 0, "the function refuses store blocks off 8-byte alignment",
	  2 },
	{ "maxstbl", KEY_MAXSTBL, "BYTES", 0,
	  "the longest store block (what the zPCI capability says)", 2 },
	{ NULL, 0, NULL, 0, "What is done:", 3 },
	{ "list", 'l', NULL, 0, "list the patterns with their defaults, and exit", 3 },
	{ "dry-run", 'n', NULL, 0,
	  "print the accesses and what is expected of each, and touch no device", 3 },
	{ "seed", KEY_SEED, "N", 0, "for data and for mixed (1)", 3 },
	{ "processes", KEY_PROCESSES, "N", 0,
	  "this many processes, each with its own part of the region (1)", 3 },
	{ "threads", KEY_THREADS, "N", 0,
	  "this many threads in each process, each with its own part (1)", 3 },
	{ NULL, 0, NULL, 0, "When (all with the function open):", 4 },
	{ "ready", KEY_READY, "FILE", 0, "make FILE once the function is open", 4 },
	{ "wait", KEY_WAIT, "FILE", 0, "wait until FILE exists before the first access", 4 },
	{ "delay", KEY_DELAY, "MS", 0, "wait so many milliseconds before the first access", 4 },
	{ "hold", KEY_HOLD, "MS", 0,
	  "keep the function open so many milliseconds after the last access", 4 },
	{ NULL, 0, NULL, 0, "Output:", 5 },
	{ "json", 'j', NULL, 0, "one JSON object a line: each access, then the total", 5 },
	{ "quiet", 'q', NULL, 0, "the total only", 5 },
	{ "verbose", 'v', NULL, 0, "without --json: print each access, too", 5 },
	{ "no-timing", KEY_NO_TIMING, NULL, 0, "do not look at the clock around each access", 5 },
	{ NULL, 0, NULL, 0, NULL, 0 }
};

static const char doc[] =
	"Drive a PCI function through VFIO with named patterns of reads and writes, "
	"verify what can be read back, and report what each access gave."
	"\v"
	"A PATTERN is a name from --list, its parameters after it: "
	"block:size=4096,count=1000 or widths:write=1,offset=64. Numbers take 0x and the suffixes "
	"K, M and G; size=max is one whole store block of the function. Every pattern takes "
	"expect=, for an outcome other than the driver's contract: ok, any, refused, EINVAL, EIO, "
	"ENXIO, ENODEV, EFAULT or EBUSY.\n\n"
	"Exit status: 0 all as expected; 1 an outcome or data was not, or it was interrupted; "
	"2 usage; 3 the function cannot be opened.";

static uint64_t number(struct argp_state *state, const char *name, const char *text, uint64_t min,
		       uint64_t max)
{
	uint64_t value = 0;

	if (number_parse(text, &value) || value < min || value > max)
		argp_error(state, "--%s takes a number from %llu to %llu, not '%s'", name,
			   (unsigned long long)min, (unsigned long long)max, text);
	return value;
}

static void interface_set(struct options *o, struct argp_state *state, const char *text)
{
	if (!strcmp(text, "group"))
		o->interface = INTERFACE_GROUP;
	else if (!strcmp(text, "cdev"))
		o->interface = INTERFACE_CDEV;
	else if (!strcmp(text, "auto"))
		o->interface = INTERFACE_AUTO;
	else
		argp_error(state, "--interface is group, cdev or auto, not '%s'", text);
}

static void job_add(struct options *o, struct argp_state *state, const char *text)
{
	char err[512];
	struct job *job;

	if (o->num_jobs == JOBS_MAX)
		argp_error(state, "at most %d patterns", JOBS_MAX);
	job = &o->jobs[o->num_jobs++];
	if (pattern_parse(text, &job->pattern, &job->params, err, sizeof(err)))
		argp_error(state, "%s", err);
}

static void options_check(struct options *o, struct argp_state *state)
{
	char address[ADDRESS_LEN];
	unsigned int i;

	if (o->list)
		return;
	if (!o->num_jobs)
		argp_error(state, "name at least one pattern; --list shows them");
	if (o->processes * o->threads > WORKERS_MAX)
		argp_error(state, "at most %d workers in all", WORKERS_MAX);
	if (o->device && address_parse(o->device, address))
		argp_error(state, "'%s' is no PCI address like 0011:00:00.0", o->device);
	for (i = 0; i < o->num_jobs; i++) {
		if (o->jobs[i].pattern->flags & PATTERN_ALONE && o->processes * o->threads > 1)
			argp_error(
				state,
				"%s changes the function for everybody: not with --threads or --processes",
				o->jobs[i].pattern->name);
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'd':
		o->device = arg;
		break;
	case KEY_INTERFACE:
		interface_set(o, state, arg);
		break;
	case KEY_EXPECT_DRIVER:
		o->expect_driver = arg;
		break;
	case KEY_CONTRACT:
		o->contract = contract_find(arg);
		if (!o->contract)
			argp_error(
				state,
				"--contract is ism-vfio-pci, ism-vfio-pci-upstream, vfio-pci or any, not '%s'",
				arg);
		break;
	case KEY_STRICT:
		o->strict = true;
		break;
	case KEY_MAXSTBL:
		o->maxstbl = number(state, "maxstbl", arg, 8, 65535);
		break;
	case 'l':
		o->list = true;
		break;
	case 'n':
		o->dry_run = true;
		break;
	case KEY_SEED:
		o->seed = number(state, "seed", arg, 0, UINT64_MAX);
		break;
	case KEY_PROCESSES:
		o->processes = number(state, "processes", arg, 1, WORKERS_MAX);
		break;
	case KEY_THREADS:
		o->threads = number(state, "threads", arg, 1, WORKERS_MAX);
		break;
	case KEY_READY:
		o->ready_file = arg;
		break;
	case KEY_WAIT:
		o->wait_file = arg;
		break;
	case KEY_DELAY:
		o->delay_ms = number(state, "delay", arg, 0, 86400000);
		break;
	case KEY_HOLD:
		o->hold_ms = number(state, "hold", arg, 0, 86400000);
		break;
	case 'j':
		o->json = true;
		break;
	case 'q':
		o->quiet = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	case KEY_NO_TIMING:
		o->no_timing = true;
		break;
	case ARGP_KEY_ARG:
		job_add(o, state, arg);
		break;
	case ARGP_KEY_END:
		options_check(o, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void version_print(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "ismload %s\n", ISMTRACE_VERSION);
}

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = argp_options,
		.parser = parse_option,
		.args_doc = "PATTERN[:KEY=VALUE,...]...",
		.doc = doc,
	};

	memset(options, 0, sizeof(*options));
	options->seed = 1;
	options->processes = 1;
	options->threads = 1;
	argp_program_version_hook = version_print;
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, options))
		exit(EXIT_USAGE);
}
