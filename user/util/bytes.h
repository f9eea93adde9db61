/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bytes.h - numbers in files: in the byte order that a format says, at any
 * alignment.
 */
#ifndef ISMT_UTIL_BYTES_H
#define ISMT_UTIL_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline void put_be16(uint8_t *p, uint16_t value)
{
	value = htobe16(value);
	memcpy(p, &value, sizeof(value));
}

static inline void put_be32(uint8_t *p, uint32_t value)
{
	value = htobe32(value);
	memcpy(p, &value, sizeof(value));
}

static inline void put_be64(uint8_t *p, uint64_t value)
{
	value = htobe64(value);
	memcpy(p, &value, sizeof(value));
}

static inline void put_le16(uint8_t *p, uint16_t value)
{
	value = htole16(value);
	memcpy(p, &value, sizeof(value));
}

static inline void put_le32(uint8_t *p, uint32_t value)
{
	value = htole32(value);
	memcpy(p, &value, sizeof(value));
}

static inline uint16_t get_be16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return be16toh(value);
}

static inline uint32_t get_be32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return be32toh(value);
}

static inline uint64_t get_be64(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return be64toh(value);
}

static inline uint16_t get_le16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return le16toh(value);
}

static inline uint32_t get_le32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return le32toh(value);
}

/* Numbers in the byte order of a pcapng section, which says which one it is. */
static inline void put_16(uint8_t *p, uint16_t value, bool little)
{
	if (little)
		put_le16(p, value);
	else
		put_be16(p, value);
}

static inline void put_32(uint8_t *p, uint32_t value, bool little)
{
	if (little)
		put_le32(p, value);
	else
		put_be32(p, value);
}

static inline uint16_t get_16(const uint8_t *p, bool little)
{
	return little ? get_le16(p) : get_be16(p);
}

static inline uint32_t get_32(const uint8_t *p, bool little)
{
	return little ? get_le32(p) : get_be32(p);
}

#endif /* ISMT_UTIL_BYTES_H */
