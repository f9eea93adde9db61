// SPDX-License-Identifier: GPL-2.0-only
/*
 * life.c - checks of resets, of the end of a client, and of opening again.
 */
#include "ismcheck.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/vfio.h>

static void handle_reset(struct check *c)
{
	unsigned long before, after;
	unsigned int i;
	int ret;

	for (i = 0; i < 10; i++) {
		before = function_handle(c);
		TRY(dev_works(c));
		ret = dev_ioctl(c, VFIO_DEVICE_RESET, NULL);
		CHECK(c, !ret, "reset: %s", strerror(-ret));
		after = function_handle(c);
		CHECK(c, before && before != after,
		      "the handle is 0x%lx before and 0x%lx after a reset", before, after);
		TRY(dev_command(c, COMMAND_MEMORY | COMMAND_MASTER));
		TRY(dev_works(c));
	}
}

struct load {
	struct check *c;
	int stop;
	unsigned long done, refused, wrong;
};

/* What is under way when the function is reset may end with -EIO, no other way. */
static void *load_run(void *arg)
{
	struct load *load = arg;
	uint8_t block[128] = { 1 };
	int64_t ret;

	while (!__atomic_load_n(&load->stop, __ATOMIC_RELAXED)) {
		ret = load->done & 1 ? dev_read(load->c, REGION_BAR2, 1024, block, 64)
				     : dev_write(load->c, REGION_BAR2, 1024, block, 64);
		if (ret == -EIO)
			load->refused++;
		else if (ret != 64)
			load->wrong++;
		__atomic_fetch_add(&load->done, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void reset_under_load(struct check *c)
{
	struct load load[2] = { { .c = c }, { .c = c } };
	unsigned long done = 0, wrong = 0;
	pthread_t thread[2];
	unsigned int i, failed = 0;

	for (i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, load_run, &load[i]))
			abort();
	/* On a busy machine all resets might be over before a thread has begun. */
	for (i = 0; i < 2; i++)
		while (!__atomic_load_n(&load[i].done, __ATOMIC_RELAXED))
			usleep(1000);
	for (i = 0; i < c->rounds / 4 + 1; i++) {
		/* Somebody else's lock makes it try later. */
		int ret = dev_ioctl(c, VFIO_DEVICE_RESET, NULL);

		if (ret && ret != -EAGAIN)
			failed++;
		if (dev_command(c, COMMAND_MEMORY | COMMAND_MASTER))
			break;
	}
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&load[i].stop, 1, __ATOMIC_RELAXED);
		pthread_join(thread[i], NULL);
		done += load[i].done;
		wrong += load[i].wrong;
	}
	CHECK(c, !failed && !wrong && done, "%u resets and %lu of %lu accesses failed", failed,
	      wrong, done);
	TRY(dev_works(c));
}

static void *read_long(void *arg)
{
	struct check *c = arg;
	static uint8_t to[4 << 20];

	/* It outlives the close: the file is the reader's as long as it reads. */
	return (void *)(intptr_t)dev_read(c, REGION_BAR0, 0, to, sizeof(to));
}

static void close_in_flight(struct check *c)
{
	struct timespec moment = { .tv_nsec = 20000000 };
	pthread_t thread;
	void *ret;

	TRY(dev_keeps(c));
	if (pthread_create(&thread, NULL, read_long, c))
		abort();
	nanosleep(&moment, NULL);
	close(c->vfio.device);
	c->vfio.device = -1;
	pthread_join(thread, &ret);
	CHECK(c, (intptr_t)ret == 4 << 20, "the read returned %ld", (long)(intptr_t)ret);
	dev_close(c);
	TRY(dev_open(c));
	TRY(dev_works(c));
}

/* A client that is killed in the middle of a read that would take minutes. */
static void killed_in_flight(struct check *c)
{
	struct timespec moment = { .tv_nsec = 50000000 }, begin, end;
	int status = 0;
	pid_t pid;

	TRY(dev_keeps(c));
	pid = fork();
	if (!pid) {
		uint8_t *to = malloc(256 << 20);

		if (to)
			dev_read(c, REGION_BAR0, 0, to, 256 << 20);
		_exit(0);
	}
	nanosleep(&moment, NULL);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	CHECK(c, WIFSIGNALED(status), "the read was over too soon");
	CHECK(c, end.tv_sec - begin.tv_sec < 3, "it took %ld s to end",
	      (long)(end.tv_sec - begin.tv_sec));
	TRY(dev_works(c));
}

static void reopen(struct check *c)
{
	unsigned int i;

	for (i = 0; i < c->rounds; i++) {
		dev_close(c);
		TRY(dev_open(c));
	}
	TRY(dev_works(c));
}

const struct check_type checks_life[] = {
	EACH(6, "handle-reset", "after a reset the handle is another one, and is used",
	     handle_reset),
	EACH(13, "reset-under-load", "resets while two threads read and write", reset_under_load),
	EACH(13, "close-in-flight", "the file is closed while a thread reads", close_in_flight),
	EACH(13, "killed-in-flight", "a client is killed while it reads", killed_in_flight),
	EACH(13, "reopen", "closed and opened again and again", reopen),
	{ .name = NULL },
};
