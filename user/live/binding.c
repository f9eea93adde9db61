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

/* Call with each zPCI function of the machine until this returns true. */
static void each_function(bool (*look)(const struct function *fn, void *ctx), void *ctx)
{
	DIR *dir = opendir(PCI_SYSFS "devices");
	const struct dirent *entry;
	struct function fn;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (read_function(entry->d_name, &fn) && look(&fn, ctx))
			break;
	closedir(dir);
}

struct search {
	const char *text;
	struct binding *found;
};

static bool is_meant(const struct function *fn, void *ctx)
{
	struct search *search = ctx;

	if (!filter_names(search->text, fn))
		return false;
	strcpy(search->found->address, fn->address);
	binding_look(search->found);
	return true;
}

int binding_find(struct binding *binding, const char *text)
{
	struct search search = { .text = text, .found = binding };

	memset(binding, 0, sizeof(*binding));
	each_function(is_meant, &search);
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

bool binding_is_ism(const char *driver)
{
	return !strcmp(driver, ISM_VFIO_DRIVER) || !strcmp(driver, ISM_VFIO_DRIVER_UPSTREAM);
}

const char *binding_ism_driver(void)
{
	return binding_driver_there(ISM_VFIO_DRIVER_UPSTREAM) ? ISM_VFIO_DRIVER_UPSTREAM
							      : ISM_VFIO_DRIVER;
}

/* As all variant drivers are called. */
static bool is_vfio(const char *driver)
{
	const size_t tail = strlen("vfio-pci"), len = strlen(driver);

	return len >= tail && (!strcmp(driver + len - tail, "vfio-pci") ||
			       !strcmp(driver + len - tail, "vfio_pci"));
}

static bool count_ism(const struct function *fn, void *ctx)
{
	struct binding_isms *isms = ctx;
	struct binding binding;
	uint32_t vendor, device;

	if (!pci_sysfs_number(fn->address, "vendor", &vendor) ||
	    !pci_sysfs_number(fn->address, "device", &device) || vendor != PCI_VENDOR_ID_IBM ||
	    device != PCI_DEVICE_ID_ISM)
		return false;
	isms->there++;
	strcpy(binding.address, fn->address);
	binding_look(&binding);
	if (is_vfio(binding.driver))
		isms->bound++;
	else
		strcpy(isms->loose, fn->address);
	return false;
}

void binding_count_isms(struct binding_isms *isms)
{
	memset(isms, 0, sizeof(*isms));
	each_function(count_ism, isms);
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
