/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * requirements.h - what this kernel offers to tracing and what it lacks.  One table
 * serves both `ismtrace doctor`, which shows all, and the commands that trace,
 * which stop at the first obstacle.
 */
#ifndef ISMT_LIVE_REQUIREMENTS_H
#define ISMT_LIVE_REQUIREMENTS_H

#include <stdbool.h>
#include <stddef.h>

enum requirement_state {
	REQ_OK,
	REQ_LACKS,   /* tracing works without it, but less well */
	REQ_FAILS,   /* tracing cannot work without it */
	REQ_UNKNOWN, /* this process cannot find out */
};

struct requirement_result {
	enum requirement_state result;
	char found[160];  /* what there is */
	const char *hint; /* what to do; NULL if nothing */
};

struct check {
	const char *name;
	void (*look)(struct requirement_result *finding);
	/*
	 * What it keeps from working: every command that loads programs, only those that probe the
	 * drivers, or none; the last is not looked at by who has given up reading files.
	 */
	enum { FOR_ALL, FOR_DRIVERS, FOR_DOCTOR } who;
};

extern const struct check checks[];
extern const size_t nr_requirements;

/*
 * requirement_missing - look for something that makes tracing impossible.  True if there is, having
 * printed it as an error with a hint.
 */
bool requirement_missing(void);

/* requirement_missing() for commands that load programs but do not probe a driver. */
bool requirements_cannot_load(void);

#endif /* ISMT_LIVE_REQUIREMENTS_H */
