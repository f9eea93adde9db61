// SPDX-License-Identifier: GPL-2.0-only
/*
 * steps - a VFIO client that does what its arguments say, one after the other:
 *
 *	write LEN		to BAR 0, and say so
 *	next LEN		likewise, where the last write ended
 *	name NAME		the task's name, by prctl()
 *	rename NAME		likewise, by another thread through /proc
 *	thread [ STEP... ]	a thread does these, and is waited for
 *	fork [ STEP... ]	a process does
 *	leave [ STEP... ]	a thread does, while the first one ends at once
 *	exec [ STEP... ]	this program again, in place of the task
 *	thread-exec [ STEP... ]	likewise, by a thread that is not the first
 *	blocked LEN		write from a page that nobody brings, for ever
 *	blocking LEN		likewise, by a thread, and go on when the kernel waits for it
 *	worker LEN		write through io_uring, by a worker of the kernel's
 *	close, open		the device
 *	await FILE		until it exists
 *	sleep MS		or until a signal, if 0
 *	repeat N [ STEP... ]
 *
 * Each access is a line on stdout, before it begins: pid, tid, length and name.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "enable.h"

static struct function fn;
static struct vfio vfio = { -1, -1, -1, -1, 0 };
static uint64_t bar0;
/* Where the last write was, and where it ended. */
static uint64_t at, end_at;
static _Alignas(4096) uint8_t data[8192];

static void fail(const char *what)
{
	fprintf(stderr, "steps: %s: %s\n", what, strerror(errno));
	exit(99);
}

static void say(const char *how, unsigned long len)
{
	char name[16], line[120];
	int used;

	prctl(PR_GET_NAME, name);
	used = snprintf(line, sizeof(line), "%s %d %d %lu %s\n", how, getpid(), gettid(), len,
			name);
	if (write(STDOUT_FILENO, line, (size_t)used) != used)
		fail("stdout");
}

static void do_write(unsigned long len, bool next)
{
	say("write", len);
	at = next ? end_at : (at + 12288) % 65536;
	end_at = at + len;
	if (pwrite(vfio.device, data, len, (off_t)(bar0 + at)) != (ssize_t)len)
		fail("write");
}

static void do_open(void)
{
	if (vfio_open(&vfio, &fn, INTERFACE_AUTO) || vfio_query(&vfio, &fn))
		exit(98);
	bar0 = place_position(&fn, REGION_BAR0, 0);
	fcntl(vfio.device, F_SETFD, 0);
	if (client_enable(&vfio, &fn))
		fail("command");
}

/* A page that a fault waits for, with nobody to bring it. */
/* A write from a page that nobody brings. */
struct blocked {
	unsigned long len;
	void *from;
	int fd; /* readable when the page is waited for */
};

static void no_page(struct blocked *blocked)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register page = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	blocked->fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	blocked->from =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	page.range.start = (uintptr_t)blocked->from;
	page.range.len = 8192;
	if (blocked->fd < 0 || blocked->from == MAP_FAILED ||
	    ioctl(blocked->fd, UFFDIO_API, &api) || ioctl(blocked->fd, UFFDIO_REGISTER, &page))
		fail("userfaultfd");
}

static void *write_blocked(void *arg)
{
	struct blocked *blocked = arg;

	say("blocked", blocked->len);
	if (pwrite(vfio.device, blocked->from, blocked->len, (off_t)bar0) < 0)
		perror("steps: blocked write");
	return NULL;
}

static void do_blocked(unsigned long len)
{
	struct blocked blocked = { .len = len };

	no_page(&blocked);
	write_blocked(&blocked);
}

static void do_worker(unsigned long len)
{
	struct io_uring_params p = {};
	int fd = (int)syscall(SYS_io_uring_setup, 1, &p);
	struct io_uring_sqe *sqe;
	char *sq;

	if (fd < 0)
		fail("io_uring");
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || sqe == MAP_FAILED)
		fail("io_uring");
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_WRITE;
	sqe->flags = IOSQE_ASYNC;
	sqe->fd = vfio.device;
	sqe->off = bar0;
	sqe->addr = (uintptr_t)data;
	sqe->len = (uint32_t)len;
	*(uint32_t *)(sq + p.sq_off.array) = 0;
	__atomic_fetch_add((uint32_t *)(sq + p.sq_off.tail), 1, __ATOMIC_SEQ_CST);
	say("worker", len);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		fail("io_uring_enter");
	close(fd);
}

static void *do_rename(void *arg)
{
	char **args = arg, path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/comm", args[0]);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, args[1], strlen(args[1])) < 0)
		fail(path);
	close(fd);
	return NULL;
}

static void run(char **steps, char **end);

struct part {
	char **steps, **end;
};

/* Behind a step: what is in its brackets; returns where it goes on. */
static char **bracket(char **steps, char **end, struct part *part)
{
	int depth = 0;

	if (steps == end || strcmp(*steps, "["))
		goto bad;
	part->steps = ++steps;
	for (; steps < end; steps++) {
		depth += !strcmp(*steps, "[");
		if (!strcmp(*steps, "]") && !depth--) {
			part->end = steps;
			return steps + 1;
		}
	}
bad:
	errno = EINVAL;
	fail("brackets");
	return end;
}

