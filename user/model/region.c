// SPDX-License-Identifier: GPL-2.0-only
#include "model/region.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "ismtrace.h"

/* By VFIO's fixed region indexes; a device's own regions come after them. */
static const char *const names[] = {
	"bar0", "bar1", "bar2", "bar3", "bar4", "bar5", "rom", "config", "vga",
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

const char *region_name(uint32_t region, char *buf)
{
	if (region < NR_NAMES)
		return names[region];
	snprintf(buf, REGION_NAME_LEN, "dev%" PRIu32, region);
	return buf;
}

const char *region_label(uint32_t region, char *buf)
{
	if (region < REGIONS_APART)
		return region_name(region, buf);
	snprintf(buf, REGION_NAME_LEN, "dev%u+", REGIONS_APART);
	return buf;
}

const char *space_name(uint8_t space)
{
	if (region_is_bar(space))
		return names[space];
	return space == ISMT_PCIAS_CONFIG ? names[REGION_CONFIG] : "-";
}

/* Digits only: strtoul() would also take blanks and signs. */
static int parse_index(const char *text, uint32_t *region)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	*region = (uint32_t)value;
	return 0;
}

int region_parse(const char *text, uint32_t *region)
{
	uint32_t value;
	size_t i;

	for (i = 0; i < NR_NAMES; i++) {
		if (!strcasecmp(text, names[i])) {
			*region = (uint32_t)i;
			return 0;
		}
	}
	if (!strncasecmp(text, "dev", 3)) {
		/* "dev2" would be a second name of bar2. */
		if (parse_index(text + 3, &value) || value < NR_NAMES)
			return -EINVAL;
		*region = value;
		return 0;
	}
	return parse_index(text, region);
}
