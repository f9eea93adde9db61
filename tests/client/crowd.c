// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd.c - crowd THREADS ROUNDS: so many threads are inside a write to BAR 2 at once.
 *
 * Each writes 64 bytes out of a page that is not there yet, and waits for it in the driver;
 * when all of them do, they get their pages.  One write comes before all, as generic vfio-pci
 * answers EBUSY to those that come while a first access has the BAR mapped.  Says on stderr how
 * many writes there were, and exits with 1 as soon as one is not of 64 bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vfio/vfio.h"

#define LEN  64
#define PAGE 4096
#define BAR  2
/* A thread that does not come to its page has failed. */
#define PATIENCE_MS 60000

static struct function fn;
static int device;

struct writer {
	pthread_t thread;
	uint8_t *page;
};

static void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;

	if (pwrite(device, writer->page, LEN, (off_t)fn.region[BAR].offset) != LEN)
		die("pwrite");
	return NULL;
}

/* A file that tells of faults in the pages. */
static int watch(uint8_t *pages, size_t len)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { .start = (uintptr_t)pages, .len = len },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range))
		die("userfaultfd");
	return fd;
}

/* All are inside when each has come to its page. */
static void let_go(int uffd, int threads, uint8_t *pages)
{
	struct uffdio_zeropage zero = { .range = { (uintptr_t)pages, (uint64_t)threads * PAGE } };
	struct pollfd fault = { .fd = uffd, .events = POLLIN };
	struct uffd_msg msg;
	int i;

	for (i = 0; i < threads; i++)
		if (poll(&fault, 1, PATIENCE_MS) != 1 ||
		    read(uffd, &msg, sizeof(msg)) != sizeof(msg))
			die("a write that has not come to its page");
	if (ioctl(uffd, UFFDIO_ZEROPAGE, &zero))
		die("UFFDIO_ZEROPAGE");
}

static void run_round(struct writer *writers, int threads)
{
	size_t len = (size_t)threads * PAGE;
	uint8_t *pages =
		mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, uffd;

	if (pages == MAP_FAILED)
		die("mmap");
	uffd = watch(pages, len);
	for (i = 0; i < threads; i++) {
		writers[i].page = pages + (size_t)i * PAGE;
		if (pthread_create(&writers[i].thread, NULL, writer_main, &writers[i]))
			die("pthread_create");
	}
	let_go(uffd, threads, pages);
	for (i = 0; i < threads; i++)
		pthread_join(writers[i].thread, NULL);
	close(uffd);
	munmap(pages, len);
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 1, rounds = argc > 2 ? atoi(argv[2]) : 1, i;
	struct writer *writers = calloc((size_t)threads, sizeof(*writers));
	struct vfio vfio;

	if (!writers || vfio_find(NULL, &fn) || vfio_open(&vfio, &fn, INTERFACE_AUTO))
		return 1;
	if (vfio_query(&vfio, &fn))
		return 1;
	device = vfio.device;
	run_round(writers, 1);
	for (i = 0; i < rounds; i++)
		run_round(writers, threads);
	fprintf(stderr, "%d\n", threads * rounds + 1);
	vfio_close(&vfio);
	free(writers);
	return 0;
}
