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

/*
 * Is this a kernel that has no VFIO for PCI, neither as a module nor built in, as Debian 12's own (6.1)?
 * What the lists beside its modules say (modules.dep, modules.builtin); without these it is not known, and
 * false.
 */
bool drivers_impossible(void);

/* What to do then: Debian 12's own kernel lacks BTF as well. */
#define DRIVERS_OTHER_KERNEL \
	"on Debian 12 as root: apt-get install -t bookworm-backports linux-image-s390x"

/* Is any of them loaded? */
bool drivers_any(const struct drivers *drivers);

bool drivers_same(const struct drivers *a, const struct drivers *b);

/* The name of a module that was loaded, or loaded anew, since drivers_look(before); NULL: none. */
const char *drivers_since(const struct drivers *before);

#endif /* ISMT_LIVE_DRIVERS_H */
