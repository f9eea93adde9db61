// SPDX-License-Identifier: GPL-2.0-only
#include "util/gzmember.h"

#include <errno.h>
#include <string.h>

#include "util/bytes.h"

#define FLAG_EXTRA     4
#define FLAGS_KNOWN    0x1f
#define METHOD_DEFLATE 8
#define OS_UNIX	       3

/* 12 bytes up to the extra field; a subfield's head; two sizes. */
#define EXTRA_AT      12
#define SUBFIELD_HEAD 4
#define SUBFIELD_LEN  8
#define TRAILER_LEN   8

_Static_assert(GZMEMBER_HEADER == EXTRA_AT + SUBFIELD_HEAD + SUBFIELD_LEN, "header");

/* zlib's flags: no header of its own; or gzip's, with checks. */
#define WBITS_RAW  (-MAX_WBITS)
#define WBITS_GZIP (MAX_WBITS + 16)

size_t gzmember_bound(size_t len)
{
	/* deflate stores what does not shrink: 5 bytes for each 16 KiB at worst. */
	return GZMEMBER_HEADER + TRAILER_LEN + compressBound(len) + 64;
}

int gzmember_deflate_init(z_stream *stream, int level)
{
	memset(stream, 0, sizeof(*stream));
	return deflateInit2(stream, level, Z_DEFLATED, WBITS_RAW, 8, Z_DEFAULT_STRATEGY) == Z_OK
		       ? 0
		       : -ENOMEM;
}

static void put_header(uint8_t *out, uint32_t packed, uint32_t unpacked)
{
	static const uint8_t head[EXTRA_AT + SUBFIELD_HEAD] = {
		0x1f,
		0x8b,
		METHOD_DEFLATE,
		FLAG_EXTRA,
		0,
		0,
		0,
		0,
		0,
		OS_UNIX,
		SUBFIELD_HEAD + SUBFIELD_LEN,
		0,
		'I',
		'T',
		SUBFIELD_LEN,
		0,
	};

	memcpy(out, head, sizeof(head));
	put_le32(out + sizeof(head), packed);
	put_le32(out + sizeof(head) + 4, unpacked);
}

size_t gzmember_deflate(z_stream *stream, const uint8_t *data, size_t len, uint8_t *out,
			size_t room)
{
	size_t packed;

	deflateReset(stream);
	stream->next_in = (uint8_t *)data;
	stream->avail_in = len;
	stream->next_out = out + GZMEMBER_HEADER;
	stream->avail_out = room - GZMEMBER_HEADER - TRAILER_LEN;
	/* Deflating cannot fail: there is room for the worst case. */
	deflate(stream, Z_FINISH);
	packed = GZMEMBER_HEADER + stream->total_out + TRAILER_LEN;
	put_header(out, packed, len);
	put_le32(out + packed - 8, crc32(0, data, len));
	put_le32(out + packed - 4, len);
	return packed;
}

/* The subfields of the extra field; ours, or BGZF's. */
static void parse_extra(const uint8_t *extra, size_t len, struct gzmember *member)
{
	size_t at = 0, size;

	while (len - at >= SUBFIELD_HEAD) {
		const uint8_t *field = extra + at;

		size = get_le16(field + 2);
		if (size > len - at - SUBFIELD_HEAD)
			return;
		if (field[0] == 'I' && field[1] == 'T' && size >= SUBFIELD_LEN) {
			member->packed = get_le32(field + 4);
			member->unpacked = get_le32(field + 8);
		} else if (field[0] == 'B' && field[1] == 'C' && size == 2) {
			member->packed = get_le16(field + 4) + 1;
			member->unpacked = 65536;
		}
		at += SUBFIELD_HEAD + size;
	}
}

int gzmember_parse(const uint8_t *data, size_t len, struct gzmember *member)
{
	size_t extra;

	memset(member, 0, sizeof(*member));
	if ((len > 0 && data[0] != 0x1f) || (len > 1 && data[1] != 0x8b) ||
	    (len > 2 && data[2] != METHOD_DEFLATE) || (len > 3 && (data[3] & ~FLAGS_KNOWN)))
		return -EBADMSG;
	if (len < EXTRA_AT)
		return 0;
	if (!(data[3] & FLAG_EXTRA))
		return 1;
	extra = get_le16(data + EXTRA_AT - 2);
	if (len - EXTRA_AT < extra)
		return 0;
	parse_extra(data + EXTRA_AT, extra, member);
	/* A size that cannot be is no size: inflating will tell. */
	if (member->packed < EXTRA_AT + extra + TRAILER_LEN ||
	    member->packed > GZMEMBER_MAX + GZMEMBER_HEADER_MAX || member->unpacked > GZMEMBER_MAX)
		member->packed = 0;
	return 1;
}

int gzmember_inflate_init(z_stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	return inflateInit2(stream, WBITS_GZIP) == Z_OK ? 0 : -ENOMEM;
}

long gzmember_inflate(z_stream *stream, const uint8_t *data, size_t len, uint8_t *out, size_t room,
		      bool cut)
{
	int got;

	inflateReset(stream);
	stream->next_in = (uint8_t *)data;
	stream->avail_in = len;
	stream->next_out = out;
	stream->avail_out = room;
	got = inflate(stream, cut ? Z_SYNC_FLUSH : Z_FINISH);
	if (cut)
		return got == Z_OK || got == Z_BUF_ERROR ? (long)stream->total_out : -EBADMSG;
	return got == Z_STREAM_END && !stream->avail_in ? (long)stream->total_out : -EBADMSG;
}
