// SPDX-License-Identifier: GPL-2.0-only
#include "live/measurer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "live/privilege.h"
#include "live/sandbox.h"
#include "util/message.h"

#define BLOCKS "/sys/kernel/debug/pci"

/* A function that was reset a moment ago may still be known by its old handle. */
#define TRIES	 5
#define PAUSE_NS 1000000

/* The numbers of the descriptors in the process. */
enum { FD_SOCKET = 3, FD_BLOCKS, FD_FREE };

struct measurer {
	pid_t pid;
	int socket;
};

/* A request; the answer is an int32_t, 0 or -errno. */
struct request {
	uint32_t serve; /* with two descriptors; else it is to begin one */
	struct ismt_rearm rearm;
	uint64_t bytes; /* serve: of the map of measures */
};

/* --- The process. */

struct served {
	struct ring_buffer *ring;
	struct ismt_measure *measures;
	size_t bytes;
};

static int put(int fd, const char *what)
{
	return write(fd, what, strlen(what)) < 0 ? -errno : 0;
}

/* The file of a function.  Made of numbers only: nobody else's text gets into the path. */
static int open_statistics(const struct ismt_rearm *rearm)
{
	char path[48];

	snprintf(path, sizeof(path), "%04x:%02x:%02x.%x/statistics", rearm->domain, rearm->bus,
		 rearm->devfn >> 3, rearm->devfn & 7);
	return openat(FD_BLOCKS, path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
}

static int begin_block(const struct ismt_rearm *rearm)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int fd = open_statistics(rearm), err = -EIO, i;

	if (fd < 0)
		return -errno;
	for (i = 0; err && i < TRIES; i++) {
		if (i)
			nanosleep(&pause, NULL);
		/* Writing 0 fails if there is no block to end, which is fine. */
		put(fd, "0");
		err = put(fd, "1");
	}
	close(fd);
	return err;
}

/*
 * The kernel frees a block, when it closes the device, without the lock that the write takes.  So do
 * not write if the device is being closed.
 */
static int rearm(struct served *served, const struct ismt_rearm *rearm)
{
	struct ismt_measure *m;
	int err;

	if (!served->measures || rearm->index >= ISMT_MEASURES)
		return -EINVAL;
	m = &served->measures[rearm->index];
	if (__atomic_load_n(&m->closing, __ATOMIC_SEQ_CST))
		return -EBUSY;
	err = begin_block(rearm);
	m->asked++;
	m->refused = err;
	return err;
}

static int on_rearm(void *arg, void *data, size_t size)
{
	if (size >= sizeof(struct ismt_rearm))
		rearm(arg, data);
	return 0;
}

static void serve_no_more(struct served *served)
{
	ring_buffer__free(served->ring);
	if (served->measures)
		munmap(served->measures, served->bytes);
	memset(served, 0, sizeof(*served));
}

static int serve(struct served *served, const struct request *request, const int *fds)
{
	void *measures;

	serve_no_more(served);
	if (request->bytes < ISMT_MEASURES * sizeof(struct ismt_measure))
		return -EINVAL;
	measures = mmap(NULL, request->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
	if (measures == MAP_FAILED)
		return -errno;
	served->measures = measures;
	served->bytes = request->bytes;
	served->ring = ring_buffer__new(fds[0], on_rearm, served, NULL);
	return served->ring ? 0 : -errno;
}

/* Carry out one request of the tracer; false when the tracer has gone. */
static bool answer_request(struct served *served)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = {};
	struct request request = {};
	struct iovec iov = { .iov_base = &request, .iov_len = sizeof(request) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg;
	int32_t status = -EINVAL;
	int fds[2];

	if (recvmsg(FD_SOCKET, &msg, MSG_CMSG_CLOEXEC) != sizeof(request))
		return false;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_len == CMSG_LEN(sizeof(fds))) {
		memcpy(fds, CMSG_DATA(cmsg), sizeof(fds));
		if (request.serve)
			status = serve(served, &request, fds);
		/* We have the maps mapped: a descriptor, too, would keep them alive after the tracer. */
		close(fds[0]);
		close(fds[1]);
	} else if (!request.serve) {
		status = rearm(served, &request.rearm);
	}
	return send(FD_SOCKET, &status, sizeof(status), MSG_NOSIGNAL) == sizeof(status);
}

