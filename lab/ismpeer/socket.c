// SPDX-License-Identifier: GPL-2.0-only
/*
 * socket.c - Unix sockets by name.
 */
#include "ismpeer/peer.h"
#include "ismpeer/say.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int address(const char *path, struct sockaddr_un *un)
{
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(un->sun_path)) {
		say("%s: too long for a socket's name", path);
		return -ENAMETOOLONG;
	}
	memcpy(un->sun_path, path, strlen(path) + 1);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int socket_connect(const char *path)
{
	struct sockaddr_un un;
	int fd = address(path, &un), err;

	/* Whose server is slow to accept must not make all others wait: EAGAIN. */
	if (fd >= 0 &&
	    (fcntl(fd, F_SETFL, O_NONBLOCK) || connect(fd, (struct sockaddr *)&un, sizeof(un)))) {
		err = errno;
		say("cannot connect to %s: %s", path,
		    err == EAGAIN ? "too many connections wait there" : strerror(err));
		close(fd);
		return -err;
	}
	return fd;
}

int socket_listen(const char *path)
{
	struct sockaddr_un un;
	struct stat st;
	int fd = address(path, &un), err;

	if (fd < 0)
		return fd;
	/* What a killed one has left is in the way; anything else is not ours to remove. */
	if (!lstat(path, &st) && S_ISSOCK(st.st_mode) &&
	    connect(fd, (struct sockaddr *)&un, sizeof(un)) && errno == ECONNREFUSED)
		unlink(path);
	close(fd);
	fd = address(path, &un);
	/* Whoever may connect is what the directory, and the umask, say. */
	if (fd >= 0 && (bind(fd, (struct sockaddr *)&un, sizeof(un)) || listen(fd, 16))) {
		err = errno;
		say("cannot listen at %s: %s", path, strerror(err));
		close(fd);
		return -err;
	}
	return fd;
}
