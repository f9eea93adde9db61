// SPDX-License-Identifier: GPL-2.0-only
/*
 * store.c - checks of writes to BARs.
 */
#include "ismcheck.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/vfio.h>

#define LENGTH_MOST 64
#define OFFSET_MOST 16
#define AREA	    96 /* what those touch, and what is behind it */

/* What a function that is strict takes of one block. */
static bool acceptable(const struct check *c, uint64_t at, size_t len)
{
	return !c->strict || (len > 8 && len % 8 == 0 && at % 8 == 0);
}

static void write_lengths_at(struct check *c, unsigned int region, uint64_t base)
{
	uint8_t area[AREA], bytes[LENGTH_MOST];
	size_t len, at, i;
	int64_t ret;

	TRY(dev_fill(c, region, base, AREA, 60));
	for (i = 0; i < AREA; i++)
		area[i] = pattern_byte(60, base + i);
	for (at = 0; at <= OFFSET_MOST; at++) {
		for (len = 1; len <= LENGTH_MOST; len++) {
			for (i = 0; i < len; i++)
				bytes[i] = (uint8_t)(at * 31 + len * 5 + i);
			ret = dev_write(c, region, base + at, bytes, len);
			if (acceptable(c, at, len)) {
				CHECK(c, ret == (int64_t)len,
				      "write of %zu bytes at bar%u 0x%llx returned %lld", len,
				      region, (unsigned long long)(base + at), (long long)ret);
				memcpy(area + at, bytes, len);
			} else {
				CHECK(c, ret == -ENXIO,
				      "write of %zu bytes at 0x%llx, strict: %lld", len,
				      (unsigned long long)(base + at), (long long)ret);
			}
			TRY(dev_same(c, region, base, area, AREA));
		}
	}
}

static void write_lengths(struct check *c)
{
	write_lengths_at(c, REGION_BAR2, 0);
}

static void write_lengths_window(struct check *c)
{
	write_lengths_at(c, REGION_BAR0, 0x7654321000);
}

static void write_order(struct check *c)
{
	uint8_t block[64];
	unsigned int i;
	int64_t ret;

	for (i = 0; i < c->rounds; i++) {
		memset(block, (int)(i & 0xff), sizeof(block));
		ret = dev_write(c, REGION_BAR2, 0, block, sizeof(block));
		CHECK(c, ret == sizeof(block), "write %u returned %lld", i, (long long)ret);
	}
	TRY(dev_same(c, REGION_BAR2, 0, block, sizeof(block)));
}

#define WRITERS 4

struct writer {
	struct check *c;
	pthread_barrier_t *barrier;
	size_t len;
	uint8_t value;
	unsigned int wrong;
};

/* All write to the same place; between rounds the block is looked at. */
static void *writer_run(void *arg)
{
	struct writer *w = arg;
	uint8_t block[BLOCK_BOUNDARY];
	unsigned int round;

	memset(block, w->value, w->len);
	for (round = 0; round < w->c->rounds; round++) {
		pthread_barrier_wait(w->barrier);
		if (dev_write(w->c, REGION_BAR2, 0, block, w->len) != (int64_t)w->len)
			w->wrong++;
		pthread_barrier_wait(w->barrier);
	}
	return NULL;
}

static void write_atomic(struct check *c)
{
	uint8_t found[BLOCK_BOUNDARY];
	pthread_t thread[WRITERS];
	struct writer w[WRITERS];
	pthread_barrier_t barrier;
	unsigned int round, mixed = 0, wrong = 0, i;
	size_t len = c->maxstbl < sizeof(found) ? c->maxstbl : sizeof(found), n;

	TRY(dev_keeps(c));
	pthread_barrier_init(&barrier, NULL, WRITERS + 1);
	for (i = 0; i < WRITERS; i++) {
		w[i] = (struct writer){ c, &barrier, len, (uint8_t)(i + 1), 0 };
		if (pthread_create(&thread[i], NULL, writer_run, &w[i]))
			abort();
	}
	for (round = 0; round < c->rounds; round++) {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		if (dev_read(c, REGION_BAR2, 0, found, len) != (int64_t)len)
			wrong++;
		for (n = 1; n < len; n++) {
			if (found[n] != found[0]) {
				mixed++;
				break;
			}
		}
	}
	for (i = 0; i < WRITERS; i++) {
		pthread_join(thread[i], NULL);
		wrong += w[i].wrong;
	}
	pthread_barrier_destroy(&barrier);
	CHECK(c, !wrong, "%u accesses failed", wrong);
	CHECK(c, !mixed, "%u of %u blocks were made of several", mixed, c->rounds);
}

static void limit(struct check *c)
{
	static const size_t beyond[] = { 1, 8, 16 };
	size_t i;

	CHECK(c, c->maxstbl >= 16 && c->maxstbl <= BLOCK_BOUNDARY, "maxstbl is %u", c->maxstbl);
	TRY(dev_fill(c, REGION_BAR0, 0x10000, c->maxstbl, 70));
	for (i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		TRY(dev_refuses(c, REGION_BAR0, 0x10000, c->maxstbl + beyond[i], EINVAL));
	TRY(dev_refuses(c, REGION_BAR0, 0x10000, 2 * (size_t)c->maxstbl, EINVAL));
}

static void boundary(struct check *c)
{
	const uint64_t edge = 0x20000;

	TRY(dev_fill(c, REGION_BAR0, edge - 128, 256, 71));
	TRY(dev_refuses(c, REGION_BAR0, edge - 8, 16, EINVAL));
	TRY(dev_refuses(c, REGION_BAR0, edge - 1, 2, EINVAL));
	TRY(dev_refuses(c, REGION_BAR0, edge - 120, 128, EINVAL));
	/* Up to it and from it on. */
	TRY(dev_fill(c, REGION_BAR0, edge - c->maxstbl, c->maxstbl, 72));
	TRY(dev_fill(c, REGION_BAR0, edge, c->maxstbl, 73));
}

/* An ioeventfd would be a store that is no block, by the kernel. */
static void ioeventfd(struct check *c)
{
	struct vfio_device_ioeventfd arg = {
		.argsz = sizeof(arg),
		.flags = VFIO_DEVICE_IOEVENTFD_64,
		.offset = c->fn.region[REGION_BAR2].offset,
		.fd = -1,
	};
	int ret = dev_ioctl(c, VFIO_DEVICE_IOEVENTFD, &arg);

	CHECK(c, ret < 0, "it was granted");
}

const struct check_type checks_store[] = {
	EACH(2, "write-lengths", "lengths 1 to 64 at 0 to 16 of BAR 2", write_lengths),
	EACH(2, "write-lengths-window", "lengths 1 to 64 at 17 places of BAR 0",
	     write_lengths_window),
	EACH(3, "write-order", "the last of many writes is what is there", write_order),
	EACH(3, "write-atomic", "blocks of several threads never mix", write_atomic),
	EACH(3, "no-ioeventfd", "no store on behalf of an eventfd", ioeventfd),
	EACH(4, "maxstbl", "up to maxstbl; longer is -EINVAL, nothing stored", limit),
	EACH(4, "boundary", "across 4 KiB is -EINVAL, nothing stored", boundary),
	{ .name = NULL },
};
