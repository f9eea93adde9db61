/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - what ismload tells: each access as it goes, and the total.
 */
#ifndef ISMLOAD_REPORT_H
#define ISMLOAD_REPORT_H

#include <sys/types.h>

#include "patterns.h"
#include "stats.h"

/* Made by the Makefile; a compiler called by hand does not have it. */
#if __has_include("version.h")
#include "version.h"
#endif
#ifndef ISMTRACE_VERSION
#define ISMTRACE_VERSION "unversioned"
#endif

enum verified {
	VERIFIED_NONE, /* nothing to compare with */
	VERIFIED_TRUE,
	VERIFIED_FALSE,
};

/* What became of one access. */
struct outcome {
	struct op op;
	uint64_t seq;
	unsigned int job;
	unsigned int worker;
	uint32_t region; /* as the driver resolves the place */
	uint64_t offset;
	int64_t ret;	   /* bytes, or -errno */
	uint64_t begin_ns; /* CLOCK_MONOTONIC */
	uint64_t latency_ns;
	bool timed; /* these two are known */
	enum verified verified;
	bool expected;
	struct expect expect;
};

struct report {
	bool json;
	bool ops;   /* every access; otherwise the total only */
	bool quiet; /* nothing but the last line */
	bool plan;  /* --dry-run */
	const struct job *jobs;

	char *buf;
	size_t len;
	size_t size;
	bool tty;
	bool failed; /* stdout is gone: say it once, at the end */
	pid_t pid;
	pid_t tid;
	uint64_t realtime; /* CLOCK_REALTIME less CLOCK_MONOTONIC at the beginning, ns */
};

/* To be called by the worker whose report it is.  Returns 0 or -ENOMEM. */
int report_init(struct report *report, bool alone);
/* Returns 0, or -EIO if stdout does not take it. */
int report_flush(struct report *report);
void report_free(struct report *report);

int report_outcome(struct report *report, const struct outcome *outcome);
/* A line on stderr for an unexpected outcome; *reported counts those so far. */
void report_complain(const struct report *report, const struct outcome *outcome,
		     uint32_t *reported);
/* Workers had to share the place: nothing was verified. */
void report_shared(const struct report *report, unsigned int job);

/* One printf() into the report's buffer. */
void report_printf(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* In summary.c. */
struct run_info {
	uint64_t seed;
	unsigned int processes;
	unsigned int threads;
	unsigned int num_jobs;
	bool interrupted;
};

int report_start(struct report *report, const struct function *fn, const struct run_info *run);
int report_total(struct report *report, const struct function *fn, const struct run_info *run,
		 const struct stats *total);

/* "EINVAL"; fixed text. */
const char *errno_name(int err);

#endif /* ISMLOAD_REPORT_H */
