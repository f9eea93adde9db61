/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engine.h - carries out what the patterns plan, and judges what became of it.
 */
#ifndef ISMLOAD_ENGINE_H
#define ISMLOAD_ENGINE_H

#include "patterns.h"
#include "report.h"
#include "shadow.h"
#include "stats.h"

/* In memory that all workers share, processes included. */
struct common {
	uint64_t seq;	      /* of the last access begun */
	uint32_t stop;	      /* set by a signal handler, or by a failed worker */
	uint32_t arrived;     /* at the barrier */
	uint32_t round;	      /* of the barrier */
	uint32_t complaints;  /* unexpected outcomes already reported */
	struct stats stats[]; /* a worker each */
};

struct engine {
	const struct function *fn;
	int fd; /* of the device; -1 with --dry-run */
	bool timing;
	bool dry_run;
	const struct job *jobs;
	unsigned int num_jobs;
	uint64_t seed;
	unsigned int worker;
	unsigned int workers;
	struct common *common;
	struct stats *stats;
	struct report report;

	/* Set up by engine_init(). */
	unsigned int job;  /* that is running; num_jobs: none */
	uint64_t start_ns; /* of the job */
	uint64_t random;
	struct shadow shadow;
	uint8_t *out; /* what is written */
	uint8_t *in;  /* what is read */
	size_t buf_len;
	uint8_t *fault; /* not mapped */
	size_t fault_len;
};

int engine_init(struct engine *engine);
void engine_free(struct engine *engine);

/*
 * Read the command register, and enable memory in it if it is not, as every
 * VFIO user has to.  Leaves its value in *command.
 */
int engine_setup(struct engine *engine, uint16_t *command);

/* All jobs, one after the other.  Returns 0 or a negative errno. */
int engine_run(struct engine *engine);

/* Wait for all workers (sync.c).  Returns 0, or -EINTR when it is time to stop. */
int engine_barrier(struct engine *engine);

/* Wait until at_ns nanoseconds after the job's start (sync.c). */
void engine_pace(struct engine *engine, uint64_t at_ns);

#endif /* ISMLOAD_ENGINE_H */
