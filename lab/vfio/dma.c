// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma.c - memory and interrupts of a function, by the group's container or by iommufd.
 */
#include "vfio/dma.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vfio.h>
#ifdef VFIO_DEVICE_BIND_IOMMUFD
#include <linux/iommufd.h>
#endif

/* What the kernel has to say of a container fits easily. */
#define INFO_ROOM 4096

static int range_of_group(int container, uint64_t *first, uint64_t *last)
{
	union {
		struct vfio_iommu_type1_info info;
		uint8_t bytes[INFO_ROOM];
	} arg;
	struct vfio_iommu_type1_info_cap_iova_range cap;
	uint32_t at, before = 0;

	memset(&arg, 0, sizeof(arg));
	arg.info.argsz = sizeof(arg);
	if (ioctl(container, VFIO_IOMMU_GET_INFO, &arg))
		return -errno;
	if (!(arg.info.flags & VFIO_IOMMU_INFO_CAPS))
		return -ENODATA;
	/* Each lies behind the one before: a broken chain ends, too. */
	for (at = arg.info.cap_offset; at > before && at + sizeof(cap) <= sizeof(arg);
	     before = at, at = cap.header.next) {
		memcpy(&cap, arg.bytes + at, sizeof(cap));
		if (cap.header.id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE && cap.nr_iovas &&
		    at + sizeof(cap) + sizeof(cap.iova_ranges[0]) <= sizeof(arg)) {
			struct vfio_iova_range range;

			memcpy(&range, arg.bytes + at + sizeof(cap), sizeof(range));
			*first = range.start;
			*last = range.end;
			return 0;
		}
	}
	return -ENODATA;
}

#ifdef VFIO_DEVICE_BIND_IOMMUFD
static int range_of_cdev(const struct vfio *vfio, uint64_t *first, uint64_t *last)
{
	struct iommu_iova_range ranges[8] = { 0 };
	struct iommu_ioas_iova_ranges arg = {
		.size = sizeof(arg),
		.ioas_id = vfio->ioas,
		.num_iovas = 8,
		.allowed_iovas = (uintptr_t)ranges,
	};

	if (ioctl(vfio->iommufd, IOMMU_IOAS_IOVA_RANGES, &arg))
		return -errno;
	if (!arg.num_iovas)
		return -ENODATA;
	*first = ranges[0].start;
	*last = ranges[0].last;
	return 0;
}

static int map_cdev(const struct vfio *vfio, void *memory, uint64_t iova, uint64_t len)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = vfio->ioas,
		.user_va = (uintptr_t)memory,
		.length = len,
		.iova = iova,
	};

	return ioctl(vfio->iommufd, IOMMU_IOAS_MAP, &map) ? -errno : 0;
}

static int unmap_cdev(const struct vfio *vfio, uint64_t iova, uint64_t len)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = vfio->ioas,
		.iova = iova,
		.length = len,
	};

	return ioctl(vfio->iommufd, IOMMU_IOAS_UNMAP, &unmap) ? -errno : 0;
}
#else
static int range_of_cdev(const struct vfio *vfio, uint64_t *first, uint64_t *last)
{
	(void)vfio;
	(void)first;
	(void)last;
	return -ENOSYS;
}

static int map_cdev(const struct vfio *vfio, void *memory, uint64_t iova, uint64_t len)
{
	(void)vfio;
	(void)memory;
	(void)iova;
	(void)len;
	return -ENOSYS;
}

static int unmap_cdev(const struct vfio *vfio, uint64_t iova, uint64_t len)
{
	(void)vfio;
	(void)iova;
	(void)len;
	return -ENOSYS;
}
#endif

int vfio_iova_range(const struct vfio *vfio, uint64_t *first, uint64_t *last)
{
	return vfio->iommufd >= 0 ? range_of_cdev(vfio, first, last)
				  : range_of_group(vfio->container, first, last);
}

int vfio_map(const struct vfio *vfio, void *memory, uint64_t iova, uint64_t len)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = len,
	};

	if (vfio->iommufd >= 0)
		return map_cdev(vfio, memory, iova, len);
	return ioctl(vfio->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int vfio_unmap(const struct vfio *vfio, uint64_t iova, uint64_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = len,
	};

	if (vfio->iommufd >= 0)
		return unmap_cdev(vfio, iova, len);
	return ioctl(vfio->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

int vfio_msi_eventfd(const struct vfio *vfio)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = VFIO_PCI_MSI_IRQ_INDEX };
	union {
		struct vfio_irq_set set;
		uint8_t bytes[sizeof(struct vfio_irq_set) + sizeof(int32_t)];
	} arg;
	int32_t fd;
	int err;

	if (ioctl(vfio->device, VFIO_DEVICE_GET_IRQ_INFO, &info))
		return -errno;
	if (!info.count)
		return -ENOENT;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	memset(&arg, 0, sizeof(arg));
	arg.set.argsz = sizeof(arg);
	arg.set.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	arg.set.index = VFIO_PCI_MSI_IRQ_INDEX;
	arg.set.count = 1;
	memcpy(arg.bytes + sizeof(arg.set), &fd, sizeof(fd));
	if (ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, &arg)) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}
