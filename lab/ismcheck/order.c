// SPDX-License-Identifier: GPL-2.0-only
/*
 * order.c - tells the lab's function what to do, and the checks of what the
 * driver makes of it: failed instructions, another handle, error states.
 */
#include "ismcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/vfio.h>

#define WORDS_MAX 12

static int inject(const struct check *c, const char *format, va_list ap)
{
	char text[256], *argv[WORDS_MAX + 3], *next = text;
	posix_spawn_file_actions_t quiet;
	int status, ret, n = 0;
	pid_t pid;

	vsnprintf(text, sizeof(text), format, ap);
	argv[n++] = "lab-inject";
	argv[n++] = (char *)c->fn.address;
	while (n < WORDS_MAX + 2 && (argv[n] = strsep(&next, " ")))
		n++;
	argv[n] = NULL;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	ret = posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&quiet);
	if (ret || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

int order(const struct check *c, const char *format, ...)
{
	va_list ap;
	int ret;

	va_start(ap, format);
	ret = inject(c, format, ap);
	va_end(ap);
	return ret;
}

int order_must(struct check *c, const char *format, ...)
{
	va_list ap;
	int ret;

	if (!c->orders) {
		check_absent(c, "nobody takes orders: no lab-inject, or no permission");
		return -1;
	}
	va_start(ap, format);
	ret = inject(c, format, ap);
	va_end(ap);
	if (!ret)
		return 0;
	check_fail(c, "the order '%s' was refused", format);
	return -1;
}

/* The two ways an instruction fails, as errno, for loads and for blocks. */
static void failures(struct check *c)
{
	static const struct {
		const char *how;
		int err;
	} ways[] = {
		{ "cc=1 status=40", EIO },
		{ "cc=3", EIO },
		{ "exception=1", ENXIO },
	};
	uint8_t before[64], bytes[64];
	int64_t ret;
	size_t i;

	TRY(dev_fill(c, REGION_BAR2, 0, sizeof(before), 3));
	ret = dev_read(c, REGION_BAR2, 0, before, sizeof(before));
	CHECK(c, ret == sizeof(before), "read returned %lld", (long long)ret);
	memset(bytes, 0x5a, sizeof(bytes));
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		TRY(order_must(c, "block %s", ways[i].how));
		ret = dev_write(c, REGION_BAR2, 0, bytes, sizeof(bytes));
		CHECK(c, ret == -ways[i].err, "a store that ended with %s: %lld, not %d",
		      ways[i].how, (long long)ret, -ways[i].err);
		TRY(dev_same(c, REGION_BAR2, 0, before, sizeof(before)));
		/* The third of eight loads: the whole read fails. */
		TRY(order_must(c, "load skip=2 %s", ways[i].how));
		ret = dev_read(c, REGION_BAR2, 0, bytes, sizeof(bytes));
		CHECK(c, ret == -ways[i].err, "a load that ended with %s: %lld, not %d",
		      ways[i].how, (long long)ret, -ways[i].err);
		memset(bytes, 0x5a, sizeof(bytes));
	}
	TRY(dev_works(c));
}

static void busy(struct check *c)
{
	TRY(order_must(c, "block count=3 cc=2"));
	TRY(order_must(c, "load count=3 cc=2"));
	TRY(dev_works(c));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

/* Both directions end with -EIO, and soon; 0, or -1 and noted. */
static int dead(struct check *c)
{
	int64_t begin = now_ms(), w, r;
	uint8_t bytes[64] = { 0 };

	w = dev_write(c, REGION_BAR2, 0, bytes, sizeof(bytes));
	r = dev_read(c, REGION_BAR2, 0, bytes, sizeof(bytes));
	if (w != -EIO || r != -EIO) {
		check_fail(c, "write returned %lld, read %lld, not %d", (long long)w, (long long)r,
			   -EIO);
		return -1;
	}
	if (now_ms() - begin > 5000) {
		check_fail(c, "it took %lld ms", (long long)(now_ms() - begin));
		return -1;
	}
	return 0;
}

/* What the kernel learns from an event, it learns a moment later. */
static int recovers(struct check *c)
{
	int64_t deadline = now_ms() + 5000;
	uint8_t byte = 0;

	while (dev_read(c, REGION_BAR2, 0, &byte, 1) != 1) {
		if (now_ms() > deadline) {
			check_fail(c, "it does not work after 5 s");
			return -1;
		}
		usleep(1000);
	}
	return dev_works(c);
}

static void handle_stale(struct check *c)
{
	TRY(dev_works(c));
	TRY(order_must(c, "handle"));
	TRY(dead(c));
	TRY(order_must(c, "handle event=1"));
	TRY(recovers(c));
}

static void handle_event(struct check *c)
{
	int i;

	for (i = 0; i < 20; i++) {
		TRY(order_must(c, "handle event=1"));
		TRY(recovers(c));
	}
}

/* The kernel resets the function, which changes its handle; 0, or -1 and noted. */
static int kernel_recovers(struct check *c, unsigned long before)
{
	int64_t deadline = now_ms() + 5000;

	while (function_handle(c) == before) {
		if (now_ms() > deadline) {
			check_fail(c, "the kernel did not recover the function in 5 s");
			return -1;
		}
		usleep(10000);
	}
	return 0;
}

/*
 * After an error the function is as new, so what the client had set up in it is
 * lost: it must not get by without noticing, and a reset or a new start helps.
 */
static void recovery(struct check *c)
{
	unsigned long handle = function_handle(c);
	int64_t deadline = now_ms() + 10000;
	int ret;

	TRY(dev_works(c));
	TRY(order_must(c, "error"));
	TRY(dead(c));
	TRY(kernel_recovers(c, handle));
	TRY(dead(c));
	/* The kernel may hold the function's lock for a moment yet. */
	do {
		ret = dev_ioctl(c, VFIO_DEVICE_RESET, NULL);
	} while (ret == -EAGAIN && !usleep(10000) && now_ms() < deadline);
	CHECK(c, !ret, "reset: %s", strerror(-ret));
	TRY(dev_command(c, COMMAND_MEMORY | COMMAND_MASTER));
	TRY(dev_works(c));

	handle = function_handle(c);
	TRY(order_must(c, "error"));
	dev_close(c);
	TRY(kernel_recovers(c, handle));
	TRY(dev_open(c));
	TRY(dev_works(c));
}

/*
 * What a client is told of an error, it is told by the error interrupt, which
 * the core has for PCI Express functions only: these are none.
 */
static void permanent(struct check *c)
{
	TRY(dev_works(c));
	TRY(order_must(c, "permanent"));
	TRY(dead(c));
	/* Enabled again, which a reset does, it is as broken as before. */
	dev_ioctl(c, VFIO_DEVICE_RESET, NULL);
	TRY(dead(c));
	CHECK(c, !order(c, "clear"), "the order 'clear' was refused");
}

const struct check_type checks_order[] = {
	EACH(3, "failed-instruction", "a failed instruction is an error, nothing was stored",
	     failures),
	EACH(3, "busy", "a busy function is asked again", busy),
	EACH(6, "handle-stale", "a handle that is not known any more is -EIO, not a hang",
	     handle_stale),
	EACH(6, "handle-event", "a handle that an event brings is used", handle_event),
	/* A driver that cannot do it loses the function. */
	ALONE(6, "error-recovery", "after an error: -EIO until the client resets or starts anew",
	      recovery),
	/* Linux considers the function lost from then on. */
	ALONE(13, "permanent-error", "a function that is broken for good is -EIO", permanent),
	{ .name = NULL },
};
