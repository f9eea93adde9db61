// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio.c - open a function through a VFIO group or a VFIO character device.
 */
#include "vfio/vfio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vfio.h>
#ifdef VFIO_DEVICE_BIND_IOMMUFD
#include <linux/iommufd.h>
#endif

#define DEVICES "/sys/bus/pci/devices"

/* The number of the function's IOMMU group, or -1. */
static int group_number(const struct function *fn)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base;
	ssize_t len;

	snprintf(path, sizeof(path), DEVICES "/%s/iommu_group", fn->address);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -1;
	target[len] = '\0';
	base = strrchr(target, '/');
	return base ? atoi(base + 1) : -1;
}

/* open() of a file in /dev, with what its errors mean there. */
static int file_open(const struct function *fn, const char *path, const char *missing)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), err = errno;

	if (fd >= 0)
		return fd;
	switch (err) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		vfio_complain(fn, "there is no %s: %s", path, missing);
		break;
	case EACCES:
	case EPERM:
		vfio_complain(fn, "no permission for %s; as root: chown %u %s", path,
			      (unsigned int)geteuid(), path);
		break;
	case EBUSY:
		vfio_complain(fn, "%s is in use by another process; which: fuser -v %s", path,
			      path);
		break;
	default:
		vfio_complain(fn, "cannot open %s: %s", path, strerror(err));
		break;
	}
	return -err;
}

static int container_prepare(const struct vfio *vfio, const struct function *fn)
{
	int type;

	if (ioctl(vfio->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
		vfio_complain(fn, "this kernel's VFIO has an API that is not known here");
		return -EPROTO;
	}
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container)) {
		int err = errno;

		if (err == EBUSY)
			vfio_complain(fn,
				      "its group already belongs to another process's container");
		else
			vfio_complain(fn, "cannot put its group into a container: %s",
				      strerror(err));
		return -err;
	}
	type = ioctl(vfio->container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) > 0
		       ? VFIO_TYPE1v2_IOMMU
		       : VFIO_TYPE1_IOMMU;
	if (ioctl(vfio->container, VFIO_SET_IOMMU, type)) {
		int err = errno;

		vfio_complain(fn,
			      "cannot set up its IOMMU: %s; is it there: modprobe vfio_iommu_type1",
			      strerror(err));
		return -err;
	}
	return 0;
}

static int group_open(struct vfio *vfio, struct function *fn)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int number = group_number(fn), ret;
	char path[64];

	if (number < 0) {
		vfio_complain(fn, "it has no IOMMU group; VFIO needs the IOMMU");
		return -ENODEV;
	}
	vfio->container = file_open(fn, "/dev/vfio/vfio", "modprobe vfio");
	if (vfio->container < 0)
		return vfio->container;
	snprintf(path, sizeof(path), "/dev/vfio/%d", number);
	vfio->group = file_open(fn, path, "a kernel without VFIO groups? try --interface cdev");
	if (vfio->group < 0)
		return vfio->group;
	if (ioctl(vfio->group, VFIO_GROUP_GET_STATUS, &status)) {
		ret = -errno;
		vfio_complain(fn, "cannot ask for the state of group %d: %s", number,
			      strerror(errno));
		return ret;
	}
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		vfio_complain(
			fn,
			"group %d is not viable: bind all of its functions to VFIO drivers: ls /sys/kernel/iommu_groups/%d/devices",
			number, number);
		return -EPERM;
	}
	ret = container_prepare(vfio, fn);
	if (ret)
		return ret;
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, fn->address);
	if (vfio->device < 0) {
		ret = -errno;
		vfio_complain(fn, "its driver %s does not open it: %s; see dmesg", fn->driver,
			      strerror(errno));
		return ret;
	}
	fn->interface = "group";
	return 0;
}

#ifdef VFIO_DEVICE_BIND_IOMMUFD
/* The name of the function's character device, "vfio0"; "" if it has none. */
static void cdev_name(const struct function *fn, char *name, size_t size)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	name[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "/%s/vfio-dev", fn->address);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(name, size, "%s", entry->d_name);
	}
	closedir(dir);
}

static bool cdev_exists(const struct function *fn)
{
	char name[NAME_MAX + 1], path[PATH_MAX];

	cdev_name(fn, name, sizeof(name));
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	return name[0] && !access(path, F_OK);
}

static int cdev_open(struct vfio *vfio, struct function *fn)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	struct vfio_device_attach_iommufd_pt attach = { .argsz = sizeof(attach) };
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	char name[NAME_MAX + 1], path[PATH_MAX];
	int ret;

	cdev_name(fn, name, sizeof(name));
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name[0] ? name : "vfio*");
	vfio->device = file_open(fn, path,
				 "the kernel wants CONFIG_VFIO_DEVICE_CDEV; try --interface group");
	if (vfio->device < 0)
		return vfio->device;
	vfio->iommufd = file_open(fn, "/dev/iommu", "modprobe iommufd, or try --interface group");
	if (vfio->iommufd < 0)
		return vfio->iommufd;
	bind.iommufd = vfio->iommufd;
	if (ioctl(vfio->device, VFIO_DEVICE_BIND_IOMMUFD, &bind)) {
		ret = -errno;
		vfio_complain(fn, "cannot bind %s to iommufd: %s%s", path, strerror(errno),
			      errno == EBUSY ? "; its group is open in another process" : "");
		return ret;
	}
	/* Without an address space a function is half open. */
	if (ioctl(vfio->iommufd, IOMMU_IOAS_ALLOC, &alloc)) {
		ret = -errno;
		vfio_complain(fn, "cannot make an I/O address space: %s", strerror(errno));
		return ret;
	}
	vfio->ioas = attach.pt_id = alloc.out_ioas_id;
	if (ioctl(vfio->device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach)) {
		ret = -errno;
		vfio_complain(fn, "cannot attach an I/O address space: %s", strerror(errno));
		return ret;
	}
	fn->interface = "cdev";
	return 0;
}
#else
static bool cdev_exists(const struct function *fn)
{
	(void)fn;
	return false;
}

static int cdev_open(struct vfio *vfio, struct function *fn)
{
	(void)vfio;
	vfio_complain(
		fn,
		"this was built with kernel headers that lack VFIO's cdev; use --interface group");
	return -ENOSYS;
}
#endif

static bool group_exists(const struct function *fn)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%d", group_number(fn));
	return !access(path, F_OK);
}

bool vfio_has(const struct function *fn, enum interface interface)
{
	return (interface != INTERFACE_CDEV && group_exists(fn)) ||
	       (interface != INTERFACE_GROUP && cdev_exists(fn));
}

int vfio_open(struct vfio *vfio, struct function *fn, enum interface interface)
{
	int ret;

	if (interface == INTERFACE_AUTO)
		interface = !group_exists(fn) && cdev_exists(fn) ? INTERFACE_CDEV : INTERFACE_GROUP;
	if (interface == INTERFACE_CDEV)
		ret = cdev_open(vfio, fn);
	else
		ret = group_open(vfio, fn);
	if (ret)
		vfio_close(vfio);
	return ret;
}

void vfio_close(struct vfio *vfio)
{
	int *const fds[] = { &vfio->device, &vfio->group, &vfio->container, &vfio->iommufd };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}
