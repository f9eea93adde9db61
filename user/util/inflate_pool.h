/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inflate_pool.h - gzip members inflated by several threads, handed back in
 * the order in which they were handed in.  One caller; the queue is bounded.
 */
#ifndef ISMT_UTIL_INFLATE_POOL_H
#define ISMT_UTIL_INFLATE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/gzmember.h"

/* One member under way.  Buffers are kept for the next one. */
struct inflate_job {
	uint8_t *packed;
	size_t packed_len, packed_room;
	uint8_t *out;
	size_t out_room;
	bool cut; /* the file ends in it */
	bool done;
	long result; /* bytes in out, or -EBADMSG */
	uint64_t at; /* offset in the file */
};

struct inflate_pool;

/* With threads of 1 or less the caller inflates, in pool_wait().  0 or -ENOMEM. */
int pool_new(struct inflate_pool **result, unsigned int threads);
void pool_free(struct inflate_pool *pool);

/* True if there are as many jobs under way as the pool allows. */
bool pool_full(const struct inflate_pool *pool);

/*
 * pool_job - a job with room for the member, to be filled and given to pool_submit().  The pool
 * must not be full.  0 or -ENOMEM.
 */
int pool_job(struct inflate_pool *pool, const struct gzmember *member, struct inflate_job **job);
void pool_submit(struct inflate_pool *pool, struct inflate_job *job);

/*
 * pool_wait - wait until the oldest job is done, and return it; NULL if there is none.  Its `out` is
 * good until pool_release(), and until then it counts as under way.
 */
struct inflate_job *pool_wait(struct inflate_pool *pool);
void pool_release(struct inflate_pool *pool);

#endif /* ISMT_UTIL_INFLATE_POOL_H */
