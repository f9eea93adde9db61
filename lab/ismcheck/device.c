// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - the function under test, as the checks drive it.
 */
#include "ismcheck.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio/contract.h"

/* What dev_refuses() looks at before and behind the access. */
#define MARGIN 64

static uint64_t position(const struct check *c, unsigned int region, uint64_t offset)
{
	return place_position(&c->fn, region, offset);
}

int64_t dev_read(const struct check *c, unsigned int region, uint64_t offset, void *to, size_t len)
{
	ssize_t ret = pread(c->vfio.device, to, len, (off_t)position(c, region, offset));

	return ret < 0 ? -errno : ret;
}

int64_t dev_write(const struct check *c, unsigned int region, uint64_t offset, const void *from,
		  size_t len)
{
	ssize_t ret = pwrite(c->vfio.device, from, len, (off_t)position(c, region, offset));

	return ret < 0 ? -errno : ret;
}

int dev_ioctl(const struct check *c, unsigned long request, void *arg)
{
	int ret = ioctl(c->vfio.device, request, arg);

	return ret < 0 ? -errno : ret;
}

unsigned long function_handle(const struct check *c)
{
	char path[128];
	unsigned long handle = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/function_handle", c->fn.address);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%lx", &handle) != 1)
		handle = 0;
	fclose(file);
	return handle;
}

int dev_command(struct check *c, uint16_t command)
{
	uint16_t value = htole16(command), back = 0;
	int64_t ret = dev_write(c, REGION_CONFIG, CONFIG_COMMAND, &value, sizeof(value));

	if (ret == sizeof(value))
		ret = dev_read(c, REGION_CONFIG, CONFIG_COMMAND, &back, sizeof(back));
	if (ret != sizeof(value) || (le16toh(back) & 7) != (command & 7)) {
		check_fail(c, "command register: wrote 0x%x, returned %lld, read 0x%x", command,
			   (long long)ret, le16toh(back));
		return -1;
	}
	return 0;
}

int dev_open(struct check *c)
{
	int ret;

	c->vfio = (struct vfio){ -1, -1, -1, -1, 0 };
	ret = vfio_open(&c->vfio, &c->fn, c->interface);
	if (!ret)
		ret = vfio_query(&c->vfio, &c->fn);
	if (ret) {
		check_fail(c, "it does not open: %s", strerror(-ret));
		return -1;
	}
	if (!c->maxstbl)
		c->maxstbl = c->fn.maxstbl;
	return dev_command(c, COMMAND_MEMORY | COMMAND_MASTER);
}

void dev_close(struct check *c)
{
	vfio_close(&c->vfio);
}

/* Neighbours differ, and so do the same places of different pages. */
uint8_t pattern_byte(uint8_t seed, uint64_t offset)
{
	return (uint8_t)(seed + offset * 7 + (offset >> 8) * 13);
}

int dev_keeps(struct check *c)
{
	if (!c->fn.works)
		return 0;
	check_absent(c,
		     "the function works, and keeps nothing; lab/run --memory has one that does");
	return -1;
}

int dev_fill(struct check *c, unsigned int region, uint64_t offset, size_t len, uint8_t seed)
{
	uint8_t block[BLOCK_BOUNDARY];
	size_t done, n, i;
	int64_t ret;

	if (region <= REGION_BAR5 && dev_keeps(c))
		return -1;
	for (done = 0; done < len; done += n) {
		n = BLOCK_BOUNDARY - (offset + done) % BLOCK_BOUNDARY;
		if (n > c->maxstbl)
			n = c->maxstbl;
		if (n > len - done)
			n = len - done;
		for (i = 0; i < n; i++)
			block[i] = pattern_byte(seed, offset + done + i);
		ret = dev_write(c, region, offset + done, block, n);
		if (ret != (int64_t)n) {
			check_fail(c, "write of %zu bytes at bar%u 0x%llx returned %lld", n, region,
				   (unsigned long long)(offset + done), (long long)ret);
			return -1;
		}
	}
	return 0;
}

int dev_same(struct check *c, unsigned int region, uint64_t offset, const void *wanted, size_t len)
{
	uint8_t found[2 * BLOCK_BOUNDARY];
	int64_t ret;
	size_t i;

	if (region <= REGION_BAR5 && dev_keeps(c))
		return -1;
	ret = dev_read(c, region, offset, found, len);
	if (ret != (int64_t)len) {
		check_fail(c, "read of %zu bytes at bar%u 0x%llx returned %lld", len, region,
			   (unsigned long long)offset, (long long)ret);
		return -1;
	}
	for (i = 0; i < len; i++) {
		if (found[i] != ((const uint8_t *)wanted)[i]) {
			check_fail(c, "0x%02x, not 0x%02x, is at bar%u 0x%llx", found[i],
				   ((const uint8_t *)wanted)[i], region,
				   (unsigned long long)(offset + i));
			return -1;
		}
	}
	return 0;
}

int dev_works(struct check *c)
{
	static uint8_t seed;
	uint8_t block[64];
	size_t i;

	seed += 17;
	for (i = 0; i < sizeof(block); i++)
		block[i] = pattern_byte(seed, 192 + i);
	if (dev_fill(c, REGION_BAR2, 192, sizeof(block), seed))
		return -1;
	return dev_same(c, REGION_BAR2, 192, block, sizeof(block));
}

int dev_refuses(struct check *c, unsigned int region, uint64_t offset, size_t len, int err)
{
	static uint8_t data[4 * BLOCK_BOUNDARY];
	uint8_t before[2 * BLOCK_BOUNDARY];
	uint64_t start = offset > MARGIN ? offset - MARGIN : 0;
	int64_t ret, had;

	had = dev_read(c, region, start, before,
		       len + 2 * MARGIN > sizeof(before) ? sizeof(before) : len + 2 * MARGIN);
	memset(data, 0xa5, sizeof(data));
	ret = dev_write(c, region, offset, data, len);
	if (ret != -err) {
		check_fail(c, "write of %zu bytes at bar%u 0x%llx returned %lld, not %d", len,
			   region, (unsigned long long)offset, (long long)ret, -err);
		return -1;
	}
	return had > 0 ? dev_same(c, region, start, before, (size_t)had) : 0;
}
