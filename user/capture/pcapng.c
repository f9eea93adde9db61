// SPDX-License-Identifier: GPL-2.0-only
#include "capture/pcapng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/bytes.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
/* Type and length in front, length behind. */
#define FRAME_LEN 12
#define TEXT_MAX  1024

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

uint8_t *block_room(struct block_out *out, size_t len)
{
	uint8_t *room = out->data + out->len;
	size_t whole = padded(len);

	if (out->full || whole < len || whole > out->room - out->len) {
		out->full = true;
		return NULL;
	}
	memset(room + whole - (whole != len) * 4, 0, (whole != len) * 4);
	out->len += whole;
	return room;
}

void block_u32(struct block_out *out, uint32_t value)
{
	uint8_t *p = block_room(out, 4);

	if (p)
		put_32(p, value, out->little);
}

void block_u16(struct block_out *out, uint16_t value)
{
	/* Halves are written in pairs; the second gives its padding back. */
	uint8_t *p = block_room(out, 2);

	if (!p)
		return;
	put_16(p, value, out->little);
	out->len -= 2;
}

void block_u64(struct block_out *out, uint64_t value)
{
	block_u32(out, out->little ? (uint32_t)value : (uint32_t)(value >> 32));
	block_u32(out, out->little ? (uint32_t)(value >> 32) : (uint32_t)value);
}

void block_time(struct block_out *out, uint64_t ns)
{
	block_u32(out, (uint32_t)(ns >> 32));
	block_u32(out, (uint32_t)ns);
}

void block_begin(struct block_out *out, uint32_t type)
{
	out->start = out->len;
	out->full = false;
	block_u32(out, type);
	block_u32(out, 0);
}

static void option_head(struct block_out *out, uint16_t code, size_t len)
{
	block_u16(out, code);
	block_u16(out, (uint16_t)len);
}

void block_option(struct block_out *out, uint16_t code, const void *data, size_t len)
{
	uint8_t *p;

	option_head(out, code, len);
	p = block_room(out, len);
	if (p)
		memcpy(p, data, len);
}

void block_option_u64(struct block_out *out, uint16_t code, uint64_t value)
{
	option_head(out, code, 8);
	block_u64(out, value);
}

void block_option_time(struct block_out *out, uint16_t code, uint64_t ns)
{
	option_head(out, code, 8);
	block_time(out, ns);
}

void block_option_text(struct block_out *out, uint16_t code, const char *text)
{
	if (*text)
		block_option(out, code, text, strnlen(text, TEXT_MAX));
}

void block_options_end(struct block_out *out)
{
	block_u32(out, OPT_END);
}

bool block_end(struct block_out *out)
{
	uint32_t len = out->len + 4 - out->start;

	block_u32(out, len);
	if (out->full) {
		out->len = out->start;
		return false;
	}
	put_32(out->data + out->start + 4, len, out->little);
	return true;
}

/* The compiler makes one of each byte order. */
static inline __attribute__((always_inline)) uint8_t *put_packet(uint8_t *p, bool little,
								 uint32_t interface, uint64_t ns,
								 size_t len, uint32_t full,
								 uint32_t flags)
{
	size_t whole = padded(len);
	uint32_t size = (uint32_t)(PACKET_OVERHEAD + whole);
	uint8_t *tail = p + 28 + whole;

	put_32(p, PCAPNG_EPB, little);
	put_32(p + 4, size, little);
	put_32(p + 8, interface, little);
	put_32(p + 12, (uint32_t)(ns >> 32), little);
	put_32(p + 16, (uint32_t)ns, little);
	put_32(p + 20, (uint32_t)len, little);
	put_32(p + 24, full, little);
	memset(tail - 4, 0, 4);
	put_16(tail, EPB_FLAGS, little);
	put_16(tail + 2, 4, little);
	put_32(tail + 4, flags, little);
	put_32(tail + 8, OPT_END, little);
	put_32(tail + 12, size, little);
	return p + 28;
}

uint8_t *block_packet(struct block_out *out, uint32_t interface, uint64_t ns, size_t len,
		      uint32_t full, uint32_t flags)
{
	uint8_t *p = out->data + out->len;

	if (len > UINT32_MAX / 2 || PACKET_OVERHEAD + padded(len) > out->room - out->len)
		return NULL;
	out->len += PACKET_OVERHEAD + padded(len);
	return out->little ? put_packet(p, true, interface, ns, len, full, flags)
			   : put_packet(p, false, interface, ns, len, full, flags);
}

void pcapng_init(struct pcapng_reader *reader, const struct pcapng_source *source)
{
	memset(reader, 0, sizeof(*reader));
	reader->source = *source;
}

void pcapng_free(struct pcapng_reader *reader)
{
	free(reader->spill);
	reader->spill = NULL;
}

/* 1 with at least a byte in the chunk, 0 at the end, or -errno. */
static int refill(struct pcapng_reader *reader)
{
	int got = 1;

	while (got > 0 && !reader->left)
		got = reader->source.chunk(reader->source.arg, &reader->chunk, &reader->left);
	return got;
}

static int grow_spill(struct pcapng_reader *reader, size_t need)
{
	size_t room = reader->room ? reader->room : 4096;
	uint8_t *spill;

	while (room < need)
		room *= 2;
	if (room == reader->room)
		return 0;
	spill = realloc(reader->spill, room);
	if (!spill)
		return -ENOMEM;
	reader->spill = spill;
	reader->room = room;
	return 0;
}

