/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * region.h - names of VFIO regions: "bar0" to "bar5", "rom", "config", "vga",
 * and "dev9" upwards for what a device adds of its own.
 */
#ifndef ISMT_MODEL_REGION_H
#define ISMT_MODEL_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "ismtrace.h"

/* "dev4294967295" and the NUL. */
#define REGION_NAME_LEN 16

#define REGION_BARS   6 /* regions below this are BARs */
#define REGION_CONFIG 7

static inline bool region_is_bar(uint32_t region)
{
	return region < REGION_BARS;
}

/*
 * region_name - the name of a VFIO region index.  The result is either
 * constant or in buf, which must hold REGION_NAME_LEN bytes.
 */
const char *region_name(uint32_t region, char *buf);

/* Regions below this are added up each by itself; all others together, as one. */
#define REGIONS_APART ISMT_CELL_REGIONS

/* The region that a region is added to: itself, or REGIONS_APART, which stands for the others. */
static inline uint32_t region_clamp(uint32_t region)
{
	return region < REGIONS_APART ? region : REGIONS_APART;
}

/* region_name() of a clamped region: "dev32+" is REGIONS_APART. */
const char *region_label(uint32_t region, char *buf);

/*
 * space_name - the name of an instruction's address space, a BAR or ISMT_PCIAS_CONFIG;
 * "-" for any other, such as that of MIO instructions.
 */
const char *space_name(uint8_t space);

/*
 * region_parse - a region by name, letter case apart, or by its index in
 * decimal.  Returns 0, or -EINVAL, with *region untouched.
 */
int region_parse(const char *text, uint32_t *region);

#endif /* ISMT_MODEL_REGION_H */
