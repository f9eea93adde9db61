/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workers.h - several processes and threads that drive one function.
 */
#ifndef ISMLOAD_WORKERS_H
#define ISMLOAD_WORKERS_H

#include "engine.h"

/* Zeroed memory for this many workers that fork() shares; NULL: none left. */
struct common *common_alloc(unsigned int workers);

/*
 * Run the jobs in processes * threads workers, all with the same device file.
 * `like` has everything that they have in common.  Returns 0, or the first
 * error of any; what they did is in common->stats in either case.
 */
int workers_run(const struct engine *like, unsigned int processes, unsigned int threads);

#endif /* ISMLOAD_WORKERS_H */
