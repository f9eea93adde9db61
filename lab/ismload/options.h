/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - the command line.
 */
#ifndef ISMLOAD_OPTIONS_H
#define ISMLOAD_OPTIONS_H

#include "patterns.h"
#include "vfio/vfio.h"

#define WORKERS_MAX 256

#define EXIT_UNEXPECTED 1
#define EXIT_USAGE	2
#define EXIT_OPEN	3

struct options {
	const char *device;
	const char *expect_driver;
	const char *wait_file;
	const char *ready_file;
	const struct contract *contract; /* NULL: of the driver bound */
	enum interface interface;
	bool json;
	bool quiet;
	bool verbose;
	bool list;
	bool dry_run;
	bool no_timing;
	bool strict;
	uint64_t maxstbl; /* 0: what the function says */
	uint64_t seed;
	uint64_t processes;
	uint64_t threads;
	uint64_t delay_ms;
	uint64_t hold_ms;
	struct job jobs[JOBS_MAX];
	unsigned int num_jobs;
};

/* Ends the program on --help, --version and mistakes, with EXIT_USAGE. */
void options_parse(struct options *options, int argc, char **argv);

#endif /* ISMLOAD_OPTIONS_H */
