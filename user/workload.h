/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workload.h - "-- CMD": a child that waits until the probes are in place.
 */
#ifndef ISMT_WORKLOAD_H
#define ISMT_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

struct workload {
	pid_t pid;		/* 0: there is none */
	int go;			/* written to to start it, closed to call it off; -1 after */
	int failed;		/* errno comes out if exec fails */
	bool ended;
	int status;		/* as from waitpid(), when ended */
};

/*
 * workload_fork - make the child; argv ends with NULL and is borrowed.  It
 * keeps the caller's privileges of now.  Returns 0 or -errno.
 */
int workload_fork(struct workload *work, char **argv);

/* Let it exec.  Returns 0, or the errno of an exec that failed, negated. */
int workload_start(struct workload *work);

/* Has it ended?  Does not wait. */
bool workload_ended(struct workload *work);

/* The shell's convention: its exit status, or 128 + the signal. */
int workload_exit_status(const struct workload *work);

/* End a child that was never started, or reap one that is still there. */
void workload_abandon(struct workload *work);

#endif /* ISMT_WORKLOAD_H */
