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
	const struct function *fn; /* set by the caller */
	uint64_t times, over;	   /* not binary: ns = units * times / over */
	uint8_t shift;		   /* binary: a unit is 2^-shift s */
	bool binary;
	/*
	 * Times are taken as signed if a unit is 1 ns or more.  pcapng has no signs, but unsigned
	 * such times would be beyond the year 2262, and editcap -t makes them of packets that it
	 * moves to before 1970.
	 */
	bool has_sign;
	int64_t offset_s; /* seconds to add to each time */
};

/* The link type of an interface description block of at least 8 bytes. */
unsigned int interface_link(const struct pcapng_block *block);

/*
 * interface_get - understand an interface description block of at least 8 bytes, of any byte
 * order, resolution and offset.  Fills in *interface except its fn, and *fn.  0, or -EBADMSG
 * for an impossible resolution of time.
 */
int interface_get(const struct pcapng_block *block, struct capture_interface *interface,
		  struct function *fn);

/* A packet's time, given in the interface's units, as ns since 1970; saturates (times.h). */
int64_t interface_time(const struct capture_interface *interface, uint64_t units);

#endif /* ISMT_CAPTURE_INTERFACE_H */
