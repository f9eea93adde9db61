// SPDX-License-Identifier: GPL-2.0-only
/*
 * function.c - binds the machine's PCI functions.
 *
 * Whatever PCI function this machine has, it was given for the lab's sake, so
 * there is no looking at IDs: driver_override makes a driver take it.
 */
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"

/* The driver that has the function, in a buffer of the caller's; "" for none. */
static const char *function_driver(const char *name, char *buf, size_t len)
{
	char path[PATH_MAX], *slash;
	ssize_t n;

	snprintf(path, sizeof(path), DEVICES "/%s/driver", name);
	n = readlink(path, buf, len - 1);
	if (n < 0)
		return "";
	buf[n] = 0;
	slash = strrchr(buf, '/');
	return slash ? slash + 1 : buf;
}

static int function_bind(const char *name, const char *driver, char *why, size_t len)
{
	char path[PATH_MAX], has[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", name);
	err = file_write(path, driver);
	if (!err && *function_driver(name, has, sizeof(has))) {
		snprintf(path, sizeof(path), DEVICES "/%s/driver/unbind", name);
		err = file_write(path, name);
	}
	if (!err)
		err = file_write("/sys/bus/pci/drivers_probe", name);
	/* drivers_probe reports success whatever the driver said. */
	if (!err && strcmp(function_driver(name, has, sizeof(has)), driver))
		err = -ENODEV;
	if (err)
		snprintf(why, len, "%s does not bind to %s: %s", name, driver, strerror(-err));
	return err;
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/*
 * Fills in the functions' addresses, a space between, in the order of their
 * UIDs, and binds each unless the driver is "none".
 */
int function_bind_all(const char *driver, char *names, size_t names_len, char *why, size_t len)
{
	struct dirent **list;
	int i, n, err = 0;

	names[0] = 0;
	n = scandir(DEVICES, &list, visible, alphasort);
	for (i = 0; i < n; i++) {
		size_t used = strlen(names);

		snprintf(names + used, names_len - used, "%s%s", used ? " " : "", list[i]->d_name);
		if (!err && strcmp(driver, "none"))
			err = function_bind(list[i]->d_name, driver, why, len);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return err;
}
