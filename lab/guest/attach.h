/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attach.h - the parts of attach, the host's end of the lab's machine.
 */
#ifndef LAB_ATTACH_H
#define LAB_ATTACH_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "channel.h"

struct machine {
	const char *name, *dir;
	int timeout;
	bool terminal;
	bool verbose;
	int64_t begin_ms; /* CLOCK_MONOTONIC, when attach was called */
	pid_t pid;
	int port[LAB_PORTS + 1];
	const char *orders_path; /* of the socket for orders from outside; or "" */
	volatile sig_atomic_t seen[NSIG];

	/* How it went, for the report. */
	bool started; /* CMD has */
	bool timed_out;
	int killed_by; /* the caller's signal, or 0 */
	int status;    /* CMD's; -1 if it never said */
	char failure[LAB_LINE_MAX];
};

int64_t now_ms(void);

/* relay.c: the streams, until CMD has ended or the machine has. */
void relay_run(struct machine *m, const sigset_t *asleep);

/* orders.c: from the machine and from outside, to QEMU's monitor. */
#define ORDERS_FDS 4

int orders_open(struct machine *m);
void orders_close(const struct machine *m);
/* What there is to wait for, in fds[]; then, to be called after each wait. */
void orders_poll(const struct machine *m, struct pollfd fds[ORDERS_FDS]);
void orders_move(struct machine *m);

/* report.c: says what went wrong, tidies up; the exit status. */
int report_end(struct machine *m);

/* terminal.c */
void terminal_raw(void);
void terminal_restore(void);
bool terminal_size(int *rows, int *cols);

#endif
