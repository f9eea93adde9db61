// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring.c - arithmetic of a ring in a DMB.
 */
#include "ismpeer/ring.h"

#include <errno.h>

uint32_t ring_piece(const struct ring *ring, uint64_t position, uint64_t len, uint32_t block)
{
	uint32_t page = RING_PAGE - ring_offset(ring, position) % RING_PAGE;

	/* The ring is made of whole pages, so this ends at its end, too. */
	if (len > page)
		len = page;
	return len > block ? block : (uint32_t)len;
}

int ring_take(struct ring *in, struct ring *out, uint64_t written, uint64_t read)
{
	/* Differences, so that nothing overflows whatever the other side says. */
	if (written - in->written > ring_room(in) || read - out->read > out->written - out->read)
		return -EPROTO;
	in->written = written;
	out->read = read;
	return 0;
}
