/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hexdump.h - payload bytes for people and for machines.
 */
#ifndef ISMT_UTIL_HEXDUMP_H
#define ISMT_UTIL_HEXDUMP_H

#include "util/outbuf.h"

/* Bytes a line. */
#define HEXDUMP_LINE 16

/*
 * hexdump_write - lines of 16 bytes, in hex and as characters, each behind `indent` blanks and the
 * offset in the region; data begins at `offset`.  Lines equal to the one before become one "*".
 * total is how many bytes the access transferred: if len is less, a last line says so.
 */
void hexdump_write(struct outbuf *out, const uint8_t *data, size_t len, uint64_t offset,
		   uint64_t total, unsigned int indent);

/* hex_write - two lower case digits a byte, nothing between. */
void hex_write(struct outbuf *out, const uint8_t *data, size_t len);

#endif /* ISMT_UTIL_HEXDUMP_H */
