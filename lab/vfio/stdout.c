// SPDX-License-Identifier: GPL-2.0-only
#include "vfio/stdout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name;
static int failed;

static void at_exit(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return;
	fprintf(stderr, "%s: cannot write the output: %s\n", name, strerror(errno ? errno : EIO));
	_exit(failed);
}

/* What is opened gets the lowest number that is free: one that is closed already. */
static void standard_taken(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* The wrong way round, so that it says EBADF as before. */
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(failed);
	}
}

void stdout_check(const char *program, int status)
{
	name = program;
	failed = status;
	standard_taken();
	atexit(at_exit);
}
