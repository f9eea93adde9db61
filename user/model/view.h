/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view.h - the ways to look at a trace, which report, HTML pages and ismtop share: what there is
 * a row for, the number that identifies it, and its name.
 */
#ifndef ISMT_MODEL_VIEW_H
#define ISMT_MODEL_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "model/access.h"
#include "model/function.h"
#include "model/region.h"
#include "model/words.h"
#include "util/hist.h"

enum view {
	VIEW_FUNCTIONS,
	VIEW_PROCESSES,
	VIEW_REGIONS,  /* and direction */
	VIEW_SIZES,    /* power-of-two classes of the bytes asked for */
	VIEW_FINDINGS, /* by rule */
	VIEWS,
};

/* The singular and the plural of a view's name, "function" and "functions"; "?" if there is no such view. */
const char *view_one(enum view view);
const char *view_many(enum view view);
/* A view by the plural of its name; -1 if there is none. */
int view_find(const char *name);

/* The number of a row of VIEW_REGIONS: clamped region and direction. */
static inline uint64_t view_region(uint32_t region, uint8_t op)
{
	return (uint64_t)region_clamp(region) << 1 | (op & 1);
}

/* The region in such a number: "bar2", "dev32+"; constant, or in buf of REGION_NAME_LEN bytes. */
static inline const char *view_region_name(uint64_t number, char *buf)
{
	return region_label((uint32_t)(number >> 1), buf);
}

static inline const char *view_op(uint64_t number)
{
	return op_name(number & 1);
}

/* The class of a size: class 0 is 0 and 1 bytes, class k above 0 is (1 << (k - 1), 1 << k]. */
static inline uint64_t view_size(uint32_t len)
{
	return hist_bucket(len);
}

/* The name of a size class: "0 to 1", "2", "3 to 4". */
void view_size_name(uint64_t number, char *buf, size_t len);

/* A function's name: its PCI address, or "fid:0x12" if that is not known. */
void view_function_name(const struct function *fn, char *buf, size_t len);

#endif /* ISMT_MODEL_VIEW_H */
