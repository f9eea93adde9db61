// SPDX-License-Identifier: GPL-2.0-only
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The close-on-exec pipe that just closes tells that exec did not fail. */
static void child(char **argv, int go, int failed)
{
	char byte;
	int err;

	if (read(go, &byte, 1) != 1)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

int workload_fork(struct workload *work, char **argv)
{
	int go[2], failed[2], err;

	memset(work, 0, sizeof(*work));
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
		child(argv, go[0], failed[1]);
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
	return 0;
}

int workload_start(struct workload *work)
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

void workload_abandon(struct workload *work)
{
	if (!work->pid || work->ended)
		return;
	if (work->go >= 0) {
		close(work->go);
		waitpid(work->pid, &work->status, 0);
		work->ended = true;
	}
}
