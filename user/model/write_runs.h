/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * write_runs.h - which writes of a task follow on from one another (ISM004).
 */
#ifndef ISMT_MODEL_WRITE_RUNS_H
#define ISMT_MODEL_WRITE_RUNS_H

#include "model/access.h"

/* Pairs of task and function that are remembered. */
#define RUNS_MAX 4096

struct runs;

struct runs *runs_new(void); /* NULL: no memory */
void runs_free(struct runs *runs);

/*
 * runs_follow - take note of an access.  For a write to a BAR that transferred
 * something, sets access->run to the number of writes in the run that it
 * begins (1) or continues and access->run_bytes to the bytes of that run; for
 * any other access, which ends the task's run on the function, both to 0.
 * A run never grows beyond what one store block of limit bytes can carry.
 */
void runs_follow(struct runs *runs, struct access *access, uint64_t limit);

#endif /* ISMT_MODEL_WRITE_RUNS_H */
