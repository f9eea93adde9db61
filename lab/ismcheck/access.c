// SPDX-License-Identifier: GPL-2.0-only
/*
 * access.c - checks of reads, of the ends of regions and of what is refused
 * whatever the direction.
 */
#include "ismcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LENGTH_MOST 64
#define OFFSET_MOST 16

#define WINDOW_END ((uint64_t)1 << 48)

/* Where in BAR 0; the place is odd on purpose. */
#define WINDOW_PLACE 0x123456789000

static void read_lengths_at(struct check *c, unsigned int region, uint64_t base)
{
	uint8_t found[LENGTH_MOST + 2], guard = 0xee;
	size_t len, i;
	uint64_t at;
	int64_t ret;

	TRY(dev_fill(c, region, base, 128, 9));
	for (at = base; at <= base + OFFSET_MOST; at++) {
		for (len = 1; len <= LENGTH_MOST; len++) {
			memset(found, guard, sizeof(found));
			ret = dev_read(c, region, at, found + 1, len);
			CHECK(c, ret == (int64_t)len,
			      "read of %zu bytes at bar%u 0x%llx returned %lld", len, region,
			      (unsigned long long)at, (long long)ret);
			for (i = 0; i < len; i++)
				CHECK(c, found[i + 1] == pattern_byte(9, at + i),
				      "byte %zu of %zu at bar%u 0x%llx is 0x%02x", i, len, region,
				      (unsigned long long)at, found[i + 1]);
			CHECK(c, found[0] == guard && found[len + 1] == guard,
			      "a read of %zu bytes at 0x%llx touched others", len,
			      (unsigned long long)at);
		}
	}
}

static void read_lengths(struct check *c)
{
	read_lengths_at(c, REGION_BAR2, 0);
}

static void read_lengths_window(struct check *c)
{
	read_lengths_at(c, REGION_BAR0, WINDOW_PLACE);
}

static void read_long(struct check *c)
{
	uint8_t wanted[3000];
	size_t i;

	TRY(dev_fill(c, REGION_BAR2, 0, BLOCK_BOUNDARY, 41));
	for (i = 0; i < sizeof(wanted); i++)
		wanted[i] = pattern_byte(41, 333 + i);
	TRY(dev_same(c, REGION_BAR2, 333, wanted, sizeof(wanted)));
}

static void window_top(struct check *c)
{
	uint8_t bytes[16], byte = 0x77, back = 0;
	int64_t ret;

	CHECK(c, c->fn.region[REGION_BAR0].size == WINDOW_END, "BAR 0 has 0x%llx bytes",
	      (unsigned long long)c->fn.region[REGION_BAR0].size);
	TRY(dev_fill(c, REGION_BAR0, WINDOW_END - 16, 16, 21));
	ret = dev_read(c, REGION_BAR0, WINDOW_END - 8, bytes, 8);
	CHECK(c, ret == 8 && bytes[7] == pattern_byte(21, WINDOW_END - 1),
	      "read at the top returned %lld, last byte 0x%02x", (long long)ret, bytes[7]);
	if (!c->strict) {
		ret = dev_write(c, REGION_BAR0, WINDOW_END - 1, &byte, 1);
		if (ret == 1)
			ret = dev_read(c, REGION_BAR0, WINDOW_END - 1, &back, 1);
		CHECK(c, ret == 1 && back == byte, "the last byte: %lld, 0x%02x is there",
		      (long long)ret, back);
	}
	/* Byte 0 is another place: not one that the top wraps around to. */
	TRY(dev_fill(c, REGION_BAR0, 0, 16, 99));
	ret = dev_read(c, REGION_BAR0, WINDOW_END - 8, bytes, 1);
	CHECK(c, ret == 1 && bytes[0] == pattern_byte(21, WINDOW_END - 8),
	      "the top and byte 0 are the same");
}

static void window_end(struct check *c)
{
	uint8_t bytes[16];
	int64_t ret;

	TRY(dev_fill(c, REGION_BAR0, WINDOW_END - 16, 16, 22));
	TRY(dev_refuses(c, REGION_BAR0, WINDOW_END - 8, 16, EINVAL));
	ret = dev_read(c, REGION_BAR0, WINDOW_END - 8, bytes, sizeof(bytes));
	CHECK(c, ret == 8, "a read across the end returned %lld, not 8", (long long)ret);
	/* The next byte of the file belongs to BAR 1, which there is not. */
	ret = dev_read(c, REGION_BAR0, WINDOW_END, bytes, 1);
	CHECK(c, ret == -EINVAL, "a read behind the end returned %lld", (long long)ret);
	ret = dev_write(c, REGION_BAR0, WINDOW_END, bytes, 1);
	CHECK(c, ret == -EINVAL, "a write behind the end returned %lld", (long long)ret);
}

