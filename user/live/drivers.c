// SPDX-License-Identifier: GPL-2.0-only
#include "live/drivers.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

static const char *const modules[DRIVER_MODULES] = { OUR_MODULE, CORE_MODULE };
static const char *const paths[DRIVER_MODULES] = {
	"/sys/module/" OUR_MODULE,
	"/sys/module/" CORE_MODULE,
};

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
