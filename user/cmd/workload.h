/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workload.h - "-- CMD": a child that waits until the probes are in place.
 */
#ifndef ISMT_CMD_WORKLOAD_H
#define ISMT_CMD_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

struct workload {
	pid_t pid;  /* 0: there is none */
	int go;	    /* a byte written to it starts the child, closing it ends the child; then -1 */
	int failed; /* yields the errno if exec fails */
	int stop;   /* a byte written to it sends the child a signal; -1: there is no such pipe */
	int stop_end; /* the other end of stop */
	bool ended;
	int status; /* valid if ended: as waitpid() has it */
};

/*
 * workload_fork - make the child, which keeps the privileges that the caller has now.  argv ends
 * with NULL and is borrowed.  separate: the child's standard output is our standard error.
 * Returns 0 or -errno.
 */
int workload_fork(struct workload *work, char **argv, bool separate);

/* Say that workload_fork() failed with err. */
void workload_say_no_fork(const char *name, int err);

/*
 * workload_look - call it before anything is done for the command, such as emptying a file.
 * EXIT_DONE if there seems to be a program of this name; 127, having said so, if there is none.
 */
int workload_look(const char *name);

/*
 * workload_run - let the child exec.  EXIT_DONE; or, having said why that failed, what a shell
 * would end with: 127 if the program was not found, else 126.
 */
int workload_run(struct workload *work, const char *name);

/*
 * workload_stop - send the child SIGTERM, and SIGCONT in case it is stopped; this works without
 * privileges.  Prints a warning if it fails.
 */
void workload_stop(const struct workload *work, const char *name);

/* Has the child ended?  Does not wait. */
bool workload_ended(struct workload *work);

/* The child's exit status, or 128 + the signal that ended it, as shells have it. */
int workload_exit_status(const struct workload *work);

/*
 * workload_signalled_status - wait for a child that was told to end, as long as it takes; says so
 * if it takes long.  Returns 0 if SIGTERM, SIGINT or SIGHUP ended it, else what
 * workload_exit_status() does.
 */
int workload_signalled_status(struct workload *work, const char *name);

/* End a child that never ran; leave one alone that runs. */
void workload_abandon(struct workload *work);

#endif /* ISMT_CMD_WORKLOAD_H */