static void area_end(struct check *c)
{
	uint64_t size = c->fn.region[REGION_BAR2].size;
	uint8_t bytes[32];
	int64_t ret;

	TRY(dev_fill(c, REGION_BAR2, size - 16, 16, 23));
	TRY(dev_refuses(c, REGION_BAR2, size - 8, 16, EINVAL));
	ret = dev_read(c, REGION_BAR2, size - 8, bytes, sizeof(bytes));
	CHECK(c, ret == 8, "a read across the end returned %lld, not 8", (long long)ret);
	TRY(dev_refuses(c, REGION_BAR2, 0, size + 8, EINVAL));
	TRY(dev_refuses(c, REGION_BAR2, size, 16, EINVAL));
	ret = dev_read(c, REGION_BAR2, size, bytes, 1);
	CHECK(c, ret == -EINVAL, "a read behind the end returned %lld", (long long)ret);
	ret = dev_read(c, REGION_BAR2, (uint64_t)1 << 41, bytes, 1);
	CHECK(c, ret == -EINVAL, "a read at 2^41 returned %lld", (long long)ret);
}

static void bar_missing(struct check *c)
{
	static const unsigned int bars[] = { 1, 3, 5 };
	uint8_t bytes[16] = { 0 };
	int64_t r, w;
	size_t i;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		r = dev_read(c, bars[i], 0, bytes, 8);
		w = dev_write(c, bars[i], 0, bytes, 16);
		CHECK(c, r == -EINVAL && w == -EINVAL, "bar%u: read %lld, write %lld", bars[i],
		      (long long)r, (long long)w);
	}
}

static void msix_table(struct check *c)
{
	uint8_t bytes[16] = { 0 };
	int64_t ret;

	ret = dev_read(c, 4, 0, bytes, sizeof(bytes));
	CHECK(c, ret == 16 && bytes[0] == 0xff && bytes[15] == 0xff,
	      "a read of the table returned %lld, first byte 0x%02x", (long long)ret, bytes[0]);
	ret = dev_write(c, 4, 0, bytes, sizeof(bytes));
	CHECK(c, ret == -EINVAL, "a write to the table returned %lld", (long long)ret);
}

static void memory_off(struct check *c)
{
	uint8_t bytes[16] = { 0 };
	int64_t r, w;

	TRY(dev_works(c));
	TRY(dev_command(c, 0));
	r = dev_read(c, REGION_BAR2, 0, bytes, 16);
	w = dev_write(c, REGION_BAR2, 0, bytes, 16);
	CHECK(c, r == -EIO && w == -EIO, "with memory off: read %lld, write %lld", (long long)r,
	      (long long)w);
	TRY(dev_command(c, COMMAND_MEMORY | COMMAND_MASTER));
	TRY(dev_works(c));
}

static void no_length(struct check *c)
{
	int64_t r = dev_read(c, REGION_BAR2, 0, "", 0);
	int64_t w = dev_write(c, REGION_BAR2, 0, "", 0);

	CHECK(c, !r && !w, "read %lld, write %lld", (long long)r, (long long)w);
}

/* The buffer's second half is not there. */
static void fault(struct check *c)
{
	uint8_t before[128], *pages;
	int64_t r, w;

	TRY(dev_fill(c, REGION_BAR2, 0, sizeof(before), 50));
	r = dev_read(c, REGION_BAR2, 0, before, sizeof(before));
	CHECK(c, r == sizeof(before), "read returned %lld", (long long)r);
	pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(c, pages != MAP_FAILED && !munmap(pages + 4096, 4096), "no memory");
	memset(pages, 0x11, 4096);
	w = dev_write(c, REGION_BAR2, 0, pages + 4096 - 32, 64);
	r = dev_read(c, REGION_BAR2, 0, pages + 4096 - 32, 64);
	munmap(pages, 4096);
	CHECK(c, w == -EFAULT && r == -EFAULT, "read %lld, write %lld", (long long)r, (long long)w);
	TRY(dev_same(c, REGION_BAR2, 0, before, sizeof(before)));
}

const struct check_type checks_access[] = {
	EACH(1, "read-lengths", "lengths 1 to 64 at 0 to 16 of BAR 2", read_lengths),
	EACH(1, "read-lengths-window", "lengths 1 to 64 at 17 places of BAR 0",
	     read_lengths_window),
	EACH(1, "read-long", "3000 bytes at 333", read_long),
	EACH(7, "window-top", "the top of BAR 0 is a place of its own", window_top),
	EACH(7, "window-end", "across and behind the end of BAR 0", window_end),
	EACH(7, "area-end", "across and behind the end of BAR 2", area_end),
	EACH(8, "bar-missing", "a BAR that is not there is -EINVAL", bar_missing),
	EACH(8, "msix-table", "the MSI-X table is not the client's", msix_table),
	EACH(9, "memory-off", "no access while the command register forbids it", memory_off),
	EACH(3, "no-length", "nothing to do is no error", no_length),
	EACH(3, "fault", "memory that is not all there: nothing is stored", fault),
	{ .name = NULL },
};
