/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workload.h - "-- CMD": a child that waits until the probes are in place.
 */
#ifndef ISMT_CMD_WORKLOAD_H
#define ISMT_CMD_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

struct workload {
	pid_t pid;    /* 0: there is none */
	int go;	      /* written to to start it, closed to call it off; -1 after */
	int failed;   /* errno comes out if exec fails */
	int stop;     /* written to, the child gets a signal; -1: not to be had */
	int stop_end; /* the other end of it */
	bool ended;
	int status; /* as from waitpid(), when ended */
};

/*
 * workload_fork - make the child; argv ends with NULL and is borrowed.  It
 * keeps the caller's privileges of now, and with separate prints on standard error
 * what it would on standard output.  Returns 0 or -errno.
 */
int workload_fork(struct workload *work, char **argv, bool separate);

/* Say that this failed, with err as it was returned. */
void workload_say_no_fork(const char *name, int err);

/*
 * workload_look - before anything is done for it, a file emptied, say: EXIT_DONE if
 * something can be run by this name, as far as can be told; or 127, having said that
 * there is no such thing.
 */
int workload_look(const char *name);

/*
 * workload_run - let it exec.  EXIT_DONE, or, having said why not by this name,
 * what a shell answers: 127 if it was not found, else 126.
 */
int workload_run(struct workload *work, const char *name);

/*
 * workload_stop - send it SIGTERM, and SIGCONT in case it is stopped, whatever
 * privileges are left; a warning by this name if that fails.
 */
void workload_stop(const struct workload *work, const char *name);

/* Has it ended?  Does not wait. */
bool workload_ended(struct workload *work);

/* The shell's convention: its exit status, or 128 + the signal. */
int workload_exit_status(const struct workload *work);

/*
 * workload_signalled_status - wait for one that was to end, as long as it takes; when that
 * is long the person is told, by this name.  Returns 0 if it ended by SIGTERM,
 * SIGINT or SIGHUP, as it was told, else what workload_exit_status() does.
 */
int workload_signalled_status(struct workload *work, const char *name);

/* End a child that was never started; let go of one that still runs. */
void workload_abandon(struct workload *work);

#endif /* ISMT_CMD_WORKLOAD_H */
