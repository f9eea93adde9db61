/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow.h - what should be in the function's memory, as far as it is known,
 * so that a read can be verified that comes long after the write.
 */
#ifndef ISMLOAD_SHADOW_H
#define ISMLOAD_SHADOW_H

#include "vfio/function.h"
#include "vfio/op.h"

struct shadow_page;

#define SHADOW_BUCKETS 256

struct shadow {
	struct shadow_page *bucket[SHADOW_BUCKETS];
	size_t pages;
};

enum shadow_match {
	SHADOW_DIFFERS,
	SHADOW_EQUAL,
	SHADOW_UNKNOWN, /* at least one byte was never seen */
};

/* The bytes are there now.  Without memory for it they are forgotten. */
void shadow_store(struct shadow *shadow, uint32_t region, uint64_t offset, const uint8_t *data,
		  size_t len);
/* Nobody knows what is there now. */
void shadow_forget(struct shadow *shadow, uint32_t region, uint64_t offset, size_t len);
enum shadow_match shadow_compare(const struct shadow *shadow, uint32_t region, uint64_t offset,
				 const uint8_t *data, size_t len);
/* Forget everything, and free it. */
void shadow_clear(struct shadow *shadow);

#endif /* ISMLOAD_SHADOW_H */
