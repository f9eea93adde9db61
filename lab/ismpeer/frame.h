/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - what two ismpeers say to one another, docs/ismpeer.md: frames in a stream of
 * bytes.  Plain C without I/O, for the tests and the fuzzer as well.
 */
#ifndef ISMPEER_FRAME_H
#define ISMPEER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER 16u
/* Header, payload and padding: every frame ends where another may begin. */
#define FRAME_ALIGN 16u
#define FRAME_MAX   32768u
#define FRAME_DATA  (FRAME_MAX - FRAME_HEADER)

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_OPEN,
	FRAME_ACCEPT,
	FRAME_DATA_BYTES,
	FRAME_WINDOW,
	FRAME_EOF,
	FRAME_SIZE,
	FRAME_CLOSE,
};

/* Whoever does not know the type passes over the frame, rather than giving up. */
#define FRAME_OPTIONAL 0x80

struct frame {
	uint8_t type, flags;
	uint16_t channel; /* 0: the link itself */
	uint32_t len;	  /* of data, 0 to FRAME_DATA */
	uint32_t arg;	  /* what it means depends on the type */
	const uint8_t *data;
};

/* The bytes of a frame with so many of data. */
static inline uint32_t frame_bytes(uint32_t len)
{
	return (FRAME_HEADER + len + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
}

/*
 * frame_put - write a frame to out, which has room for frame_bytes(frame->len); with
 * checksum its CRC-32 as well.  Returns its length.
 */
uint32_t frame_put(uint8_t *out, const struct frame *frame, bool checksum);

/*
 * frame_get - the frame at the start of len bytes; its data points into them.  Returns its
 * length, 0 when there is only a part of it, -EPROTO for what is no frame, or -EBADMSG when
 * checksum is wanted and is wrong.
 */
int frame_get(const uint8_t *bytes, size_t len, bool checksum, struct frame *frame);

/* What each side says first. */
struct hello {
	uint16_t lowest, highest; /* versions */
	uint32_t features;
};

#define HELLO_LEN     16u
#define HELLO_VERSION 1
/* I want checksums in what is sent to me. */
#define HELLO_CHECKSUM 0x1u

void hello_put(uint8_t out[HELLO_LEN], const struct hello *hello);
/* 0, -EPROTO for what is no HELLO, -EPROTONOSUPPORT when there is no common version. */
int hello_get(const struct frame *frame, struct hello *hello);

#endif /* ISMPEER_FRAME_H */
