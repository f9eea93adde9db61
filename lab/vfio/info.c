// SPDX-License-Identifier: GPL-2.0-only
/*
 * info.c - what the driver says of the function: regions, and the zPCI
 * capabilities, which carry what a user must know of the function's group.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/vfio.h>
#include <linux/vfio_zdev.h>

#include "vfio/vfio.h"

/* The fields of a capability up to and including this one are there. */
#define HAS(len, type, field) ((len) >= offsetof(type, field) + sizeof(((type *)0)->field))

static void cap_base(struct function *fn, const void *cap, size_t len)
{
	const struct vfio_device_info_cap_zpci_base *base = cap;

	if (!HAS(len, struct vfio_device_info_cap_zpci_base, gid))
		return;
	fn->base_version = base->header.version;
	fn->vfn = base->vfn;
	fn->pft = base->pft;
}

static void cap_group(struct function *fn, const void *cap, size_t len)
{
	const struct vfio_device_info_cap_zpci_group *group = cap;

	if (!HAS(len, struct vfio_device_info_cap_zpci_group, version))
		return;
	fn->group_version = group->header.version;
	fn->cap_maxstbl = group->maxstbl;
	fn->pci_version = group->version;
	fn->maxstbl = group->maxstbl;
	/*
	 * maxstbl is what vfio-pci would send at once itself, 128 bytes;
	 * what the group takes is, since version 2, in imaxstbl.
	 */
	if (group->header.version >= 2 &&
	    HAS(len, struct vfio_device_info_cap_zpci_group, imaxstbl)) {
		fn->cap_imaxstbl = group->imaxstbl;
		if (group->imaxstbl)
			fn->maxstbl = group->imaxstbl;
	}
}

static void caps_walk(struct function *fn, const struct vfio_device_info *info)
{
	const uint8_t *start = (const uint8_t *)info;
	uint32_t at = info->cap_offset, last = 0;
	struct vfio_info_cap_header header;

	/* Each lies behind the one before: a broken chain ends, too. */
	while (at > last && at + sizeof(header) <= info->argsz) {
		memcpy(&header, start + at, sizeof(header));
		if (header.id == VFIO_DEVICE_INFO_CAP_ZPCI_BASE)
			cap_base(fn, start + at, info->argsz - at);
		else if (header.id == VFIO_DEVICE_INFO_CAP_ZPCI_GROUP)
			cap_group(fn, start + at, info->argsz - at);
		last = at;
		at = header.next;
	}
}

static int device_query(const struct vfio *vfio, struct function *fn)
{
	struct vfio_device_info *info, small = { .argsz = sizeof(small) };
	int ret = 0;

	if (ioctl(vfio->device, VFIO_DEVICE_GET_INFO, &small)) {
		ret = -errno;
		vfio_complain(fn, "VFIO_DEVICE_GET_INFO: %s", strerror(errno));
		return ret;
	}
	fn->num_regions = small.num_regions;
	fn->num_irqs = small.num_irqs;
	if (!(small.flags & VFIO_DEVICE_FLAGS_CAPS) || small.argsz <= sizeof(small))
		return 0;
	info = calloc(1, small.argsz);
	if (!info)
		return -ENOMEM;
	info->argsz = small.argsz;
	if (ioctl(vfio->device, VFIO_DEVICE_GET_INFO, info)) {
		ret = -errno;
		vfio_complain(fn, "VFIO_DEVICE_GET_INFO with capabilities: %s", strerror(errno));
	} else if (info->cap_offset >= sizeof(*info)) {
		if (info->argsz > small.argsz)
			info->argsz = small.argsz;
		caps_walk(fn, info);
	}
	free(info);
	return ret;
}

static void regions_query(const struct vfio *vfio, struct function *fn)
{
	struct vfio_region_info info;
	unsigned int i;

	for (i = 0; i < fn->num_regions && i < REGIONS_MAX; i++) {
		memset(&info, 0, sizeof(info));
		info.argsz = sizeof(info);
		info.index = i;
		/* A driver may refuse the ones that it does not have. */
		if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &info))
			continue;
		fn->region[i].known = true;
		fn->region[i].flags = info.flags;
		fn->region[i].size = info.size;
		fn->region[i].offset = info.offset;
	}
}

/*
 * A function that works interrupts by MSI.  The lab's memory (lab/run --memory), which
 * no driver should take for one, has nothing but MSI-X.
 */
static bool works(const struct vfio *vfio)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = VFIO_PCI_MSI_IRQ_INDEX };

	return !ioctl(vfio->device, VFIO_DEVICE_GET_IRQ_INFO, &info) && info.count;
}

/*
 * How many bits of a file offset are the place in a region is the driver's
 * choice: take it from where it puts BAR 2, or any other region.
 */
static unsigned int shift_of(const struct function *fn)
{
	unsigned int i;

	for (i = 1; i < REGIONS_MAX; i++) {
		if (fn->region[i].known && fn->region[i].offset / i)
			return 63 - (unsigned int)__builtin_clzll(fn->region[i].offset / i);
	}
	return fn->contract->shift;
}

int vfio_query(const struct vfio *vfio, struct function *fn)
{
	int ret = device_query(vfio, fn);

	if (ret)
		return ret;
	regions_query(vfio, fn);
	fn->works = works(vfio);
	fn->shift = shift_of(fn);
	return 0;
}
