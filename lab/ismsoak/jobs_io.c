// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs_io.c - other ways to a device file: vectors, io_uring, a descriptor that somebody
 * else has opened, memory that somebody else has to bring.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "raw.h"
#include "uring.h"

#define PARTS 4
#define PAGE  4096

/* So many adjacent parts; the kernel makes an access of each. */
static unsigned int parts_begin(struct task *task, struct place *place, struct iovec *vecs,
				struct entry **entries)
{
	unsigned int n = 2 + (unsigned int)task_random(task, PARTS - 1), i;
	struct place part = *place;

	for (i = 0; i < n; i++) {
		part.len = 8 * (1 + (uint32_t)task_random(task, 60));
		vecs[i] = (struct iovec){ task->buf + i * PAGE, part.len };
		entries[i] = entry_begin(task, &part);
		if (!entries[i])
			return 0;
		part.offset += part.len;
	}
	return n;
}

/* What became of each follows from what all of them did. */
static void parts_end(struct entry **entries, unsigned int n, int64_t ret)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct entry *e = entries[i];

		if (ret >= (int64_t)e->len) {
			entry_end(e, e->len);
			ret -= e->len;
			continue;
		}
		/* This one has ended them; an error is told only if it was the first. */
		entry_end(e, ret);
		if (i && !ret)
			e->state = STATE_UNKNOWN;
		while (++i < n)
			entries[i]->state = STATE_NEVER;
	}
}

static void run_vectors(struct task *task)
{
	unsigned int rounds = 1 + (unsigned int)task_random(task, 20), n;
	struct entry *entries[PARTS];
	struct iovec vecs[PARTS];
	struct place place;
	int64_t ret;

	while (rounds-- && !log_ending(task->soak->log)) {
		place_plain(task, &place);
		place.write = task_chance(task, 60);
		n = parts_begin(task, &place, vecs, entries);
		if (!n)
			return;
		ret = RAW6(place.write ? __NR_pwritev : __NR_preadv, task->fd[place.function], vecs,
			   n, place_file_offset(task, &place), 0, 0);
		parts_end(entries, n, ret);
	}
}

static int uring_one(struct task *task, struct uring *ring)
{
	struct uring_access access[URING_MAX];
	unsigned int n = 1 + (unsigned int)task_random(task, URING_MAX), i;
	struct entry *entries[URING_MAX];
	struct place place;
	uint64_t id;
	int64_t ret;

	for (i = 0; i < n; i++) {
		place_plain(task, &place);
		place.write = task_chance(task, 60);
		if (task_chance(task, 5))
			place.region = 11;
		access[i] = (struct uring_access){ .fd = task->fd[place.function],
						   .write = place.write,
						   .async = task_chance(task, 40),
						   .pos = place_file_offset(task, &place),
						   .id = i,
						   .buf = task->buf + i * PAGE,
						   .len = place.len };
		entries[i] = entry_begin(task, &place);
		if (!entries[i])
			return -ENOSPC;
		entries[i]->how = HOW_WORKER;
		uring_add(ring, &access[i]);
	}
	log_count(task->soak->log, COUNT_URING);
	for (i = 0; i < n;) {
		if (uring_submit(ring, true))
			return -EIO;
		for (; uring_next(ring, &id, &ret); i++)
			entry_end(entries[id], ret);
	}
	return 0;
}

static void run_uring(struct task *task)
{
	unsigned int rounds = 1 + (unsigned int)task_random(task, 8);
	struct uring ring;
	int err = uring_open(&ring, task_chance(task, 30));

	if (err) {
		load_absent("io_uring", -err);
		return;
	}
	memset(&ring.added, 0, sizeof(ring.added));
	while (rounds-- && !log_ending(task->soak->log) && !uring_one(task, &ring)) {
		access_some(task, (unsigned int)task_random(task, 3));
		if (task_chance(task, 10))
			task_rename(task);
	}
	uring_close(&ring);
}

static int fd_send(int to, int fd)
{
	char byte = 'f', room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec vec = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = room,
			      .msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -errno;
}

