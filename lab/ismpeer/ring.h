/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - a stream of bytes through a DMB, docs/ismpeer.md: its first page has two
 * cursors, the rest is a ring.  Plain C without I/O.
 *
 * Positions count the bytes of the stream from its beginning and never wrap.  The writer
 * stores bytes into the ring, then both cursors with one block: how far it has written, and
 * how far it has read in the other direction.  That the bytes are there before the cursor
 * is what SMC-D relies on as well: stores are carried out one after the other.
 */
#ifndef ISMPEER_RING_H
#define ISMPEER_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_PAGE    4096u
#define RING_CURSORS 16u /* bytes of u64 written, u64 read at the start of the DMB */

struct ring {
	uint32_t size;	  /* bytes of the ring: the DMB without its first page */
	uint64_t written; /* by the writer, as far as this side knows */
	uint64_t read;	  /* by the reader, likewise */
};

/* How many bytes may be written before the reader has to read. */
static inline uint64_t ring_room(const struct ring *ring)
{
	return ring->size - (ring->written - ring->read);
}

/* Where in the DMB a position is. */
static inline uint32_t ring_offset(const struct ring *ring, uint64_t position)
{
	return RING_PAGE + (uint32_t)(position % ring->size);
}

/*
 * ring_piece - how many of len bytes, len > 0, one store block at the position takes: it
 * stays within a page, and has at most block bytes.
 */
uint32_t ring_piece(const struct ring *ring, uint64_t position, uint64_t len, uint32_t block);

/*
 * ring_take - what the other side says of both directions: it has written so far into in,
 * and read so far of out.  Returns 0, or -EPROTO when it cannot be: written more than there
 * is room for, read what was not written, or gone back.
 */
int ring_take(struct ring *in, struct ring *out, uint64_t written, uint64_t read);

#endif /* ISMPEER_RING_H */
