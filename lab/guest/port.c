// SPDX-License-Identifier: GPL-2.0-only
/*
 * port.c - the virtio-serial ports that lead to the host.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int control = -1;

/*
 * The device says which ports it has after the kernel has said hello to it,
 * so a port may take a moment to appear, and the host's end another to count
 * as connected.
 */
int port_open(enum lab_port nr)
{
	struct pollfd pfd = { .events = POLLOUT };
	char pattern[32];
	int tries, fd = -1;

	/* The first number counts virtio devices of any kind. */
	snprintf(pattern, sizeof(pattern), "/dev/vport*p%d", nr);
	for (tries = 0; tries < 5000; tries++) {
		glob_t found;

		if (!glob(pattern, GLOB_NOSORT, NULL, &found)) {
			fd = open(found.gl_pathv[0], O_RDWR | O_CLOEXEC | O_NONBLOCK);
			globfree(&found);
			if (fd >= 0)
				break;
		}
		usleep(1000);
	}
	if (fd < 0)
		return -ENODEV;
	pfd.fd = fd;
	for (; tries < 5000; tries++) {
		if (poll(&pfd, 1, 0) >= 0 && !(pfd.revents & POLLHUP))
			break;
		usleep(1000);
	}
	if (nr == LAB_CONTROL)
		control = fd;
	return fd;
}

/* One line to the host.  Before the port is open there is only the console. */
int port_say(const char *fmt, ...)
{
	char line[LAB_LINE_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (len > (int)sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	if (control < 0)
		return write(STDERR_FILENO, line, len) == len ? 0 : -EIO;
	/* A line fits a buffer of the device; it is taken whole or not yet. */
	for (;;) {
		struct pollfd pfd = { .fd = control, .events = POLLOUT };

		if (write(control, line, len) == len)
			return 0;
		if (errno != EAGAIN)
			return -errno;
		poll(&pfd, 1, 1000);
	}
}
