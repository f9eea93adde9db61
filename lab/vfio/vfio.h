/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio.h - open a function through VFIO and learn what its driver says of it.
 * What goes wrong is told on stderr, in one line that says what to do.
 */
#ifndef ISMLOAD_VFIO_H
#define ISMLOAD_VFIO_H

#include "vfio/function.h"

enum interface {
	INTERFACE_AUTO,	 /* the group if there is one */
	INTERFACE_GROUP, /* /dev/vfio/N and a type 1 container */
	INTERFACE_CDEV,	 /* /dev/vfio/devices/vfioN and iommufd */
};

/* What has to stay open as long as the device does; -1 where not used. */
struct vfio {
	int container;
	int group;
	int iommufd;
	int device;
	uint32_t ioas; /* of the iommufd */
};

/* Takes "11:0:0.0" too; returns 0 or -EINVAL. */
int address_parse(const char *text, char address[ADDRESS_LEN]);

/*
 * Find the function in sysfs (address NULL: the first of $ISM_FUNCTIONS, or
 * else the first ISM function that a VFIO driver has) and its driver.
 * Returns 0 or a negative errno.
 */
int vfio_find(const char *address, struct function *fn);

/* Whether the kernel has this interface for the function; AUTO: either. */
bool vfio_has(const struct function *fn, enum interface interface);

int vfio_open(struct vfio *vfio, struct function *fn, enum interface interface);
void vfio_close(struct vfio *vfio);

/* In info.c: device and region info, zPCI capabilities. */
int vfio_query(const struct vfio *vfio, struct function *fn);

/* A message that begins with the function's address. */
void vfio_complain(const struct function *fn, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* ISMLOAD_VFIO_H */
