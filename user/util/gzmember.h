/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gzmember.h - gzip members (RFC 1952) that say how long they are, so that a
 * reader finds the next one without inflating this one.
 *
 * The sizes stand in an extra field, as BGZF has it, but in a subfield of our
 * own: BGZF's has 16 bits, which limits a member to 64 KiB and makes both
 * compression and reading worse.  BGZF's is understood as well.
 */
#ifndef ISMT_UTIL_GZMEMBER_H
#define ISMT_UTIL_GZMEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

/* Bytes; a member that says that it is longer is not inflated at once, but piece by piece. */
#define GZMEMBER_MAX (1u << 20)
/* Bytes of a header with our subfield. */
#define GZMEMBER_HEADER 24
/* Bytes of the longest header that has neither name nor comment. */
#define GZMEMBER_HEADER_MAX (12 + 65535)

/* The most bytes that deflating len bytes can make, header and trailer included. */
size_t gzmember_bound(size_t len);

/*
 * gzmember_deflate - one member of len bytes, at most GZMEMBER_MAX.  stream has
 * been set up by gzmember_deflate_init() and is used again and again.  room
 * is at least gzmember_bound(len).  Returns the member's length.
 */
int gzmember_deflate_init(z_stream *stream, int level);
size_t gzmember_deflate(z_stream *stream, const uint8_t *data, size_t len, uint8_t *out,
			size_t room);

struct gzmember {
	size_t packed;	 /* bytes of the whole member; 0: it does not say */
	size_t unpacked; /* the most bytes that come out */
};

/*
 * gzmember_parse - look at a member's header.  Returns 1 with *member; 0 if more than len bytes
 * are needed; -EBADMSG if it is no gzip member.
 */
int gzmember_parse(const uint8_t *data, size_t len, struct gzmember *member);

/*
 * gzmember_inflate - all of a member, or what there is of a cut one.  stream
 * has been set up with gzmember_inflate_init().  Returns the number of bytes
 * in out, or -EBADMSG if it is damaged or does not fit in room.
 */
int gzmember_inflate_init(z_stream *stream);
long gzmember_inflate(z_stream *stream, const uint8_t *data, size_t len, uint8_t *out, size_t room,
		      bool cut);

#endif /* ISMT_UTIL_GZMEMBER_H */
