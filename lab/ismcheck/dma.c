// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma.c - checks of DMA: memory is the function's when it was mapped, where it
 * was mapped, and not otherwise.
 */
#include "ismcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/iommufd.h>
#include <linux/vfio.h>

#define SIZE   65536
#define STRIDE (4ull << 20)

/* The lowest I/O address that the IOMMU takes; 0 and noted if it does not say. */
static uint64_t iova_first_group(struct check *c)
{
	struct vfio_iommu_type1_info *info = calloc(1, 4096);
	struct vfio_iommu_type1_info_cap_iova_range *cap;
	uint64_t first = 0;
	uint32_t at;

	info->argsz = 4096;
	if (!ioctl(c->vfio.container, VFIO_IOMMU_GET_INFO, info) &&
	    (info->flags & VFIO_IOMMU_INFO_CAPS)) {
		for (at = info->cap_offset; at && at < 4096 - sizeof(*cap); at = cap->header.next) {
			cap = (void *)((char *)info + at);
			if (cap->header.id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE && cap->nr_iovas)
				first = cap->iova_ranges[0].start;
		}
	}
	free(info);
	return first;
}

static uint64_t iova_first_cdev(struct check *c)
{
	struct iommu_iova_range ranges[8] = { 0 };
	struct iommu_ioas_iova_ranges arg = {
		.size = sizeof(arg),
		.ioas_id = c->vfio.ioas,
		.num_iovas = 8,
		.allowed_iovas = (uintptr_t)ranges,
	};

	if (ioctl(c->vfio.iommufd, IOMMU_IOAS_IOVA_RANGES, &arg))
		return 0;
	return ranges[0].start;
}

static uint64_t iova_first(struct check *c)
{
	uint64_t first = c->vfio.iommufd >= 0 ? iova_first_cdev(c) : iova_first_group(c);

	if (!first)
		check_fail(c, "the IOMMU does not say which addresses it takes");
	return first;
}

static int dma_map(struct check *c, void *memory, uint64_t iova, bool writable)
{
	struct vfio_iommu_type1_dma_map group = {
		.argsz = sizeof(group),
		.flags = VFIO_DMA_MAP_FLAG_READ | (writable ? VFIO_DMA_MAP_FLAG_WRITE : 0),
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = SIZE,
	};
	struct iommu_ioas_map cdev = {
		.size = sizeof(cdev),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 (writable ? IOMMU_IOAS_MAP_WRITEABLE : 0),
		.ioas_id = c->vfio.ioas,
		.user_va = (uintptr_t)memory,
		.length = SIZE,
		.iova = iova,
	};
	int ret;

	if (c->vfio.iommufd >= 0)
		ret = ioctl(c->vfio.iommufd, IOMMU_IOAS_MAP, &cdev);
	else
		ret = ioctl(c->vfio.container, VFIO_IOMMU_MAP_DMA, &group);
	return ret ? -errno : 0;
}

/* How many bytes were unmapped, or -errno. */
static int64_t dma_unmap(struct check *c, uint64_t iova)
{
	struct vfio_iommu_type1_dma_unmap group = {
		.argsz = sizeof(group),
		.iova = iova,
		.size = SIZE,
	};
	struct iommu_ioas_unmap cdev = {
		.size = sizeof(cdev),
		.ioas_id = c->vfio.ioas,
		.iova = iova,
		.length = SIZE,
	};

	if (c->vfio.iommufd >= 0)
		return ioctl(c->vfio.iommufd, IOMMU_IOAS_UNMAP, &cdev) ? -errno
								       : (int64_t)cdev.length;
	return ioctl(c->vfio.container, VFIO_IOMMU_UNMAP_DMA, &group) ? -errno
								      : (int64_t)group.size;
}

static uint8_t *memory_get(void)
{
	uint8_t *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

static void map_unmap_at(struct check *c, uint8_t *memory, uint64_t iova)
{
	unsigned int i;
	int64_t ret;

	for (i = 0; i < 8; i++) {
		ret = dma_map(c, memory, iova + i * STRIDE, true);
		CHECK(c, !ret, "map %u: %lld", i, (long long)ret);
	}
	ret = dma_map(c, memory, iova, true);
	CHECK(c, ret == -EEXIST, "the same address again: %lld", (long long)ret);
	for (i = 0; i < 8; i++) {
		ret = dma_unmap(c, iova + i * STRIDE);
		CHECK(c, ret == SIZE, "unmap %u: %lld", i, (long long)ret);
	}
	ret = dma_map(c, memory, iova, true);
	CHECK(c, !ret, "map after unmap: %lld", (long long)ret);
	ret = dma_unmap(c, iova);
	CHECK(c, ret == SIZE, "unmap: %lld", (long long)ret);
}

static void map_unmap(struct check *c)
{
	uint64_t iova = iova_first(c);
	uint8_t *memory = memory_get();

	if (iova)
		map_unmap_at(c, memory, iova);
	munmap(memory, SIZE);
}

static void transfer_at(struct check *c, uint8_t *memory, uint64_t iova)
{
	uint64_t at = iova + STRIDE;
	int64_t ret = dma_map(c, memory, iova, true);

	CHECK(c, !ret, "map: %lld", (long long)ret);
	memset(memory, 0x21, SIZE);
	TRY(order_must(c, "dma-check iova=0x%llx len=4096 value=0x21",
		       (unsigned long long)iova + 8192));
	TRY(order_must(c, "dma-write iova=0x%llx len=100 value=0x42",
		       (unsigned long long)iova + SIZE - 100));
	CHECK(c,
	      memory[SIZE - 101] == 0x21 && memory[SIZE - 100] == 0x42 && memory[SIZE - 1] == 0x42,
	      "the function wrote something else: 0x%02x 0x%02x", memory[SIZE - 101],
	      memory[SIZE - 1]);
	/* Elsewhere, and what was there is gone. */
	ret = dma_unmap(c, iova);
	CHECK(c, ret == SIZE, "unmap: %lld", (long long)ret);
	ret = dma_map(c, memory, at, true);
	CHECK(c, !ret, "map at another address: %lld", (long long)ret);
	TRY(order_must(c, "dma-write iova=0x%llx len=4 value=0x63", (unsigned long long)at));
	CHECK(c, memory[0] == 0x63, "the function wrote 0x%02x", memory[0]);
	CHECK(c, order(c, "dma-write iova=0x%llx len=4 value=0x99", (unsigned long long)iova),
	      "the function wrote to an address that was unmapped");
	CHECK(c, memory[0] == 0x63, "an unmapped address reached memory");
}

static void transfer(struct check *c)
{
	uint64_t iova = iova_first(c);
	uint8_t *memory = memory_get();

	if (iova)
		transfer_at(c, memory, iova);
	munmap(memory, SIZE);
}

const struct check_type checks_dma[] = {
	EACH(12, "dma-map", "map, unmap, map again", map_unmap),
	/* The function is in error state after it, and Linux holds it for lost. */
	ALONE(12, "dma-transfer", "the function reaches what is mapped, and nothing else",
	      transfer),
	{ .name = NULL },
};
