// SPDX-License-Identifier: GPL-2.0-only
#include "vfio/stdout.h"

#include <errno.h>
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

void stdout_check(const char *program, int status)
{
	name = program;
	failed = status;
	atexit(at_exit);
}
