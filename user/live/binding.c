// SPDX-License-Identifier: GPL-2.0-only
#include "live/binding.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/filter_match.h"
#include "util/pci_sysfs.h"

/* As much of a function as a -d text can ask for; false: it is none of zPCI's. */
static bool read_function(const char *address, struct function *fn)
{
	memset(fn, 0, sizeof(*fn));
	if (strlen(address) >= sizeof(fn->address) ||
	    !pci_sysfs_number(address, "function_id", &fn->k.fid) ||
	    !pci_sysfs_number(address, "uid", &fn->k.uid))
		return false;
	strcpy(fn->address, address);
	return true;
}

int binding_find(struct binding *binding, const char *text)
{
	DIR *dir = opendir(PCI_SYSFS "devices");
	const struct dirent *entry;
	struct function fn;

	memset(binding, 0, sizeof(*binding));
	while (dir && (entry = readdir(dir))) {
		if (!read_function(entry->d_name, &fn) || !filter_names(text, &fn))
			continue;
		strcpy(binding->address, fn.address);
		binding_look(binding);
		break;
	}
	if (dir)
		closedir(dir);
	return binding->address[0] ? 0 : -ENODEV;
}

void binding_look(struct binding *binding)
{
	char group[32];

	pci_sysfs_link(binding->address, "driver", binding->driver, sizeof(binding->driver));
	pci_sysfs_link(binding->address, "iommu_group", group, sizeof(group));
	snprintf(binding->node, sizeof(binding->node), "/dev/vfio/%s", group);
	if (!*group || access(binding->node, F_OK))
		binding->node[0] = '\0';
}

static bool is_vfio(const char *driver)
{
	const char *tail = strstr(driver, "vfio-pci");

	return tail && !strcmp(tail, "vfio-pci");
}

void binding_count_isms(struct binding_isms *isms)
{
	DIR *dir = opendir(PCI_SYSFS "devices");
	const struct dirent *entry;
	struct binding binding;
	uint32_t vendor, device;
	struct function fn;

	memset(isms, 0, sizeof(*isms));
	while (dir && (entry = readdir(dir))) {
		if (!read_function(entry->d_name, &fn) ||
		    !pci_sysfs_number(fn.address, "vendor", &vendor) ||
		    !pci_sysfs_number(fn.address, "device", &device) ||
		    vendor != PCI_VENDOR_ID_IBM || device != PCI_DEVICE_ID_ISM)
			continue;
		isms->there++;
		strcpy(binding.address, fn.address);
		binding_look(&binding);
		if (is_vfio(binding.driver))
			isms->bound++;
		else
			strcpy(isms->loose, fn.address);
	}
	if (dir)
		closedir(dir);
}

bool binding_driver_there(const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_SYSFS "drivers/%s", driver);
	return !strchr(driver, '/') && !access(path, F_OK);
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int binding_set(const struct binding *binding, const char *driver)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), PCI_SYSFS "devices/%s/driver_override", binding->address);
	/* A newline alone takes an override away. */
	err = put(path, driver ? driver : "\n");
	if (err)
		return err;
	snprintf(path, sizeof(path), PCI_SYSFS "devices/%s/driver/unbind", binding->address);
	err = put(path, binding->address);
	if (err && err != -ENOENT)
		return err;
	/* That no driver wants the function is no error here, and is one of some kernels. */
	err = put(PCI_SYSFS "drivers_probe", binding->address);
	return err == -EINVAL ? 0 : err;
}
