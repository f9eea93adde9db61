// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/record_files.h"

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

#include "live/privilege.h"
#include "live/sandbox.h"
#include "util/outfile.h"

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

/* These as descriptors 3 and 4, and no others. */
static void keep_two(int three, int four)
{
	/* Each may have the other's number. */
	three = fcntl(three, F_DUPFD, 5);
	four = fcntl(four, F_DUPFD, 5);
	if (three < 0 || four < 0 || dup2(three, 3) < 0 || dup2(four, 4) < 0)
		_exit(1);
	close_range(0, 2, 0);
	close_range(5, ~0U, 0);
}

/* What is left is to make and remove files in the one directory, which has no others above it. */
static int give_up(const struct outdir *dir)
{
	bool of_others = !outdir_is_ours(dir);
	int err = privilege_shut_in(dir->fd) ?: privilege_keep_files(of_others);

	if (err)
		return err;
	sandbox_files(SANDBOX_OPENER, dir->fd);
	sandbox_calls(SANDBOX_OPENER);
	return 0;
}

/* The process: opens by number, in order, until the other side has gone. */
static void serve(const struct capture_files *files, int socket)
{
	const struct outdir dir = { .fd = 4 };
	char name[PATH_MAX];
	uint32_t number, expected = 1;
	int fd;

	/* Ctrl-C is for the one that traces, which ends us when it is done. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	/* Programs, maps and somebody's pipe must not live on through us. */
	keep_two(socket, files->dir.fd);
	if (give_up(&dir))
		_exit(1);
	while (read(3, &number, sizeof(number)) == sizeof(number) && number == expected) {
		expected++;
		files_name(files, number, name, sizeof(name));
		fd = outfile_make(&dir, outfile_base(name), 0600);
		if (fd >= 0 && files->keep && number >= files->keep) {
			files_name(files, number - files->keep, name, sizeof(name));
			unlinkat(dir.fd, outfile_base(name), 0);
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

/* The first of several; the directory stays open for the rest. */
static int open_first(struct capture_files *files)
{
	char name[PATH_MAX];
	int err, fd;

	if (strlen(files->path) + sizeof(".00000") > sizeof(name))
		return -ENAMETOOLONG;
	files_name(files, 0, name, sizeof(name));
	fd = outfile_make(&files->dir, outfile_base(name), 0600);
	err = fd < 0 ? fd : start_process(files);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

int files_look(struct capture_files *files, const char *path, bool numbered, unsigned int keep)
{
	*files = (struct capture_files){
		.path = path,
		.numbered = numbered,
		.keep = keep,
		.dir = OUTDIR_NONE,
		.socket = -1,
	};
	return strcmp(path, "-") ? outdir_open(&files->dir, path) : 0;
}

int files_open(struct capture_files *files)
{
	int fd;

	if (!strcmp(files->path, "-")) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? -errno : fd;
	}
	fd = files->numbered ? open_first(files) : outfile_open_in(&files->dir, files->path, 0600);
	outdir_close(&files->dir);
	return fd;
}

int files_next(void *arg, unsigned int number)
{
	const struct capture_files *files = arg;
	char control[CMSG_SPACE(sizeof(int))] = {};
	uint32_t ask = number;
	int32_t status = -EIO;
	struct iovec iov = { .iov_base = &status, .iov_len = sizeof(status) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
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
