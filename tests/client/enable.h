/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * enable.h - what a client does with a device that it has opened: it lets the function
 * answer at its BARs.  Two accesses to configuration space.
 */
#ifndef ISMT_CLIENT_ENABLE_H
#define ISMT_CLIENT_ENABLE_H

#include <stdint.h>
#include <unistd.h>

#include "vfio/contract.h"
#include "vfio/vfio.h"

/* 0, or -1 with errno. */
static inline int client_enable(const struct vfio *vfio, const struct function *fn)
{
	off_t place = (off_t)place_position(fn, REGION_CONFIG, CONFIG_COMMAND);
	uint16_t command;

	if (pread(vfio->device, &command, 2, place) != 2)
		return -1;
	/* Little-endian, as PCI has it. */
	command |= (COMMAND_MEMORY | COMMAND_MASTER) << 8;
	return pwrite(vfio->device, &command, 2, place) == 2 ? 0 : -1;
}

#endif /* ISMT_CLIENT_ENABLE_H */