static void serve_all(void)
{
	struct served served = {};
	struct pollfd polled[2] = { { .fd = FD_SOCKET, .events = POLLIN }, { .events = POLLIN } };

	for (;;) {
		polled[1].fd = served.ring ? ring_buffer__epoll_fd(served.ring) : -1;
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return;
		if (served.ring && polled[1].revents)
			ring_buffer__consume(served.ring);
		if (polled[0].revents && !answer_request(&served))
			return;
	}
}

/* Close all descriptors that were inherited: they must not stay open through us. */
static int take_descriptors(int socket, int blocks)
{
	socket = fcntl(socket, F_DUPFD_CLOEXEC, FD_FREE);
	blocks = fcntl(blocks, F_DUPFD_CLOEXEC, FD_FREE);
	if (socket < 0 || blocks < 0 || dup3(socket, FD_SOCKET, O_CLOEXEC) < 0 ||
	    dup3(blocks, FD_BLOCKS, O_CLOEXEC) < 0)
		return -errno;
	close(0);
	close(1);
	close(2);
	close_range(FD_FREE, ~0U, 0);
	return 0;
}

/*
 * The files belong to root, so that opening them takes no capability.  The root directory becomes that of
 * the blocks, which has no other files, also where the kernel has no Landlock.
 */
static int give_up(void)
{
	int err = privilege_shut_in(FD_BLOCKS) ?: privilege_keep_files(false);

	if (err)
		return err;
	sandbox_files(SANDBOX_MEASURER, FD_BLOCKS);
	sandbox_calls(SANDBOX_MEASURER);
	return 0;
}

static void run(int socket, int blocks)
{
	/* Ctrl-C is for the tracer; when it ends, its socket is closed, and that ends us. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (take_descriptors(socket, blocks) || give_up())
		_exit(1);
	serve_all();
	_exit(0);
}

/* --- The tracer's side. */

static int open_blocks(void)
{
	int fd = open(BLOCKS, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	error("--measure: cannot open %s: %s", BLOCKS, strerror(errno));
	if (errno == ENOENT)
		hint("mount -t debugfs debugfs /sys/kernel/debug");
	else
		hint("measurement blocks are begun anew by writing there, which takes root");
	return -1;
}

int measurer_start(struct measurer **result)
{
	struct measurer *measurer = calloc(1, sizeof(*measurer));
	int sockets[2] = { -1, -1 }, blocks = open_blocks();

	if (!measurer || blocks < 0)
		goto fail;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		goto say;
	measurer->pid = fork();
	if (measurer->pid < 0)
		goto say;
	if (!measurer->pid) {
		close(sockets[0]);
		run(sockets[1], blocks);
	}
	close(sockets[1]);
	close(blocks);
	measurer->socket = sockets[0];
	*result = measurer;
	return EXIT_DONE;
say:
	error("--measure: cannot start the process that begins measurement blocks: %s",
	      strerror(errno));
	if (sockets[0] >= 0) {
		close(sockets[0]);
		close(sockets[1]);
	}
fail:
	if (blocks >= 0)
		close(blocks);
	free(measurer);
	return EXIT_ATTACH;
}

void measurer_tell(const char *program)
{
	fprintf(stderr,
		"%s: measuring: each traced function's measurement block begins anew when it "
		"is opened; what it counted for others is gone\n",
		program);
}

static int ask(struct measurer *measurer, struct msghdr *msg)
{
	int32_t status = 0;
	ssize_t got;

	do {
		got = sendmsg(measurer->socket, msg, MSG_NOSIGNAL);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	do {
		got = recv(measurer->socket, &status, sizeof(status), 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	return got == sizeof(status) ? status : -EPIPE;
}

int measurer_serve(struct measurer *measurer, int ring, int measures, size_t bytes)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = {};
	struct request request = { .serve = 1, .bytes = bytes };
	struct iovec iov = { .iov_base = &request, .iov_len = sizeof(request) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int fds[2] = { ring, measures };

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(cmsg), fds, sizeof(fds));
	return ask(measurer, &msg);
}

int measurer_rearm(struct measurer *measurer, const struct ismt_rearm *rearm)
{
	struct request request = { .rearm = *rearm };
	struct iovec iov = { .iov_base = &request, .iov_len = sizeof(request) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	return ask(measurer, &msg);
}

bool measurer_gone(const struct measurer *measurer)
{
	struct pollfd polled = { .fd = measurer->socket };

	return poll(&polled, 1, 0) > 0 && polled.revents & (POLLHUP | POLLERR);
}

void measurer_stop(struct measurer *measurer)
{
	if (!measurer)
		return;
	close(measurer->socket);
	while (waitpid(measurer->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(measurer);
}
