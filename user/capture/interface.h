/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interface.h - what an interface description of a capture says: the
 * PCI function, and the units of its packets' times.
 */
#ifndef ISMT_CAPTURE_INTERFACE_H
#define ISMT_CAPTURE_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/pcapng.h"
#include "model/function.h"

#define LINKTYPE_USER3 150

struct capture_interface {
	const struct function *fn; /* left to the caller */
	uint64_t times, over;	   /* ns = units * times / over, if not binary */
	uint8_t shift;		   /* binary: units of 2^-shift s */
	bool binary;
	/*
	 * Units of a nanosecond or more have a sign: there is none in pcapng, but what is above
	 * would be beyond 2262, and editcap -t makes it of what it moves to before 1970.
	 */
	bool has_sign;
	int64_t offset_s;
};

/* The link type of an interface description block of at least 8 bytes. */
unsigned int interface_link(const struct pcapng_block *block);

/*
 * interface_get - understand a description with at least 8 bytes, whatever
 * order of bytes, resolution and offset it has.  Fills in *interface, all but
 * fn, and *fn with what it says of the function.  0, or -EBADMSG for a
 * resolution of time that there cannot be.
 */
int interface_get(const struct pcapng_block *block, struct capture_interface *interface,
		  struct function *fn);

/* A packet's time in the interface's units, as in times.h; what is beyond is the end of it. */
int64_t interface_time(const struct capture_interface *interface, uint64_t units);

#endif /* ISMT_CAPTURE_INTERFACE_H */
