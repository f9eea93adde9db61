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

enum check_result {
	CHECK_OK,
	CHECK_LACKS,		/* works without, less well */
	CHECK_FAILS,		/* tracing cannot work */
	CHECK_UNKNOWN,		/* cannot be seen from here */
};

struct check_finding {
	enum check_result result;
	char found[160];	/* what there is */
	const char *hint;	/* what to do; NULL if nothing */
};

struct check {
	const char *name;
	void (*look)(struct check_finding *finding);
	bool drivers;		/* matters only to who probes the drivers */
};

/* Is there a BPF JIT, and is it on? */
bool check_has_jit(void);

extern const struct check checks[];
extern const size_t nr_checks;

/*
 * check_obstacle - look for what makes tracing impossible, and say it as an
 * error with a hint.  Returns true if there is something.
 */
bool check_obstacle(void);

/* The same for commands that load programs but do not probe a driver. */
bool check_cannot_load(void);

#endif /* ISMT_LIVE_REQUIREMENTS_H */
