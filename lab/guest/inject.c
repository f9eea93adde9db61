// SPDX-License-Identifier: GPL-2.0-only
/*
 * inject.c - gives an order to an ISM function of the lab's machine.
 *
 *	lab-inject FUNCTION ORDER...		in the machine
 *	inject SOCKET FUNCTION ORDER...		beside it; lab/inject calls it
 *
 * It prints what QEMU says of the function afterwards.  The exit status is 0,
 * 1 when the order was refused, 2 on wrong usage, 3 when nobody answers.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MS 30000

static int socket_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return fd;
}

/* Reads lines until the one with our tag; what others left behind goes by. */
static int answer_read(int fd, const char *tag, char *line, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	char *end;

	for (;;) {
		ssize_t n;

		if (poll(&pfd, 1, ANSWER_MS) <= 0)
			return -ETIMEDOUT;
		n = read(fd, line + len, size - 1 - len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return -EPIPE;
		len += n;
		while ((end = memchr(line, '\n', len))) {
			*end++ = 0;
			if (!strncmp(line, tag, strlen(tag)))
				return 0;
			len -= end - line;
			memmove(line, end, len);
		}
		if (len == size - 1)
			len = 0;
	}
}

static int order_send(int fd, const char *line)
{
	size_t len = strlen(line);

	return write(fd, line, len) == (ssize_t)len ? 0 : -EPIPE;
}

int main(int argc, char **argv)
{
	/* A socket's name has a slash in it, a function's address has not. */
	bool beside = argc > 1 && strchr(argv[1], '/');
	char line[LAB_LINE_MAX], tag[32], *text;
	int fd, err, i, first = beside ? 2 : 1;
	size_t len;

	if (argc < first + 2) {
		fprintf(stderr, "usage: %s FUNCTION ORDER...\n",
			beside ? "lab/inject SOCKET" : "lab-inject");
		return EXIT_USAGE;
	}
	snprintf(tag, sizeof(tag), "%d ", getpid());
	len = snprintf(line, sizeof(line), "%s", tag);
	for (i = first; i < argc && len < sizeof(line); i++)
		len += snprintf(line + len, sizeof(line) - len, "%s%s", argv[i],
				i == argc - 1 ? "\n" : " ");
	if (len >= sizeof(line)) {
		fprintf(stderr, "lab-inject: that order is too long\n");
		return EXIT_USAGE;
	}
	fd = beside ? socket_open(argv[1]) : port_open(LAB_ORDERS);
	err = fd < 0 ? fd : order_send(fd, line);
	if (!err)
		err = answer_read(fd, tag, line, sizeof(line));
	if (err) {
		fprintf(stderr, "lab-inject: no answer from the lab: %s\n", strerror(-err));
		return 3;
	}
	text = line + strlen(tag);
	if (!strncmp(text, "ok ", 3)) {
		if (text[3])
			puts(text + 3);
		return 0;
	}
	fprintf(stderr, "lab-inject: %s\n", strncmp(text, "error ", 6) ? text : text + 6);
	return 1;
}
