// SPDX-License-Identifier: GPL-2.0-only
/*
 * mutator.c - changes to a capture that get behind what protects it: blocks
 * keep a length that is right, compressed data a checksum.  Half of the
 * changes are any at all.
 */
#include <string.h>

#include "capture/pcapng.h"
#include "fuzz.h"
#include "util/bytes.h"
#include "util/gzmember.h"

#define UNPACKED_MAX (64u << 10)
#define BLOCKS_MAX   256
#define MAGIC_LITTLE 0x4d3c2b1au

static void put_length(uint8_t *p, uint32_t len, bool little)
{
	if (little)
		put_le32(p, len);
	else
		put_be32(p, len);
}

/* Where blocks begin, up to what is none; the last one's end comes last. */
static size_t find_blocks(const uint8_t *data, size_t size, size_t *at, bool *little)
{
	size_t nr = 0, pos = 0;
	uint32_t len;

	while (nr < BLOCKS_MAX && size - pos >= 12) {
		if (get_be32(data + pos) == PCAPNG_SHB)
			*little = get_be32(data + pos + 8) == MAGIC_LITTLE;
		len = get_32(data + pos + 4, *little);
		if (len < 12 || len % 4 || len > size - pos)
			break;
		at[nr++] = pos;
		pos += len;
	}
	at[nr] = pos;
	return nr;
}

/* Change the inside of a block: size is of all data, and is returned. */
static size_t change_block(uint8_t *data, size_t size, size_t max, size_t from, size_t to,
			   bool little)
{
	static uint8_t body[UNPACKED_MAX];
	size_t old = to - from - 12, len, room = old + 64;

	if (room > max - size + old)
		room = max - size + old;
	if (room > sizeof(body))
		room = sizeof(body);
	room &= ~(size_t)3;
	if (old > room || !room)
		return size;
	memset(body, 0, room);
	memcpy(body, data + from + 8, old);
	len = (LLVMFuzzerMutate(body, old, room) + 3) & ~(size_t)3;
	memmove(data + from + 12 + len, data + to, size - to);
	memcpy(data + from + 8, body, len);
	put_length(data + from + 4, (uint32_t)len + 12, little);
	put_length(data + from + 8 + len, (uint32_t)len + 12, little);
	return size - old + len;
}

static size_t change_blocks(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	size_t at[BLOCKS_MAX + 1], nr, i, len;
	bool little = false;

	nr = find_blocks(data, size, at, &little);
	if (!nr)
		return LLVMFuzzerMutate(data, size, max);
	i = seed / 16 % nr;
	len = at[i + 1] - at[i];
	switch (seed % 16) {
	case 0: /* Twice. */
		if (len > max - size)
			break;
		memmove(data + at[i + 1], data + at[i], size - at[i]);
		return size + len;
	case 1: /* Away. */
		memmove(data + at[i], data + at[i + 1], size - at[i + 1]);
		return size - len;
	case 2: /* To the end. */
		if (len > max - size)
			break;
		memcpy(data + size, data + at[i], len);
		return size + len;
	case 3: /* Give the block another type. */
		put_length(data + at[i], seed / 16 % 8, little);
		return size;
	default:
		break;
	}
	return change_block(data, size, max, at[i], at[i + 1], little);
}

static size_t unpack(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
	z_stream stream = { .next_in = (uint8_t *)data, .avail_in = (unsigned int)size };
	int got = Z_OK;

	if (inflateInit2(&stream, 31) != Z_OK)
		return 0;
	stream.next_out = out;
	stream.avail_out = (unsigned int)room;
	while (stream.avail_in && stream.avail_out) {
		got = inflate(&stream, Z_NO_FLUSH);
		if (got == Z_STREAM_END)
			got = inflateReset(&stream);
		if (got != Z_OK)
			break;
	}
	inflateEnd(&stream);
	return room - stream.avail_out;
}

/* One member that says how long it is, two, or one that does not. */
static size_t pack(const uint8_t *in, size_t len, uint8_t *out, size_t max, unsigned int seed)
{
	static uint8_t packed[2 * UNPACKED_MAX];
	size_t half = seed % 3 == 1 ? len / 2 : len, size;
	z_stream stream;

	gzmember_deflate_init(&stream, 1);
	size = gzmember_deflate(&stream, in, half, packed, gzmember_bound(half));
	if (half < len)
		size += gzmember_deflate(&stream, in + half, len - half, packed + size,
					 gzmember_bound(len - half));
	deflateEnd(&stream);
	if (seed % 3 == 2)
		packed[12] = 'X';
	if (size > max)
		return 0;
	memcpy(out, packed, size);
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static uint8_t inside[UNPACKED_MAX];
	unsigned int more = seed / 4;
	size_t len;

	if (seed % 2)
		return LLVMFuzzerMutate(data, size, max);
	if (size < 18 || data[0] != 0x1f || data[1] != 0x8b) {
		/* Now and then a plain one becomes a compressed one. */
		len = size <= sizeof(inside) ? size : sizeof(inside);
		memcpy(inside, data, len);
		len = more % 32 ? 0 : pack(inside, len, data, max, more / 32);
		return len ? len : change_blocks(data, size, max, more);
	}
	len = unpack(data, size, inside, sizeof(inside));
	len = change_blocks(inside, len, sizeof(inside), more);
	len = pack(inside, len, data, max, more);
	return len ? len : LLVMFuzzerMutate(data, size, max);
}
