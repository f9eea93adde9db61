// SPDX-License-Identifier: GPL-2.0-only
/*
 * herd - many processes, or many places, at one function:
 *
 *	herd short N	N processes, one after the other, each with a read and a write of BAR 0
 *	herd wide N	N processes, all of them alive at once, likewise
 *	herd regions N	one process that reads at each of N region numbers, most of which there are not
 *
 * They share the first one's open device.  Exits with 1 as soon as an access to BAR 0 does
 * not move 64 bytes, or 8.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "enable.h"

#define STACK 8192
#define WRITE 64
#define READ  8

static struct vfio vfio;
static uint64_t bar0;

static void die(const char *what)
{
	fprintf(stderr, "herd: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* One process's two accesses; 0 if both transferred all that they were to. */
static int accesses(void)
{
	static const uint8_t data[WRITE];
	uint64_t value;

	return pread(vfio.device, &value, READ, (off_t)bar0) != READ ||
	       pwrite(vfio.device, data, WRITE, (off_t)bar0) != WRITE;
}

static void reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	if (status) {
		fprintf(stderr, "herd: an access was not whole\n");
		exit(1);
	}
}

static void run_short(unsigned long n)
{
	pid_t pid;

	while (n--) {
		pid = vfork();
		if (!pid)
			_exit(accesses());
		if (pid < 0)
			die("vfork");
		reap(pid);
	}
}

struct gates {
	int ready[2]; /* a byte for each that has done its accesses */
	int end[2];   /* closed when all have */
};

static struct gates gates;

static int wide_child(void *arg)
{
	int failed = accesses();
	char byte = 0;

	(void)arg;
	if (write(gates.ready[1], &byte, 1) != 1 || read(gates.end[0], &byte, 1) < 0)
		return 1;
	return failed;
}

/* They share the memory, or there would not be enough of it. */
static void run_wide(unsigned long n)
{
	pid_t *pids = calloc(n, sizeof(*pids));
	char *stacks = mmap(NULL, n * STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
	     byte;
	unsigned long i;

	if (!pids || stacks == MAP_FAILED || pipe(gates.ready) || pipe(gates.end))
		die("no memory");
	for (i = 0; i < n; i++) {
		/* The pipe's own end is not theirs: files are not shared. */
		pids[i] = clone(wide_child, stacks + (i + 1) * STACK,
				CLONE_VM | CLONE_FILES | SIGCHLD, NULL);
		if (pids[i] < 0)
			die("clone");
	}
	for (i = 0; i < n; i++)
		if (read(gates.ready[0], &byte, 1) != 1)
			die("read");
	for (i = 0; i < n; i++)
		if (write(gates.end[1], &byte, 1) != 1)
			die("write");
	for (i = 0; i < n; i++)
		reap(pids[i]);
}

static void run_regions(unsigned long n, const struct function *fn)
{
	unsigned long i;
	uint64_t value;

	for (i = 0; i < n; i++)
		if (pread(vfio.device, &value, READ, (off_t)((uint64_t)i << fn->shift)) < 0 &&
		    errno == EBADF)
			die("pread");
}

int main(int argc, char **argv)
{
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	static struct function fn;

	if (!n) {
		fprintf(stderr, "usage: herd short|wide|regions N\n");
		return 2;
	}
	if (vfio_find(NULL, &fn) || vfio_open(&vfio, &fn, INTERFACE_AUTO) || vfio_query(&vfio, &fn))
		return 1;
	if (client_enable(&vfio, &fn))
		die("command");
	bar0 = place_position(&fn, REGION_BAR0, 0);
	if (!strcmp(argv[1], "short"))
		run_short(n);
	else if (!strcmp(argv[1], "wide"))
		run_wide(n);
	else if (!strcmp(argv[1], "regions"))
		run_regions(n, &fn);
	else
		return 2;
	return 0;
}
