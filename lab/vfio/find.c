// SPDX-License-Identifier: GPL-2.0-only
/*
 * find.c - find the function and its driver in sysfs.
 */
#include "vfio/vfio.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICES	   "/sys/bus/pci/devices"
#define ISM_VENDOR 0x1014
#define ISM_DEVICE 0x04ed

void vfio_complain(const struct function *fn, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, fn->address, text);
}

int address_parse(const char *text, char address[ADDRESS_LEN])
{
	unsigned int domain, bus, slot, func;
	int end = 0;

	if (sscanf(text, "%x:%x:%x.%x%n", &domain, &bus, &slot, &func, &end) != 4 || text[end] ||
	    !isxdigit((unsigned char)*text))
		return -EINVAL;
	if (domain > 0xffff || bus > 0xff || slot > 0x1f || func > 7)
		return -EINVAL;
	snprintf(address, ADDRESS_LEN, "%04x:%02x:%02x.%x", domain & 0xffff, bus & 0xff,
		 slot & 0x1f, func & 7);
	return 0;
}

static unsigned long attr_read(const char *address, const char *name)
{
	char path[PATH_MAX];
	unsigned long value = 0;
	FILE *file;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%lx", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

/* The driver's name, or "" if none is bound.  It ends up in JSON: check it. */
static void driver_read(const char *address, char driver[NAME_LEN])
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base, *c;
	ssize_t len;

	driver[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "/%s/driver", address);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return;
	target[len] = '\0';
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	for (c = base; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			base = "unprintable";
	}
	snprintf(driver, NAME_LEN, "%.31s", base);
}

static bool has_vfio_driver(const char *address)
{
	char path[PATH_MAX];

	/* Made by the vfio core for whatever driver registers with it. */
	snprintf(path, sizeof(path), DEVICES "/%s/vfio-dev", address);
	return !access(path, F_OK);
}

static int is_function(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strlen(entry->d_name) < ADDRESS_LEN;
}

static int find_first(struct function *fn)
{
	const char *env = getenv("ISM_FUNCTIONS");
	struct dirent **list;
	int n, i, ism = 0;
	char word[64];

	if (env && sscanf(env, " %63[^ ,\t\n]", word) == 1) {
		if (!address_parse(word, fn->address))
			return 0;
		fprintf(stderr, "%s: ISM_FUNCTIONS: '%s' is no PCI address like 0011:00:00.0\n",
			program_invocation_short_name, word);
		return -EINVAL;
	}
	n = scandir(DEVICES, &list, is_function, alphasort);
	for (i = 0; i < n; i++) {
		if (attr_read(list[i]->d_name, "vendor") == ISM_VENDOR &&
		    attr_read(list[i]->d_name, "device") == ISM_DEVICE) {
			ism++;
			if (!fn->address[0] && has_vfio_driver(list[i]->d_name))
				snprintf(fn->address, ADDRESS_LEN, "%.15s", list[i]->d_name);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (fn->address[0])
		return 0;
	if (ism)
		fprintf(stderr,
			"%s: none of the %d ISM functions is bound to a VFIO driver; bind one: modprobe ism_vfio_pci; driverctl set-override ADDRESS ism-vfio-pci\n",
			program_invocation_short_name, ism);
	else
		fprintf(stderr,
			"%s: no ISM function (PCI 1014:04ed) here; name another by its address, see --help\n",
			program_invocation_short_name);
	return -ENODEV;
}

int vfio_find(const char *address, struct function *fn)
{
	char path[PATH_MAX];
	int ret;

	if (address)
		ret = address_parse(address, fn->address);
	else
		ret = find_first(fn);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), DEVICES "/%s", fn->address);
	if (access(path, F_OK)) {
		vfio_complain(fn, "no such PCI function; those there are: ls " DEVICES);
		return -ENODEV;
	}
	driver_read(fn->address, fn->driver);
	if (!has_vfio_driver(fn->address)) {
		vfio_complain(
			fn,
			"%s%s; bind it to a VFIO driver: driverctl set-override %s ism-vfio-pci",
			fn->driver[0] ? "bound to the driver " : "bound to no driver", fn->driver,
			fn->address);
		return -ENODEV;
	}
	return 0;
}
