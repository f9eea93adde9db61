// SPDX-License-Identifier: GPL-2.0-only
#include "capture_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"
#include "privilege.h"
#include "sandbox.h"

void files_name(const struct capture_files *files, unsigned int number, char *buf, size_t len)
{
	const char *base = strrchr(files->path, '/');
	const char *dot;

	if (!files->numbered) {
		snprintf(buf, len, "%s", files->path);
		return;
	}
	base = base ? base + 1 : files->path;
	/* Before all that the name ends in; a dot in front is part of the name. */
	dot = *base ? strchr(base + 1, '.') : NULL;
	if (!dot)
		dot = base + strlen(base);
	snprintf(buf, len, "%.*s.%05u%s", (int)(dot - files->path), files->path, number + 1, dot);
}

static void send_answer(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	int32_t status = fd < 0 ? fd : 0;
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	/* If the other side has gone, the next read tells. */
	while (sendmsg(socket, &msg, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* What is left is to make and remove files in the one directory. */
static int give_up(const struct capture_files *files)
{
	const char *base = strrchr(files->path, '/');
	char name[PATH_MAX];
	int dir, err;

	/* With its slash, that of the root directory being all of it. */
	snprintf(name, sizeof(name), "%.*s", base ? (int)(base - files->path) + 1 : 1,
		 base ? files->path : ".");
	dir = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	err = dir < 0 ? -errno : privilege_keep_files();
	if (!err) {
		sandbox_files(SANDBOX_OPENER, dir);
		sandbox_calls(SANDBOX_OPENER);
	}
	if (dir >= 0)
		close(dir);
	return err;
}

/* The process: opens by number, in order, until the other side has gone. */
static void serve(const struct capture_files *files, int socket)
{
	char name[PATH_MAX];
	uint32_t number, expected = 1;
	int fd;

	/* Ctrl-C is for the one that traces, which ends us when it is done. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	/* Programs, maps and somebody's pipe must not live on through us. */
	dup2(socket, 3);
	close(0);
	close(1);
	close(2);
	close_range(4, ~0U, 0);
	if (give_up(files))
		_exit(1);
	while (read(3, &number, sizeof(number)) == sizeof(number) && number == expected) {
		expected++;
		files_name(files, number, name, sizeof(name));
		fd = output_new_file(name);
		if (fd >= 0 && files->keep && number >= files->keep) {
			files_name(files, number - files->keep, name, sizeof(name));
			unlink(name);
		}
		send_answer(3, fd);
		if (fd >= 0)
			close(fd);
	}
	_exit(0);
}

static int start_process(struct capture_files *files)
{
	int sockets[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	files->pid = fork();
	err = -errno;
	if (!files->pid) {
		close(sockets[0]);
		serve(files, sockets[1]);
	}
	close(sockets[1]);
	if (files->pid < 0) {
		close(sockets[0]);
		return err;
	}
	files->socket = sockets[0];
	return 0;
}

int files_open(struct capture_files *files, const char *path, bool numbered,
	       unsigned int keep)
{
	char name[PATH_MAX];
	int fd, err;

	*files = (struct capture_files){
		.path = path, .numbered = numbered, .keep = keep, .socket = -1,
	};
	if (!strcmp(path, "-"))
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else if (strlen(path) + sizeof(".00000") > sizeof(name))
		return -ENAMETOOLONG;
	else {
		files_name(files, 0, name, sizeof(name));
		fd = output_new_file(name);
	}
	if (!strcmp(path, "-") && fd < 0)
		return -errno;
	if (fd < 0 || !numbered)
		return fd;
	err = start_process(files);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int files_next(void *arg, unsigned int number)
{
	const struct capture_files *files = arg;
	char control[CMSG_SPACE(sizeof(int))] = {};
	uint32_t ask = number;
	int32_t status = -EIO;
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	ssize_t got;
	int fd;

	if (send(files->socket, &ask, sizeof(ask), MSG_NOSIGNAL) != sizeof(ask))
		return -errno;
	do {
		got = recvmsg(files->socket, &msg, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (got != sizeof(status) || (!status && !cmsg))
		return -EIO;
	if (status < 0)
		return status;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

void files_close(struct capture_files *files)
{
	if (files->socket < 0)
		return;
	close(files->socket);
	files->socket = -1;
	while (waitpid(files->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