static void *run_part(void *arg)
{
	struct part *part = arg;

	run(part->steps, part->end);
	return NULL;
}

static void *leave_part(void *arg)
{
	usleep(100000);
	run_part(arg);
	exit(0);
}

static void do_exec(struct part *part)
{
	size_t nr = (size_t)(part->end - part->steps), i;
	char **argv = calloc(nr + 4, sizeof(*argv)), fd[16];

	snprintf(fd, sizeof(fd), "%d", vfio.device);
	argv[0] = "steps";
	argv[1] = "--device";
	argv[2] = fd;
	for (i = 0; i < nr; i++)
		argv[3 + i] = part->steps[i];
	execv("/proc/self/exe", argv);
	fail("exec");
}

static void *exec_part(void *arg)
{
	do_exec(arg);
	return NULL;
}

static void in_thread(void *(*start)(void *), void *arg, bool wait)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, start, arg);
	if (errno)
		fail("thread");
	if (wait)
		pthread_join(thread, NULL);
}

static void do_blocking(unsigned long len)
{
	static struct blocked blocked;
	struct pollfd wait = { .events = POLLIN };

	blocked.len = len;
	no_page(&blocked);
	in_thread(write_blocked, &blocked, false);
	wait.fd = blocked.fd;
	if (poll(&wait, 1, -1) != 1)
		fail("poll");
}

/* A step with brackets; returns where it goes on, NULL if it is none of these. */
static char **run_bracket(const char *step, char **steps, char **end)
{
	static struct part outlives;
	struct part part;
	unsigned long n = 1;
	pid_t pid;

	if (!strcmp(step, "repeat"))
		n = strtoul(*steps++, NULL, 0);
	else if (strcmp(step, "thread") && strcmp(step, "fork") && strcmp(step, "leave") &&
		 strcmp(step, "exec") && strcmp(step, "thread-exec"))
		return NULL;
	steps = bracket(steps, end, &part);
	if (!strcmp(step, "repeat")) {
		while (n--)
			run(part.steps, part.end);
	} else if (!strcmp(step, "thread")) {
		in_thread(run_part, &part, true);
	} else if (!strcmp(step, "fork")) {
		pid = fork();
		if (!pid) {
			run(part.steps, part.end);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	} else if (!strcmp(step, "leave")) {
		outlives = part;
		in_thread(leave_part, &outlives, false);
		pthread_exit(NULL);
	} else if (!strcmp(step, "exec")) {
		do_exec(&part);
	} else {
		in_thread(exec_part, &part, true);
	}
	return steps;
}

static void run_plain(const char *step, const char *arg)
{
	char tid[16];

	if (!strcmp(step, "write") || !strcmp(step, "next")) {
		do_write(strtoul(arg, NULL, 0), !strcmp(step, "next"));
	} else if (!strcmp(step, "blocked")) {
		do_blocked(strtoul(arg, NULL, 0));
	} else if (!strcmp(step, "blocking")) {
		do_blocking(strtoul(arg, NULL, 0));
	} else if (!strcmp(step, "worker")) {
		do_worker(strtoul(arg, NULL, 0));
	} else if (!strcmp(step, "name")) {
		prctl(PR_SET_NAME, arg);
	} else if (!strcmp(step, "rename")) {
		snprintf(tid, sizeof(tid), "%d", gettid());
		in_thread(do_rename, (char *[]){ tid, (char *)arg }, true);
	} else if (!strcmp(step, "await")) {
		while (access(arg, F_OK))
			usleep(10000);
	} else if (!strcmp(step, "sleep")) {
		if (strtoul(arg, NULL, 0))
			usleep((useconds_t)strtoul(arg, NULL, 0) * 1000);
		else
			pause();
	} else {
		errno = EINVAL;
		fail(step);
	}
}

static void run(char **steps, char **end)
{
	char **next;

	while (steps < end) {
		const char *step = *steps++;

		next = run_bracket(step, steps, end);
		if (next) {
			steps = next;
		} else if (!strcmp(step, "close")) {
			vfio_close(&vfio);
		} else if (!strcmp(step, "open")) {
			do_open();
		} else {
			run_plain(step, steps < end ? *steps : "");
			steps++;
		}
	}
}

int main(int argc, char **argv)
{
	memset(data, 0x5a, sizeof(data));
	if (vfio_find(getenv("STEPS_FUNCTION"), &fn))
		return 98;
	if (argc > 2 && !strcmp(argv[1], "--device")) {
		vfio.device = atoi(argv[2]);
		if (vfio_query(&vfio, &fn))
			return 98;
		bar0 = place_position(&fn, REGION_BAR0, 0);
		run(argv + 3, argv + argc);
		return 0;
	}
	do_open();
	run(argv + 1, argv + argc);
	return 0;
}
