/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture_interface.h - what an interface description of a capture says: the
 * PCI function, and the units of its packets' times.
 */
#ifndef ISMT_CAPTURE_INTERFACE_H
#define ISMT_CAPTURE_INTERFACE_H

#include <stdint.h>

#include "function.h"
#include "pcapng.h"

#define LINKTYPE_USER3 150

struct capture_interface {
	const struct function *fn; /* left to the caller */
	uint64_t times, over; /* ns = units * times / over, if not binary */
	uint8_t shift; /* binary: units of 2^-shift s; 0: decimal */
	uint64_t offset_ns;
};

/* Of a description that has at least 8 bytes: its link type. */
unsigned int interface_link(const struct pcapng_block *block);

/*
 * interface_get - understand a description with at least 8 bytes, whatever
 * order of bytes, resolution and offset it has.  Fills in *interface, all but
 * fn, and *fn with what it says of the function.  0, or -EBADMSG for a
 * resolution of time that there cannot be.
 */
int interface_get(const struct pcapng_block *block, struct capture_interface *interface,
		  struct function *fn);

/* A packet's time in the interface's units, as nanoseconds since 1970. */
uint64_t interface_time(const struct capture_interface *interface, uint64_t units);

#endif /* ISMT_CAPTURE_INTERFACE_H */