/* What lies across pieces is collected, as it comes: len may be a lie. */
static int gather(struct pcapng_reader *reader, size_t len, const uint8_t **data)
{
	size_t have = 0, part;
	int got;

	while (have < len) {
		got = refill(reader);
		if (got < 0)
			return got;
		if (!got) {
			reader->cut = have || reader->cut;
			return 0;
		}
		part = len - have < reader->left ? len - have : reader->left;
		got = grow_spill(reader, have + part);
		if (got)
			return got;
		memcpy(reader->spill + have, reader->chunk, part);
		reader->chunk += part;
		reader->left -= part;
		have += part;
	}
	reader->at += len;
	*data = reader->spill;
	return 1;
}

/* The next len bytes in one piece: 1, 0 if there are not so many, or -errno. */
static int take(struct pcapng_reader *reader, size_t len, const uint8_t **data)
{
	if (reader->left < len)
		return gather(reader, len, data);
	*data = reader->chunk;
	reader->chunk += len;
	reader->left -= len;
	reader->at += len;
	return 1;
}

static int skip(struct pcapng_reader *reader, size_t len)
{
	size_t part;
	int got;

	while (len) {
		got = refill(reader);
		if (got <= 0) {
			reader->cut = true;
			return got;
		}
		part = len < reader->left ? len : reader->left;
		reader->chunk += part;
		reader->left -= part;
		reader->at += part;
		len -= part;
	}
	return 1;
}

__attribute__((format(printf, 2, 3))) static int bad(struct pcapng_reader *reader,
						     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, sizeof(reader->error), format, args);
	va_end(args);
	return -EBADMSG;
}

/* The byte order comes before the length can be understood. */
static int section_order(struct pcapng_reader *reader, uint64_t at)
{
	const uint8_t *data;
	int got = take(reader, 4, &data);

	if (got <= 0) {
		reader->cut = true;
		return got;
	}
	if (get_be32(data) != BYTE_ORDER_MAGIC && get_le32(data) != BYTE_ORDER_MAGIC)
		return bad(reader, "the section at byte %" PRIu64 " has no byte order", at);
	reader->little = get_le32(data) == BYTE_ORDER_MAGIC;
	reader->begun = true;
	return 1;
}

static int section_check(struct pcapng_reader *reader, const struct pcapng_block *block)
{
	unsigned int major, minor;

	if (block->len < 12)
		return bad(reader, "the section at byte %" PRIu64 " is too short", block->at);
	major = get_16(block->body, block->little);
	minor = get_16(block->body + 2, block->little);
	/* 1.2 was written by some, and is the same as 1.0. */
	if (major != 1 || (minor != 0 && minor != 2))
		return bad(reader, "pcapng version %u.%u is not known, only 1.0", major, minor);
	return 1;
}

static bool is_needed(uint32_t type)
{
	return type <= PCAPNG_EPB || type == PCAPNG_SHB;
}

int pcapng_next(struct pcapng_reader *reader, struct pcapng_block *block)
{
	uint8_t head[8];
	const uint8_t *data;
	uint32_t len, rest;
	int got;

again:
	block->at = reader->at;
	got = take(reader, 8, &data);
	if (got <= 0)
		return got;
	memcpy(head, data, sizeof(head));
	block->type = get_be32(head);
	rest = FRAME_LEN - 4;
	if (block->type == PCAPNG_SHB) {
		got = section_order(reader, block->at);
		if (got <= 0)
			return got;
		rest += 4;
	} else if (!reader->begun) {
		memcpy(reader->head, head, sizeof(reader->head));
		return bad(reader, "does not begin with a section of pcapng");
	}
	block->little = reader->little;
	block->type = get_32(head, reader->little);
	len = get_32(head + 4, reader->little);
	if (len < rest + 4 || len % 4)
		return bad(reader, "the block at byte %" PRIu64 " has an absurd length: %" PRIu32,
			   block->at, len);
	if (len > PCAPNG_BLOCK_MAX) {
		if (is_needed(block->type))
			return bad(reader,
				   "the block at byte %" PRIu64 " has an absurd length: %" PRIu32,
				   block->at, len);
		got = skip(reader, len - rest);
		if (got <= 0)
			return got;
		goto again;
	}
	len -= rest;
	got = take(reader, len, &block->body);
	if (got <= 0) {
		reader->cut = true;
		return got;
	}
	block->len = len - 4;
	if (get_32(block->body + block->len, reader->little) != len + rest)
		return bad(reader,
			   "the block at byte %" PRIu64 " is damaged: its two lengths differ",
			   block->at);
	return block->type == PCAPNG_SHB ? section_check(reader, block) : 1;
}

bool pcapng_option(const struct pcapng_block *block, size_t *at, struct pcapng_opt *opt)
{
	size_t left;

	if (*at > block->len || block->len - *at < 4)
		return false;
	opt->code = get_16(block->body + *at, block->little);
	opt->len = get_16(block->body + *at + 2, block->little);
	opt->value = block->body + *at + 4;
	left = block->len - *at - 4;
	if (opt->code == OPT_END || opt->len > left)
		return false;
	/* The last one's padding may be missing. */
	*at += 4 + (padded(opt->len) < left ? padded(opt->len) : left);
	return true;
}