static int fd_receive(int from)
{
	char byte, room[CMSG_SPACE(sizeof(int))];
	struct iovec vec = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = room,
			      .msg_controllen = sizeof(room) };
	int fd = -1;

	if (recvmsg(from, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* A process that has opened nothing gets a descriptor of one that may have ended. */
static void run_passed(struct task *task)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return;
	pid = task_fork(task);
	if (!pid) {
		for (unsigned int i = 0; i < FUNCTIONS; i++) {
			if (task->fd[i] >= 0)
				close(task->fd[i]);
			task->fd[i] = -1;
		}
		task->fd[0] = fd_receive(ends[1]);
		if (task->fd[0] < 0)
			_exit(1);
		log_count(task->soak->log, COUNT_PASSED);
		task_pause(task, 10000);
		access_some(task, 1 + (unsigned int)task_random(task, 10));
		_exit(0);
	}
	access_some(task, (unsigned int)task_random(task, 4));
	fd_send(ends[0], task->fd[0]);
	if (task_chance(task, 50))
		task_wait(pid);
	access_some(task, (unsigned int)task_random(task, 4));
}

/* A page that is missing, and what an access waits in for it. */
struct missing {
	struct task *task;
	uint8_t *page;
	struct entry *entry;
	int fd;	   /* of userfaultfd */
	bool rare; /* where others seldom write, so that it stands out in sums */
};

static void *thread_waits(void *arg)
{
	struct task *task = arg;
	struct missing *missing = (void *)task->buf;
	struct place place;
	int64_t ret;

	place_plain(task, &place);
	place.write = true;
	if (missing->rare)
		place_config(task, &place);
	missing->entry = entry_begin(task, &place);
	if (!missing->entry)
		return NULL;
	ret = RAW4(__NR_pwrite64, task->fd[place.function], missing->page, place.len,
		   place_file_offset(task, &place));
	entry_end(missing->entry, ret);
	return NULL;
}

static int missing_make(struct missing *missing)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	missing->page =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	missing->fd = (int)syscall(__NR_userfaultfd, O_CLOEXEC);
	if (missing->fd < 0 || ioctl(missing->fd, UFFDIO_API, &api))
		return -errno;
	reg.range.start = (uintptr_t)missing->page;
	reg.range.len = PAGE;
	return ioctl(missing->fd, UFFDIO_REGISTER, &reg) ? -errno : 0;
}

static void missing_bring(struct missing *missing, void *from)
{
	struct uffdio_copy copy = { .dst = (uintptr_t)missing->page,
				    .src = (uintptr_t)from,
				    .len = PAGE };

	ioctl(missing->fd, UFFDIO_COPY, &copy);
}

/* Start the thread, whose task is to last as long, and wait until it is inside. */
static int missing_wait(struct missing *missing, struct task *its, pthread_t *thread)
{
	struct task *task = missing->task;
	struct uffd_msg msg;
	int err = missing_make(missing);

	if (err) {
		load_absent("userfaultfd", -err);
		return err;
	}
	*its = *task;
	its->random = task_random(task, UINT64_MAX >> 11);
	/* What the thread needs to know. */
	its->buf = (void *)missing;
	err = pthread_create(thread, NULL, thread_waits, its);
	if (err)
		return -err;
	log_count(task->soak->log, COUNT_THREADS);
	if (read(missing->fd, &msg, sizeof(msg)) != sizeof(msg))
		return -errno;
	missing->entry->inside = log_now();
	log_count(task->soak->log, COUNT_BLOCKED);
	return 0;
}

int access_block(struct task *task)
{
	static struct missing missing;
	static struct task its;
	pthread_t thread;

	missing.task = task;
	missing.rare = true;
	return missing_wait(&missing, &its, &thread);
}

/* A write that is inside the driver for as long as somebody likes. */
static void blocked_once(struct task *task, bool for_ever)
{
	struct missing missing = { .task = task };
	struct task its;
	pthread_t thread;

	if (missing_wait(&missing, &its, &thread))
		_exit(0);
	task_pause(task, task_chance(task, 20) ? 900000 : 200000);
	if (for_ever)
		_exit(0);
	missing_bring(&missing, task->buf);
	pthread_join(thread, NULL);
	close(missing.fd);
	munmap(missing.page, PAGE);
}

static void run_blocked(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 4);

	while (n-- && !log_ending(task->soak->log))
		blocked_once(task, !n && task_chance(task, 50));
}

/* Without any privilege, with what was opened before. */
static void run_nobody(struct task *task)
{
	access_some(task, (unsigned int)task_random(task, 3));
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return;
	access_some(task, 1 + (unsigned int)task_random(task, 10));
}

const struct job_type jobs_io[] = {
	{ "vectors", 6, run_vectors }, { "uring", 8, run_uring },   { "passed", 4, run_passed },
	{ "blocked", 8, run_blocked }, { "nobody", 2, run_nobody }, { 0 },
};
