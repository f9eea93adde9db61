// SPDX-License-Identifier: GPL-2.0-only
/*
 * frame.c - frames to bytes and back.
 *
 *	 0  u8  type
 *	 1  u8  flags
 *	 2  u16 channel
 *	 4  u32 bytes of data
 *	 8  u32 argument
 *	12  u32 CRC-32 of the whole frame with 0 here, or 0
 *	16  data, then zeros to a multiple of 16
 */
#include "ismpeer/frame.h"

#include "ism/bytes.h"

#include <errno.h>
#include <zlib.h>

#define MAGIC 0x69736d7065657200ull /* "ismpeer" */

uint32_t frame_put(uint8_t *out, const struct frame *frame, bool checksum)
{
	uint32_t bytes = frame_bytes(frame->len);

	out[0] = frame->type;
	out[1] = frame->flags;
	put16(out + 2, frame->channel);
	put32(out + 4, frame->len);
	put32(out + 8, frame->arg);
	put32(out + 12, 0);
	if (frame->len)
		memmove(out + FRAME_HEADER, frame->data, frame->len);
	memset(out + FRAME_HEADER + frame->len, 0, bytes - FRAME_HEADER - frame->len);
	if (checksum)
		put32(out + 12, (uint32_t)crc32(0, out, bytes));
	return bytes;
}

/* The CRC-32 of a frame as if its own field were 0. */
static uint32_t checksum_of(const uint8_t *bytes, uint32_t len)
{
	static const uint8_t zero[4];
	uLong sum = crc32(0, bytes, 12);

	sum = crc32(sum, zero, sizeof(zero));
	return (uint32_t)crc32(sum, bytes + FRAME_HEADER, len - FRAME_HEADER);
}

int frame_get(const uint8_t *bytes, size_t len, bool checksum, struct frame *frame)
{
	uint32_t whole;

	if (len < FRAME_HEADER)
		return 0;
	*frame = (struct frame){
		.type = bytes[0],
		.flags = bytes[1],
		.channel = get16(bytes + 2),
		.len = get32(bytes + 4),
		.arg = get32(bytes + 8),
		.data = bytes + FRAME_HEADER,
	};
	if (frame->len > FRAME_DATA)
		return -EPROTO;
	whole = frame_bytes(frame->len);
	if (len < whole)
		return 0;
	if (checksum && get32(bytes + 12) != checksum_of(bytes, whole))
		return -EBADMSG;
	return (int)whole;
}

void hello_put(uint8_t out[HELLO_LEN], const struct hello *hello)
{
	put64(out, MAGIC);
	put16(out + 8, hello->lowest);
	put16(out + 10, hello->highest);
	put32(out + 12, hello->features);
}

int hello_get(const struct frame *frame, struct hello *hello)
{
	/* Later versions may say more behind it. */
	if (frame->type != FRAME_HELLO || frame->channel || frame->len < HELLO_LEN ||
	    get64(frame->data) != MAGIC)
		return -EPROTO;
	*hello = (struct hello){
		.lowest = get16(frame->data + 8),
		.highest = get16(frame->data + 10),
		.features = get32(frame->data + 12),
	};
	if (hello->lowest > HELLO_VERSION || hello->highest < HELLO_VERSION)
		return -EPROTONOSUPPORT;
	return 0;
}
