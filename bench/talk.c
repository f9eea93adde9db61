// SPDX-License-Identifier: GPL-2.0-only
/*
 * talk serve ADDRESS - answer whoever connects, one after the other, until killed.
 * talk stream|ask ADDRESS SIZE COUNT - send COUNT messages of SIZE bytes; after all of them
 * (stream) or after each (ask) wait until the other side has answered.  Prints what it took,
 * in seconds, and in instructions where a nanosecond of the clock is one.
 *
 * ADDRESS is unix:PATH, tcp:IP:PORT or smc:IP:PORT, so that ways between two programs can be
 * held against one another with the same program at both ends.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif

/* What a client says first, in the byte order of this machine. */
struct task {
	uint32_t ask;  /* 1: answer each message with as many bytes */
	uint32_t size; /* bytes of a message */
	uint64_t count;
};

#define SIZE_MAX_BYTES (1U << 20)
static uint8_t message[SIZE_MAX_BYTES];

struct address {
	int family;
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
	} at;
};

static struct address address_parse(const char *text)
{
	struct address a = { 0 };
	char ip[INET_ADDRSTRLEN];
	unsigned int port;

	if (!strncmp(text, "unix:", 5) && strlen(text + 5) < sizeof(a.at.un.sun_path)) {
		a.family = AF_UNIX;
		a.at.un.sun_family = AF_UNIX;
		memcpy(a.at.un.sun_path, text + 5, strlen(text + 5));
		a.len = sizeof(a.at.un);
		return a;
	}
	if (sscanf(text + 4, "%15[0-9.]:%u", ip, &port) != 2 ||
	    inet_pton(AF_INET, ip, &a.at.in.sin_addr) != 1)
		errx(2, "'%s' is no unix:PATH, tcp:IP:PORT or smc:IP:PORT", text);
	a.family = !strncmp(text, "smc:", 4) ? AF_SMC : AF_INET;
	a.at.in.sin_family = AF_INET;
	a.at.in.sin_port = htons((uint16_t)port);
	a.len = sizeof(a.at.in);
	return a;
}

static int address_socket(const struct address *a)
{
	int fd = socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

/* A message that is asked for must not wait for the next one. */
static void at_once(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* Whether all of @len bytes went. */
static bool put(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;
	ssize_t n;

	for (; len; p += n, len -= (size_t)n) {
		n = send(fd, p, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
	}
	return true;
}

/* Whether all of @len bytes came. */
static bool get(int fd, void *data, size_t len)
{
	uint8_t *p = data;
	ssize_t n;

	for (; len; p += n, len -= (size_t)n) {
		n = recv(fd, p, len, 0);
		if (n <= 0)
			return false;
	}
	return true;
}

static void answer(int fd)
{
	struct task task;
	uint64_t i;

	if (!get(fd, &task, sizeof(task)) || task.size > sizeof(message))
		return;
	at_once(fd);
	for (i = 0; i < task.count; i++) {
		if (!get(fd, message, task.size))
			return;
		if (task.ask && !put(fd, message, task.size))
			return;
	}
	/* That all of it is there. */
	if (put(fd, &task.count, sizeof(task.count)))
		(void)!recv(fd, message, 1, 0);
}

static int serve(const struct address *a)
{
	int listener = address_socket(a), one = 1, fd;

	if (a->family == AF_UNIX)
		unlink(a->at.un.sun_path);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, &a->at.any, a->len) || listen(listener, 8))
		err(1, "listen");
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		answer(fd);
		close(fd);
	}
	err(1, "accept");
}

/* The other side may not be there yet, or not take calls yet. */
static int reach(const struct address *a, const struct task *task)
{
	int tries, fd;

	for (tries = 0; tries < 300; tries++) {
		fd = address_socket(a);
		if (!connect(fd, &a->at.any, a->len) && put(fd, task, sizeof(*task)))
			return fd;
		close(fd);
		usleep(100000);
	}
	err(1, "connect");
}

static int drive(const struct address *a, const struct task *task)
{
	uint64_t count = 0, i;
	double begin;
	int fd;

	fd = reach(a, task);
	at_once(fd);
	begin = now();
	for (i = 0; i < task->count; i++) {
		if (!put(fd, message, task->size) || (task->ask && !get(fd, message, task->size)))
			errx(1, "message %llu did not pass", (unsigned long long)i);
	}
	if (!get(fd, &count, sizeof(count)) || count != task->count)
		errx(1, "the other side did not get all messages");
	printf("%.9f\n", now() - begin);
	return 0;
}

static __attribute__((noreturn)) void usage(void)
{
	fprintf(stderr, "Usage: talk serve ADDRESS\n"
			"       talk stream|ask ADDRESS SIZE COUNT\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct address a;
	struct task task;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "serve")) {
		a = address_parse(argv[2]);
		return serve(&a);
	}
	if (argc != 5 || (strcmp(argv[1], "stream") && strcmp(argv[1], "ask")))
		usage();
	task.ask = !strcmp(argv[1], "ask");
	task.size = (uint32_t)strtoul(argv[3], NULL, 0);
	task.count = strtoull(argv[4], NULL, 0);
	if (!task.size || task.size > sizeof(message) || !task.count)
		usage();
	a = address_parse(argv[2]);
	return drive(&a, &task);
}
