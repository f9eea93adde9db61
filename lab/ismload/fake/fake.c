// SPDX-License-Identifier: GPL-2.0-only
/*
 * fake.c - a function in memory, linked in place of VFIO, so that the engine's
 * judgement can be tested on the host:
 *
 *   cc -D_GNU_SOURCE -I. *.c fake/fake.c -Wl,--wrap=vfio_find,--wrap=vfio_open,--wrap=vfio_query \
 *      -Wl,--wrap=pread,--wrap=pwrite -o ismload-fake
 *
 * $FAKE_DRIVER is ism-vfio-pci (default) or vfio-pci; $FAKE_FAULT plants an
 * error that ismload has to find: torn, partial, lost, flip, clamp.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio/contract.h"
#include "vfio/vfio.h"

#define AREA  4096
#define PAGES 1024

static struct function *fake;
static uint8_t area[AREA];
static uint8_t config[256];
/* The few pages of BAR 0 that were written to; all others read as zeros. */
static struct {
	uint64_t number;
	uint8_t data[4096];
} pages[PAGES];
static unsigned int num_pages;

int __wrap_vfio_find(const char *address, struct function *fn);
int __wrap_vfio_open(struct vfio *vfio, struct function *fn, enum interface interface);
int __wrap_vfio_query(const struct vfio *vfio, struct function *fn);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t pos);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t len, off_t pos);

static bool fault(const char *name)
{
	const char *env = getenv("FAKE_FAULT");

	return env && !strcmp(env, name);
}

int __wrap_vfio_find(const char *address, struct function *fn)
{
	const char *driver = getenv("FAKE_DRIVER");

	(void)address;
	strcpy(fn->address, "0011:00:00.0");
	snprintf(fn->driver, NAME_LEN, "%s", driver ? driver : "ism-vfio-pci");
	return 0;
}

int __wrap_vfio_open(struct vfio *vfio, struct function *fn, enum interface interface)
{
	(void)vfio;
	(void)interface;
	fn->interface = "fake";
	return 0;
}

int __wrap_vfio_query(const struct vfio *vfio, struct function *fn)
{
	unsigned int i;

	(void)vfio;
	fn->shift = fn->contract->shift;
	fn->maxstbl = 4096;
	fn->num_regions = REGIONS_KNOWN;
	for (i = 0; i < REGIONS_KNOWN; i++) {
		fn->region[i].known = true;
		fn->region[i].offset = (uint64_t)i << fn->shift;
	}
	fn->region[0].size = (uint64_t)1 << 48;
	fn->region[2].size = AREA;
	fn->region[REGION_CONFIG].size = sizeof(config);
	fake = fn;
	return 0;
}

static uint8_t *fake_page(uint64_t number)
{
	unsigned int i;

	for (i = 0; i < num_pages; i++) {
		if (pages[i].number == number)
			return pages[i].data;
	}
	if (num_pages == PAGES)
		return NULL;
	pages[num_pages].number = number;
	return pages[num_pages++].data;
}

/* The byte at a place that exists; NULL if it does not. */
static uint8_t *fake_byte(uint32_t region, uint64_t offset)
{
	uint8_t *page;

	if (region == REGION_BAR2)
		return offset < AREA ? area + offset : NULL;
	if (region == REGION_CONFIG)
		return offset < sizeof(config) ? config + offset : NULL;
	if (region || offset >= (uint64_t)1 << 48)
		return NULL;
	page = fake_page(offset / 4096);
	return page ? page + offset % 4096 : NULL;
}

static ssize_t fake_error(int err)
{
	errno = err;
	return -1;
}

/* How many bytes the driver would do; or -1 and errno. */
static ssize_t fake_len(const struct op *op, off_t pos, uint32_t *region, uint64_t *offset)
{
	struct expect expect;

	place_resolve(fake, (uint64_t)pos, region, offset);
	expect = contract_expect(fake, op, *region, *offset);
	if (expect.ret < 0)
		return fake_error((int)-expect.ret);
	if (op->len && *region <= REGION_BAR5 && !(config[4] & COMMAND_MEMORY))
		return fake_error(EIO);
	return (ssize_t)expect.ret;
}

ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t pos)
{
	struct op op = { .kind = OP_READ, .len = (uint32_t)len };
	uint32_t region;
	uint64_t offset;
	ssize_t n, i;

	(void)fd;
	n = fake_len(&op, pos, &region, &offset);
	for (i = 0; i < n; i++)
		((uint8_t *)buf)[i] = *fake_byte(region, offset + (uint64_t)i);
	if (fault("flip") && region == REGION_BAR2 && n == 13)
		((uint8_t *)buf)[5] ^= 1;
	return n;
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t len, off_t pos)
{
	struct op op = { .kind = OP_WRITE, .len = (uint32_t)len };
	uint32_t region;
	uint64_t offset;
	ssize_t n, i, done;

	(void)fd;
	n = fake_len(&op, pos, &region, &offset);
	if (n < 0 && fault("clamp"))
		return (ssize_t)len;
	done = n;
	/* What was refused arrives in part all the same. */
	if (n < 0 && fault("partial") && region <= REGION_BAR2 && len > 8)
		done = 8;
	if (n > 0 && region <= REGION_BAR5 && (!fake->contract->stores_arrive || fault("lost")))
		done = 0;
	for (i = 0; i < done; i++) {
		uint8_t *byte = fake_byte(region, offset + (uint64_t)i);

		if (fault("torn") && i == done / 2)
			sched_yield();
		if (byte)
			*byte = ((const uint8_t *)buf)[i];
	}
	return n;
}
