// SPDX-License-Identifier: GPL-2.0-only
/*
 * open.c - open and close a function, and the memory that it writes to.
 */
#include "ism/bytes.h"
#include "ism/internal.h"
#include "vfio/dma.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Where each piece of memory is mapped: apart from the others, so that what is written past
 * one has nowhere to go.
 */
#define IOVA_STRIDE (2ull * ISM_DMB_MAX)
/* So many places are used as long as they are enough: the first ones are good in any case. */
#define IOVA_NEAR 16u

uint8_t *memory_get(struct ism *ism, uint32_t len, uint64_t *iova)
{
	uint8_t *memory = mmap(NULL, len, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint32_t near = ism->iova_places < IOVA_NEAR ? ism->iova_places : IOVA_NEAR;
	uint32_t tries = 0, place;
	int ret;

	if (memory == MAP_FAILED)
		return NULL;
	/* Taken in turn: a late store to what was there before finds nothing. */
	do {
		place = tries < near ? ism->iova_next++ % near : tries;
		*iova = ism->iova_base + IOVA_STRIDE * place;
		ret = vfio_map(&ism->vfio, memory, *iova, len);
	} while (ret == -EEXIST && ++tries < ism->iova_places);
	if (!ret)
		return memory;
	munmap(memory, len);
	errno = -ret;
	return NULL;
}

void memory_put(struct ism *ism, uint8_t *memory, uint32_t len, uint64_t iova)
{
	if (!memory)
		return;
	vfio_unmap(&ism->vfio, iova, len);
	munmap(memory, len);
}

int ism_lendable(struct ism *ism, uint32_t len)
{
	uint64_t iova;
	uint8_t *memory = memory_get(ism, len, &iova);

	if (!memory)
		return -errno;
	memory_put(ism, memory, len, iova);
	return 0;
}

/* VFIO gives a function with its memory and its own accesses turned off. */
static int enable(struct ism *ism)
{
	/* Configuration space is little-endian. */
	uint16_t command = htole16(COMMAND_MEMORY | COMMAND_MASTER);
	off_t at = (off_t)(ism->fn.region[REGION_CONFIG].offset + CONFIG_COMMAND);
	ssize_t done = pwrite(ism->vfio.device, &command, sizeof(command), at);

	return done == sizeof(command) ? 0 : done < 0 ? -errno : -EIO;
}

static int register_pages(struct ism *ism)
{
	uint8_t request[16];
	uint64_t iova;
	int ret;

	ism->sba = memory_get(ism, ISM_PAGE, &iova);
	if (!ism->sba)
		return -errno;
	put64(request, iova);
	ret = ism_command(ism, ISM_REG_SBA, request, 8, NULL, 0);
	if (ret)
		return ret;
	ism->ieq = memory_get(ism, ISM_PAGE, &iova);
	if (!ism->ieq)
		return -errno;
	put64(request, iova);
	put64(request + 8, ISM_PAGE);
	return ism_command(ism, ISM_REG_IEQ, request, 16, NULL, 0);
}

static const char *why(int err)
{
	switch (err) {
	case EPROTO:
	case ENOENT:
		return "it does not answer commands as an ISM function does";
	case ENOMEM:
		return "no memory may be locked for it; ulimit -l says how much";
	default:
		return strerror(err);
	}
}

/*
 * What VFIO offers is not all good: by iommufd Linux 7.2 says 4 TiB for a function that has as
 * much as the machine has memory, and puts it into error state when more is mapped.  What
 * the IOMMU group says is reserved is right.
 */
static void leave_out_reserved(const char *address, uint64_t *first, uint64_t *last)
{
	unsigned long long start, end;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/reserved_regions",
		 address);
	file = fopen(path, "re");
	if (!file)
		return;
	/* Start, end and kind, in order of their starts. */
	while (fscanf(file, "%llx %llx %*s", &start, &end) == 2) {
		if (start <= *first && end >= *first)
			*first = end + 1;
		else if (start > *first && start <= *last)
			*last = start - 1;
	}
	fclose(file);
}

static int find_places(struct ism *ism)
{
	uint64_t first, last;
	int ret = vfio_iova_range(&ism->vfio, &first, &last);

	if (ret)
		return ret;
	leave_out_reserved(ism->fn.address, &first, &last);
	first = (first + IOVA_STRIDE - 1) / IOVA_STRIDE * IOVA_STRIDE;
	/* Address 0 is "none" to the function. */
	if (!first)
		first = IOVA_STRIDE;
	if (last < first + 4 * IOVA_STRIDE)
		return -ENOSPC;
	ism->iova_base = first;
	ism->iova_places = (uint32_t)((last - first) / IOVA_STRIDE);
	return 0;
}

static int set_up(struct ism *ism)
{
	struct ism_info info;
	int ret = enable(ism);

	if (ret)
		return ret;
	ret = ism_query(ism, &info);
	if (ret)
		return ret;
	ism->gid = info.gid;
	ret = find_places(ism);
	if (ret)
		return ret;
	ism->irq = vfio_msi_eventfd(&ism->vfio);
	if (ism->irq < 0)
		return ism->irq == -ENOENT ? -EPROTO : ism->irq;
	return register_pages(ism);
}

int ism_open(struct ism *ism, const char *address, enum interface interface)
{
	int ret;

	*ism = (struct ism){
		.vfio = { .container = -1, .group = -1, .iommufd = -1, .device = -1 },
		.irq = -1,
	};
	ret = vfio_find(address, &ism->fn);
	if (!ret)
		ret = vfio_open(&ism->vfio, &ism->fn, interface);
	if (!ret)
		ret = vfio_query(&ism->vfio, &ism->fn);
	/* All of these have said what is wrong. */
	if (ret)
		return ret;
	ism->block = ism->fn.maxstbl;
	if (ism->block < 16 || ism->block > ISM_BLOCK_MAX)
		ism->block = ism->block < 16 ? 16 : ISM_BLOCK_MAX;
	ret = set_up(ism);
	if (ret) {
		vfio_complain(&ism->fn, "%s", why(-ret));
		return ret == -EPROTO || ret == -ENOENT ? -ENXIO : ret;
	}
	return 0;
}

void ism_close(struct ism *ism)
{
	/* Closing the device resets the function, which ends all that was registered. */
	vfio_close(&ism->vfio);
	if (ism->sba)
		munmap(ism->sba, ISM_PAGE);
	if (ism->ieq)
		munmap(ism->ieq, ISM_PAGE);
	if (ism->irq >= 0)
		close(ism->irq);
	ism->sba = ism->ieq = NULL;
	ism->irq = -1;
}
