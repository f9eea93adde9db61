// SPDX-License-Identifier: GPL-2.0-only
/*
 * fabric SOCKET - joins the machines of a fabric: those connect to SOCKET, and their network
 * cards to SOCKET.net.  It goes on in the background, and ends when its last machine has gone.  When
 * there is one for SOCKET already, nothing is left to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fabric.h"

/* The first machine may take so long to come, and after the last one another may. */
#define FIRST_MS 120000
#define LAST_MS	 3000

static const char *path;
static char net_path[108], lock_path[112];

int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "fabric: cannot %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

static int address_of(const char *name, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(name) >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		fail("listen at", name);
	}
	strcpy(address->sun_path, name);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Whoever has the lock knows that nobody else listens: what is left of others can go. */
static int listen_at(const char *name)
{
	struct sockaddr_un address;
	int fd = address_of(name, &address);
	mode_t mask = umask(0077);

	unlink(name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 64))
		fail("listen at", name);
	umask(mask);
	return fd;
}

/* One that is there is told that somebody is coming, so that it does not end just now. */
static bool announce(void)
{
	struct sockaddr_un address;
	int fd = address_of(path, &address);
	bool there = fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address));

	if (fd >= 0)
		close(fd);
	return there;
}

static bool lock_take(void)
{
	int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct stat ours, named;

	if (fd < 0)
		fail("lock", lock_path);
	/* It stays open, and locked, as long as we are there.  Who ends removes its name. */
	if (!flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &ours) && !stat(lock_path, &named) &&
	    ours.st_ino == named.st_ino)
		return true;
	close(fd);
	return false;
}

/* Returns whether there is none yet.  One that just begins or ends is waited for. */
static bool first(void)
{
	const struct timespec moment = { .tv_nsec = 100000000 };
	int tries;

	for (tries = 0; tries < 50; tries++) {
		if (lock_take())
			return true;
		if (announce())
			return false;
		nanosleep(&moment, NULL);
	}
	errno = EBUSY;
	fail("reach", path);
	return false;
}

/* Nothing of the caller's is kept: who waits for the end of its output must not wait for us. */
static void go_behind(void)
{
	int null;

	switch (fork()) {
	case -1:
		fail("fork for", path);
		break;
	case 0:
		break;
	default:
		_exit(0);
	}
	setsid();
	signal(SIGHUP, SIG_IGN);
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	if (chdir("/"))
		_exit(1);
}

/* The caller's descriptors, of which we know nothing, before any of our own. */
static void close_others(void)
{
	int fd;

	for (fd = 3; fd < 1024; fd++)
		close(fd);
}

/* Returns whether somebody came. */
static bool accept_all(int listener, bool (*add)(int fd))
{
	bool came = false;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		came = true;
		if (!add(fd))
			close(fd);
	}
	return came;
}

static void serve(int machines, int cards)
{
	struct pollfd pfds[2 + 2 * MACHINES_MAX];
	int64_t end = now_ms() + FIRST_MS;
	unsigned int had = 0, have;
	int timeout;

	while (machines_count() || now_ms() < end) {
		pfds[0] = (struct pollfd){ .fd = machines, .events = POLLIN };
		pfds[1] = (struct pollfd){ .fd = cards, .events = POLLIN };
		machines_poll(pfds + 2);
		ethers_poll(pfds + 2 + MACHINES_MAX);
		timeout = machines_timeout();
		if (!machines_count())
			timeout = 200;
		if (poll(pfds, 2 + 2 * MACHINES_MAX, timeout) < 0 && errno != EINTR)
			return;
		machines_move(pfds + 2);
		ethers_move(pfds + 2 + MACHINES_MAX);
		accept_all(cards, ether_add);
		if (accept_all(machines, machine_add) && now_ms() + LAST_MS > end)
			end = now_ms() + LAST_MS;
		have = machines_count();
		if (had && !have)
			end = now_ms() + LAST_MS;
		had = have;
	}
}

int main(int argc, char **argv)
{
	int machines, cards;

	if (argc != 2 || argv[1][0] != '/') {
		fprintf(stderr, "usage: fabric /PATH/OF/SOCKET\n");
		return 2;
	}
	close_others();
	path = argv[1];
	if (snprintf(net_path, sizeof(net_path), "%s.net", path) >= (int)sizeof(net_path)) {
		errno = ENAMETOOLONG;
		fail("listen at", path);
	}
	snprintf(lock_path, sizeof(lock_path), "%.103s.lock", path);
	if (!first())
		return 0;
	signal(SIGPIPE, SIG_IGN);
	machines_init();
	ethers_init();
	cards = listen_at(net_path);
	machines = listen_at(path);
	go_behind();
	serve(machines, cards);
	unlink(path);
	unlink(net_path);
	unlink(lock_path);
	return 0;
}
