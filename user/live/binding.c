// SPDX-License-Identifier: GPL-2.0-only
#include "live/binding.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "model/filter_match.h"

#define PCI "/sys/bus/pci/"

/* A number that is all that a file of the function says. */
static bool read_id(const char *address, const char *file, uint32_t *id)
{
	char path[PATH_MAX], text[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), PCI "devices/%s/%s", address, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	*id = (uint32_t)strtoul(text, NULL, 0);
	return true;
}

/* As much of a function as a -d text can ask for; false: it is none of zPCI's. */
static bool read_function(const char *address, struct function *fn)
{
	memset(fn, 0, sizeof(*fn));
	if (strlen(address) >= sizeof(fn->address) ||
	    !read_id(address, "function_id", &fn->k.fid) || !read_id(address, "uid", &fn->k.uid))
		return false;
	strcpy(fn->address, address);
	return true;
}

int binding_find(struct binding *binding, const char *text)
{
	DIR *dir = opendir(PCI "devices");
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

/* The last part of what a link of the function leads to; "" if there is none. */
static void read_link(const struct binding *binding, const char *link, char *buf, size_t len)
{
	char path[PATH_MAX], to[PATH_MAX];
	const char *name;
	ssize_t got;

	snprintf(path, sizeof(path), PCI "devices/%s/%s", binding->address, link);
	got = readlink(path, to, sizeof(to) - 1);
	to[got < 0 ? 0 : got] = '\0';
	name = strrchr(to, '/');
	snprintf(buf, len, "%.*s", (int)len - 1, name ? name + 1 : to);
}

void binding_look(struct binding *binding)
{
	char group[32];

	read_link(binding, "driver", binding->driver, sizeof(binding->driver));
	read_link(binding, "iommu_group", group, sizeof(group));
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
	DIR *dir = opendir(PCI "devices");
	const struct dirent *entry;
	struct binding binding;
	uint32_t vendor, device;
	struct function fn;

	memset(isms, 0, sizeof(*isms));
	while (dir && (entry = readdir(dir))) {
		if (!read_function(entry->d_name, &fn) || !read_id(fn.address, "vendor", &vendor) ||
		    !read_id(fn.address, "device", &device) || vendor != PCI_VENDOR_ID_IBM ||
		    device != PCI_DEVICE_ID_ISM)
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

	snprintf(path, sizeof(path), PCI "drivers/%s", driver);
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

	snprintf(path, sizeof(path), PCI "devices/%s/driver_override", binding->address);
	/* A newline alone takes an override away. */
	err = put(path, driver ? driver : "\n");
	if (err)
		return err;
	snprintf(path, sizeof(path), PCI "devices/%s/driver/unbind", binding->address);
	err = put(path, binding->address);
	if (err && err != -ENOENT)
		return err;
	/* That no driver wants the function is no error here, and is one of some kernels. */
	err = put(PCI "drivers_probe", binding->address);
	return err == -EINVAL ? 0 : err;
}
