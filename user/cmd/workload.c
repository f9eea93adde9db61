// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/caller_signals.h"
#include "util/message.h"
#include "util/rlimits.h"

/* Between looks at whether it has ended. */
#define TICK_MS 10
/* How long one may take to end before the person is told. */
#define PATIENCE_MS 1000

/* The close-on-exec pipe that just closes tells that exec did not fail. */
static void child(char **argv, bool separate, int go, int failed)
{
	char byte;
	int err;

	if (read(go, &byte, 1) != 1)
		_exit(127);
	if (separate && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		close(STDOUT_FILENO);
	caller_signals_restore();
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

/*
 * Privileges are dropped before there is anything to stop, and nobody may not
 * signal root's processes.  But the owner of a pipe gets a signal when something
 * is written to it, with the permissions of whoever made it the owner.  So this
 * one process can be sent signals, and no other.
 */
static int prepare_stop(struct workload *work)
{
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	if (fcntl(ends[0], F_SETOWN, work->pid)) {
		err = -errno;
		close(ends[0]);
		close(ends[1]);
		return err;
	}
	work->stop_end = ends[0];
	work->stop = ends[1];
	return 0;
}

int workload_fork(struct workload *work, char **argv, bool separate)
{
	int go[2], failed[2], err;

	memset(work, 0, sizeof(*work));
	work->stop = -1;
	work->stop_end = -1;
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		err = -errno;
		close(go[0]);
		close(go[1]);
		return err;
	}
	work->pid = fork();
	if (!work->pid) {
		close(go[1]);
		close(failed[0]);
		child(argv, separate, go[0], failed[1]);
	}
	err = -errno;
	close(go[0]);
	close(failed[1]);
	if (work->pid < 0) {
		close(go[1]);
		close(failed[0]);
		work->pid = 0;
		return err;
	}
	work->go = go[1];
	work->failed = failed[0];
	err = prepare_stop(work);
	if (err)
		workload_abandon(work);
	return err;
}

void workload_say_no_fork(const char *name, int err)
{
	char text[RLIMITS_TEXT];

	error("cannot start '%s': %s", name, rlimits_strerror(-err, text, sizeof(text)));
	rlimits_hint(-err);
}

static int start(struct workload *work)
{
	int err = 0;

	if (write(work->go, "g", 1) != 1)
		err = errno;
	close(work->go);
	work->go = -1;
	if (!err && read(work->failed, &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(work->failed);
	return -err;
}

/* Where execvp() will look; a directory that is empty is the current one. */
static bool in_path(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char file[PATH_MAX];

	/* The C library has a path of its own. */
	if (!path || strchr(name, '/'))
		return !path || !access(name, F_OK) || errno != ENOENT;
	for (;; path = end + 1) {
		end = strchrnul(path, ':');
		snprintf(file, sizeof(file), "%.*s%s%s", (int)(end - path), path,
			 end > path ? "/" : "", name);
		if (!access(file, F_OK) || errno != ENOENT)
			return true;
		if (!*end)
			return false;
	}
}

int workload_look(const char *name)
{
	if (in_path(name))
		return EXIT_DONE;
	error("cannot run '%s': %s", name, strerror(ENOENT));
	return 127;
}

int workload_run(struct workload *work, const char *name)
{
	int err = start(work);

	if (!err)
		return EXIT_DONE;
	error("cannot run '%s': %s", name, strerror(-err));
	return err == -ENOENT ? 127 : 126;
}

/* 0 or -errno. */
static int send_signal(const struct workload *work, int number)
{
	int err = 0;
	char byte;

	/* Only now: the pipe's end, if we are killed, would be a signal, too. */
	if (fcntl(work->stop_end, F_SETSIG, number) ||
	    fcntl(work->stop_end, F_SETFL, O_ASYNC | O_NONBLOCK) || write(work->stop, "t", 1) != 1)
		err = -errno;
	fcntl(work->stop_end, F_SETFL, O_NONBLOCK);
	if (!err && read(work->stop_end, &byte, 1) != 1)
		err = -errno;
	return err;
}

void workload_stop(const struct workload *work, const char *name)
{
	int err = send_signal(work, SIGTERM);

	/* A stopped process must be continued to end; timeout(1) does so, too. */
	if (!err)
		err = send_signal(work, SIGCONT);
	if (err)
		warning("'%s' cannot be ended: %s", name, strerror(-err));
}

bool workload_ended(struct workload *work)
{
	if (work->pid && !work->ended && waitpid(work->pid, &work->status, WNOHANG) == work->pid)
		work->ended = true;
	return work->ended;
}

int workload_exit_status(const struct workload *work)
{
	if (WIFSIGNALED(work->status))
		return 128 + WTERMSIG(work->status);
	return WEXITSTATUS(work->status);
}

/* At most so many ms; -1: for ever. */
static void wait_for(struct workload *work, int ms)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	int left = ms;

	while (work->pid && !workload_ended(work) && left) {
		nanosleep(&tick, NULL);
		if (left > 0)
			left = left > TICK_MS ? left - TICK_MS : 0;
	}
}

int workload_signalled_status(struct workload *work, const char *name)
{
	int number;

	wait_for(work, PATIENCE_MS);
	if (!work->ended)
		warning("waiting for '%s', which goes on in spite of SIGTERM", name);
	wait_for(work, -1);
	number = WIFSIGNALED(work->status) ? WTERMSIG(work->status) : 0;
	if (number == SIGTERM || number == SIGINT || number == SIGHUP)
		return 0;
	return workload_exit_status(work);
}

void workload_abandon(struct workload *work)
{
	if (!work->pid)
		return;
	if (work->stop >= 0) {
		close(work->stop);
		close(work->stop_end);
		work->stop = -1;
	}
	if (work->ended)
		return;
	if (work->go >= 0) {
		close(work->go);
		waitpid(work->pid, &work->status, 0);
		work->ended = true;
	}
}
