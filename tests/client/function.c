// SPDX-License-Identifier: GPL-2.0-only
/*
 * function A B - two ISM functions, driven by VFIO, of which one writes to the other's
 * memory: what of it is the machine's, and not the protocol's, which has a unit test.
 * Prints "ok" or "not ok" for each.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "ism-bytes.h"
#include "unit.h"
#include "vfio/contract.h"
#include "vfio/vfio.h"

#define PAGE	4096u
#define PAGES	16u
#define IOVA	0x110000000
#define SBA	IOVA
#define IEQ	(IOVA + PAGE)
#define DMB	(IOVA + 4 * PAGE)
#define DMB_LEN (8 * PAGE)

struct fn {
	struct function fn;
	struct vfio vfio;
	uint8_t *memory;
	uint8_t area[256];
	uint64_t gid;
	int irq;
};

static int64_t store(struct fn *f, unsigned int bar, uint64_t offset, const void *data, size_t len)
{
	ssize_t n = pwrite(f->vfio.device, data, len, (off_t)(f->fn.region[bar].offset + offset));

	return n < 0 ? -errno : n;
}

static int64_t load(struct fn *f, unsigned int bar, uint64_t offset, void *data, size_t len)
{
	ssize_t n = pread(f->vfio.device, data, len, (off_t)(f->fn.region[bar].offset + offset));

	return n < 0 ? -errno : n;
}

/* The whole command as one store block: the header is at its beginning. */
static unsigned int command(struct fn *f, uint32_t code, const uint64_t *words, unsigned int count)
{
	unsigned int i, len = 8 + 8 * count;

	memset(f->area, 0, sizeof(f->area));
	ism_put(f->area, 4, code);
	ism_put(f->area + 6, 2, len);
	for (i = 0; i < count; i++)
		ism_put(f->area + 8 + 8 * i, 8, words[i]);
	if (store(f, 2, 0, f->area, len) != (int64_t)len)
		return 1;
	if (load(f, 2, 0, f->area, 208) != 208)
		return 2;
	return (unsigned int)ism_get(f->area + 4, 2);
}

