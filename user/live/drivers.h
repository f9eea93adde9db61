/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drivers.h - the modules with the VFIO drivers' functions: are they loaded, and are they still the
 * ones that were loaded before?
 */
#ifndef ISMT_LIVE_DRIVERS_H
#define ISMT_LIVE_DRIVERS_H

#include <stdbool.h>
#include <sys/types.h>

#define OUR_MODULE     "ism_vfio_pci"
#define CORE_MODULE    "vfio_pci_core"
#define DRIVER_MODULES 2

struct drivers {
	ino_t mark
		[DRIVER_MODULES]; /* differs each time the module is loaded; 0: it is not loaded */
};

void drivers_look(struct drivers *drivers);

/* Is any of them loaded? */
bool drivers_any(const struct drivers *drivers);

bool drivers_same(const struct drivers *a, const struct drivers *b);

/* The name of a module that was loaded, or loaded anew, since drivers_look(before); NULL: none. */
const char *drivers_since(const struct drivers *before);

#endif /* ISMT_LIVE_DRIVERS_H */
