/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_sysfs.h - what sysfs says of a PCI device, by its address ("0011:00:00.0").
 */
#ifndef ISMT_UTIL_PCI_SYSFS_H
#define ISMT_UTIL_PCI_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_SYSFS "/sys/bus/pci/"

/* The hexadecimal number that is all that an attribute says; false, and 0, if it cannot be read. */
bool pci_sysfs_number(const char *address, const char *attribute, uint32_t *value);

/* The last part of what a link of the device leads to, cut to fit; "" if there is none. */
void pci_sysfs_link(const char *address, const char *link, char *buf, size_t len);

#endif /* ISMT_UTIL_PCI_SYSFS_H */