#define cmd(f, code, ...)                                   \
	command(f, code, (const uint64_t[]){ __VA_ARGS__ }, \
		sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static int map(struct fn *f, uint64_t iova, void *memory, size_t size, uint32_t flags)
{
	struct vfio_iommu_type1_dma_map arg = {
		.argsz = sizeof(arg),
		.flags = flags,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return ioctl(f->vfio.container, VFIO_IOMMU_MAP_DMA, &arg) ? -errno : 0;
}

static int unmap(struct fn *f, uint64_t iova, size_t size)
{
	struct vfio_iommu_type1_dma_unmap arg = {
		.argsz = sizeof(arg),
		.iova = iova,
		.size = size,
	};

	return ioctl(f->vfio.container, VFIO_IOMMU_UNMAP_DMA, &arg) ? -errno : 0;
}

static void irq_open(struct fn *f)
{
	union {
		struct vfio_irq_set set;
		uint8_t bytes[sizeof(struct vfio_irq_set) + sizeof(int)];
	} arg = { .set = { .argsz = sizeof(arg.bytes),
			   .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			   .index = VFIO_PCI_MSI_IRQ_INDEX,
			   .count = 1 } };

	f->irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	memcpy(arg.bytes + sizeof(arg.set), &f->irq, sizeof(int));
	ok(!ioctl(f->vfio.device, VFIO_DEVICE_SET_IRQS, &arg), "an eventfd for its interrupt");
}

/* How many interrupts there were; those that come take no longer than this. */
static unsigned int irqs(struct fn *f, int ms)
{
	struct pollfd pfd = { .fd = f->irq, .events = POLLIN };
	uint64_t count = 0;

	if (poll(&pfd, 1, ms) == 1 && read(f->irq, &count, 8) != 8)
		count = 0;
	return (unsigned int)count;
}

static void fn_open(struct fn *f, const char *address)
{
	uint16_t master = 0x0600; /* memory and bus master, in PCI's byte order */

	memset(f, 0, sizeof(*f));
	if (vfio_find(address, &f->fn))
		exit(3);
	f->fn.contract = contract_of_driver(f->fn.driver);
	if (vfio_open(&f->vfio, &f->fn, INTERFACE_GROUP) || vfio_query(&f->vfio, &f->fn))
		exit(3);
	ok(f->fn.works, "%s says that it works", address);
	store(f, REGION_CONFIG, CONFIG_COMMAND, &master, 2);
	f->memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (f->memory == MAP_FAILED)
		abort();
	is_int(map(f, IOVA, f->memory, PAGES * PAGE,
		   VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE),
	       0, "its memory is mapped");
	irq_open(f);
	is_int(command(f, 0x3, NULL, 0), 0, "read GID");
	f->gid = ism_get(f->area + 8, 8);
	is_int(cmd(f, 0x1, SBA), 0, "register SBA");
	is_int(cmd(f, 0x2, IEQ, 512), 0, "register IEQ");
}

static uint64_t dmb(struct fn *f, uint64_t iova, uint64_t writer)
{
	is_int(cmd(f, 0xa, iova, (uint64_t)DMB_LEN << 32 | 40, 0, writer), 0, "register DMB");
	return ism_get(f->area + 8, 8);
}

static void moves(struct fn *a, struct fn *b, uint64_t tok)
{
	uint8_t *there = a->memory + 4 * PAGE, block[PAGE], back[8];
	unsigned int i;

	for (i = 0; i < PAGE; i++)
		block[i] = (uint8_t)(i * 7 + 1);
	is_int(store(b, 0, tok, block, PAGE), PAGE, "a page in one store");
	ok(!memcmp(there, block, PAGE), "it is in the other's memory");
	is_int(store(b, 0, tok | 5003, block, 13), 13, "13 bytes at an odd place");
	ok(!memcmp(there + 5003, block, 13) && !there[5002] && !there[5016], "and nothing else");
	is_int(irqs(a, 0), 0, "no interrupt was asked for");
	is_int(store(b, 0, tok | 1ull << 24 | 1 << 23, block + 8, 8), 8, "with a signal");
	is_int(irqs(a, 5000), 1, "it interrupts");
	is_int(ism_get(a->memory, 1), 0x80, "the summary bit");
	is_int(ism_get(a->memory + 4 + 40 / 8, 1), 0x80, "the DMB's bit");
	ok(!memcmp(there, block + 8, 8), "the data was there before");
	a->memory[0] = 0;

	is_int(load(b, 0, tok, back, 8), -EIO, "the window is not for reading");
	is_int(store(b, 0, tok | DMB_LEN, block, 8), -EIO, "past the end");
	is_int(store(a, 0, tok, block, 8), -EIO, "the owner is not the writer");
	is_int(store(b, 0, tok + (1ull << 28), block, 8), -EIO, "no such token");
	is_int(store(b, 0, 0, block, 8), -EIO, "none at all");
	ok(!memcmp(there, block + 8, 8), "nothing was stored");
}

static void unmapped(struct fn *a, struct fn *b, uint64_t tok)
{
	uint8_t block[16] = "0123456789abcdef";
	uint8_t *there = a->memory + 4 * PAGE;

	/* Unmapping is by whole mappings: a DMB of its own in a mapping of its own. */
	is_int(unmap(a, IOVA, PAGES * PAGE), 0, "the owner takes its memory away");
	memset(there, 0, DMB_LEN);
	is_int(store(b, 0, tok, block, 16), -EIO, "a store to it");
	is_int(map(a, IOVA, a->memory, 5 * PAGE, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE),
	       0, "the first page is back");
	is_int(store(b, 0, tok | (PAGE - 8), block, 8), 8, "up to its end");
	is_int(store(b, 0, tok | PAGE, block, 8), -EIO, "the next page is not there");
	is_int(map(a, IOVA + 5 * PAGE, a->memory + 5 * PAGE, 11 * PAGE, VFIO_DMA_MAP_FLAG_READ), 0,
	       "it is, but for reading");
	is_int(store(b, 0, tok | PAGE, block, 8), -EIO, "a store to it");
	ok(!ism_get(there + PAGE, 8), "nothing was stored");
	is_int(command(a, 0x3, NULL, 0), 0, "the owner is none the worse");
}

static void events(struct fn *a, struct fn *b, const char *address)
{
	is_int(cmd(b, 0xe, a->gid, 1ull << 32 | 77, 88), 0, "signal IEQ");
	is_int(irqs(a, 5000), 1, "it interrupts");
	is_int(ism_get(a->memory, 1) & 0x40, 0x40, "the event bit");
	is_int(ism_get(a->memory + PAGE, 8), 1, "one event");
	is_int(ism_get(a->memory + PAGE + 32, 8), 2ull << 32 | 77, "type and code");
	is_int(ism_get(a->memory + PAGE + 40, 8), b->gid, "from whom");
	is_int(ism_get(a->memory + PAGE + 56, 8), 88, "what it says");
	a->memory[0] = 0;
	/* Closing resets the function. */
	vfio_close(&b->vfio);
	is_int(irqs(a, 5000), 1, "the other one's end interrupts");
	is_int(ism_get(a->memory + PAGE + 64, 8), 1ull << 32 | 7, "the GID is gone");
	is_int(ism_get(a->memory + PAGE + 72, 8), b->gid, "which one");
	a->memory[0] = 0;
	fn_open(b, address);
}

int main(int argc, char **argv)
{
	struct fn a, b;
	uint64_t tok;

	if (argc != 3) {
		fprintf(stderr, "usage: function A B\n");
		return 2;
	}
	fn_open(&a, argv[1]);
	fn_open(&b, argv[2]);
	ok(a.gid != b.gid, "the GIDs differ");
	is_int(cmd(&a, 0x9, b.gid, 0), 0, "query remote GID");
	is_int(cmd(&a, 0x9, a.gid, 0), 0xffff, "its own is none");
	is_int(cmd(&a, 0xa, IOVA + PAGES * PAGE, (uint64_t)PAGE << 32 | 40, 0, b.gid), 0xffff,
	       "a DMB outside what is mapped");
	tok = dmb(&a, DMB, b.gid);
	moves(&a, &b, tok);
	events(&a, &b, argv[2]);
	is_int(store(&b, 0, tok, "again", 5), -EIO, "who was gone has lost its DMB");
	is_int(cmd(&a, 0xb, tok), 0, "unregister DMB");
	tok = dmb(&a, DMB, b.gid);
	unmapped(&a, &b, tok);
	return unit_end();
}
