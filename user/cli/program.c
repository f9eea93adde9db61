// SPDX-License-Identifier: GPL-2.0-only
#include "cli/program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/output.h"
#include "util/caller_signals.h"
#include "util/message.h"

/*
 * What is opened next would become our standard output or error, and be written to.
 * The other way round than it is used, so that using it is the error it was; and
 * closed for CMD, as it was.
 */
static void keep_closed(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
}

static void at_exit(void)
{
	int status = output_unsaid();

	if (status)
		_exit(status);
}

void program_begin(const char *name)
{
	keep_closed();
	caller_signals_keep();
	message_set_name(name);
	atexit(at_exit);
}
