// SPDX-License-Identifier: GPL-2.0-only
#include "util/pci_sysfs.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool pci_sysfs_number(const char *address, const char *attribute, uint32_t *value)
{
	char path[PATH_MAX];
	bool found;
	FILE *file;

	*value = 0;
	snprintf(path, sizeof(path), PCI_SYSFS "devices/%s/%s", address, attribute);
	file = fopen(path, "re");
	if (!file)
		return false;
	found = fscanf(file, "%" SCNx32, value) == 1;
	fclose(file);
	return found;
}

void pci_sysfs_link(const char *address, const char *link, char *buf, size_t len)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	ssize_t got;

	snprintf(path, sizeof(path), PCI_SYSFS "devices/%s/%s", address, link);
	got = readlink(path, target, sizeof(target) - 1);
	target[got < 0 ? 0 : got] = '\0';
	name = strrchr(target, '/');
	snprintf(buf, len, "%.*s", (int)len - 1, name ? name + 1 : target);
}
