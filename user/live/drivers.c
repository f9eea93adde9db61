// SPDX-License-Identifier: GPL-2.0-only
#include "live/drivers.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

static const char *const modules[DRIVER_MODULES] = { OUR_MODULE, CORE_MODULE };
static const char *const paths[DRIVER_MODULES] = {
	"/sys/module/" OUR_MODULE,
	"/sys/module/" CORE_MODULE,
};

/* Does a list of /lib/modules/RELEASE name the module's file?  1, 0, or -1 if there is no such list. */
static int listed(const char *release, const char *list, const char *file)
{
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	int found = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, list);
	in = fopen(path, "re");
	if (!in)
		return -1;
	while (!found && getline(&line, &size, in) > 0)
		found = !!strstr(line, file);
	free(line);
	fclose(in);
	return found;
}

bool drivers_impossible(void)
{
	/* With all endings that a file may have: .ko.xz and the like. */
	static const char file[] = "/vfio-pci-core.ko";
	struct utsname name;

	return !uname(&name) && !listed(name.release, "modules.dep", file) &&
	       !listed(name.release, "modules.builtin", file);
}

void drivers_look(struct drivers *drivers)
{
	struct stat st;
	int i;

	for (i = 0; i < DRIVER_MODULES; i++)
		drivers->mark[i] = stat(paths[i], &st) ? 0 : st.st_ino;
}

bool drivers_any(const struct drivers *drivers)
{
	int i;

	for (i = 0; i < DRIVER_MODULES; i++)
		if (drivers->mark[i])
			return true;
	return false;
}

bool drivers_same(const struct drivers *a, const struct drivers *b)
{
	return !memcmp(a->mark, b->mark, sizeof(a->mark));
}

const char *drivers_since(const struct drivers *before)
{
	struct drivers now;
	int i;

	drivers_look(&now);
	for (i = 0; i < DRIVER_MODULES; i++)
		if (now.mark[i] && now.mark[i] != before->mark[i])
			return modules[i];
	return NULL;
}
