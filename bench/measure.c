// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure OUT CMD [ARG...] - run CMD with its standard output in the file OUT
 * and its standard error thrown away; print its wall and CPU time in seconds and
 * the peak of its resident memory in KiB, children it waited for included.
 * Exits with CMD's status if that is not 0, and prints nothing then.
 *
 * A program of its own, as the peak that wait4() tells counts from before exec():
 * that of a Python would be Python's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static void run(const char *out, char **argv)
{
	int to = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int null = open("/dev/null", O_WRONLY);

	if (to < 0 || null < 0 || dup2(to, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

int main(int argc, char **argv)
{
	double begin = now(), wall;
	struct rusage used;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "Usage: measure OUT CMD [ARG...]\n");
		return 2;
	}
	pid = fork();
	if (!pid)
		run(argv[1], argv + 2);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid) {
		perror("measure");
		return 1;
	}
	wall = now() - begin;
	if (status)
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	printf("%.3f %.3f %ld\n", wall, seconds(used.ru_utime) + seconds(used.ru_stime),
	       used.ru_maxrss);
	return 0;
}
