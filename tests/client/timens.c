// SPDX-License-Identifier: GPL-2.0-only
/*
 * timens SECONDS CMD [ARG...] - CMD in a time namespace whose monotonic clock is so far
 * ahead.  77: this kernel has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

int main(int argc, char **argv)
{
	char line[64];
	int fd, len, status;
	pid_t pid;

	if (argc < 3)
		return 2;
	if (unshare(CLONE_NEWTIME))
		return errno == EINVAL ? 77 : 1;
	fd = open("/proc/self/timens_offsets", O_WRONLY);
	len = snprintf(line, sizeof(line), "monotonic %s 0\n", argv[1]);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		return 1;
	close(fd);
	/* The children are in it. */
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
