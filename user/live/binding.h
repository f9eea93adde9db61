/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * binding.h - which driver has a PCI function, and how to give it another one: what driverctl does,
 * by the same files of sysfs (Documentation/ABI/testing/sysfs-bus-pci of the kernel: driver_override,
 * drivers_probe, unbind), but for now only: after a boot the kernel's choice is back.
 */
#ifndef ISMT_LIVE_BINDING_H
#define ISMT_LIVE_BINDING_H

#include <stdbool.h>

#include "model/access.h"

#define BINDING_DRIVER_LEN 64

/* The variant driver; and what the kernel's own is called in sysfs, from Linux 7.1. */
#define ISM_VFIO_DRIVER		 "ism-vfio-pci"
#define ISM_VFIO_DRIVER_UPSTREAM "ism_vfio_pci"

struct binding {
	char address[FUNCTION_ADDRESS_LEN];
	char driver[BINDING_DRIVER_LEN]; /* "" if no driver has it */
	char node[64]; /* what a client opens, as /dev/vfio/3; "" if there is none */
};

/*
 * binding_find - the zPCI function that a -d text means ("0011:00:00.0", "fid:0x22", "uid:0x11").
 * 0, or -ENODEV if there is none.
 */
int binding_find(struct binding *binding, const char *text);

/* Read driver and node anew. */
void binding_look(struct binding *binding);

/* The machine's ISM functions, and those of them that a VFIO driver has. */
struct binding_isms {
	unsigned int there, bound;
	char loose[FUNCTION_ADDRESS_LEN]; /* one that is not bound; "" if there is none */
};

void binding_count_isms(struct binding_isms *isms);

/* Is this the variant driver, by either name? */
bool binding_is_ism(const char *driver);

/* The name that the variant driver has in sysfs here; ISM_VFIO_DRIVER if it is not loaded. */
const char *binding_ism_driver(void);

/* Is there a driver of this name for PCI? */
bool binding_driver_there(const char *driver);

/*
 * binding_set - take the function from its driver and let the one of this name have it; NULL: the one that
 * the kernel chooses by itself.  Waits while a client has the function open.  0 or -errno; what
 * came of it is for binding_look() to tell, as no driver may want the function.
 */
int binding_set(const struct binding *binding, const char *driver);

#endif /* ISMT_LIVE_BINDING_H */
