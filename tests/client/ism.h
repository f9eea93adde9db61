/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ism.h - what the clients that drive ISM functions share: one opened through a VFIO group, with
 * memory, an interrupt, SBA and IEQ.
 */
#ifndef CLIENT_ISM_H
#define CLIENT_ISM_H

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

__attribute__((unused)) static int unmap(struct fn *f, uint64_t iova, size_t size)
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
__attribute__((unused)) static unsigned int irqs(struct fn *f, int ms)
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
	ok(f->fn.works, "%s says that it works", f->fn.address);
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

#endif /* CLIENT_ISM_H */
