/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outbuf.h - a buffer in front of a FILE, with the cheap integer formatting
 * that a line per access needs: printf() costs several times more, and the
 * machine that is traced pays for it.
 *
 * Nothing reaches the FILE before out_flush() or before the buffer is full,
 * whatever the FILE's own buffering is.  Errors stick: after the first one all
 * output is dropped, and out_flush() keeps returning it.
 */
#ifndef ISMT_UTIL_OUTBUF_H
#define ISMT_UTIL_OUTBUF_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OUTBUF_SIZE 32768

struct outbuf {
	FILE *file; /* borrowed */
	size_t used;
	int error; /* 0 or -errno */
	char data[OUTBUF_SIZE];
};

void out_init(struct outbuf *out, FILE *file);

/*
 * out_flush - write everything to the FILE and flush that.  Returns 0 or
 * -errno: -EPIPE when the reader has gone, -ENOSPC when the disk is full.
 */
int out_flush(struct outbuf *out);

/* The slow half of out_room(): write out what is in the buffer. */
void out_drain(struct outbuf *out);

/*
 * out_room - where the next bytes go, with space for at least len, which must
 * not be above 4096.  The caller adds what it wrote to out->used.
 */
static inline char *out_room(struct outbuf *out, size_t len)
{
	if (sizeof(out->data) - out->used < len)
		out_drain(out);
	return out->data + out->used;
}

static inline void out_char(struct outbuf *out, char c)
{
	*out_room(out, 1) = c;
	out->used++;
}

/* out_mem - append len bytes, of any length. */
static inline void out_mem(struct outbuf *out, const char *src, size_t len)
{
	while (__builtin_expect(len > 4096, 0)) {
		memcpy(out_room(out, 4096), src, 4096);
		out->used += 4096;
		src += 4096;
		len -= 4096;
	}
	memcpy(out_room(out, len), src, len);
	out->used += len;
}

static inline void out_str(struct outbuf *out, const char *src)
{
	out_mem(out, src, strlen(src));
}

/* out_lit - append a string literal, whose length the compiler knows. */
#define out_lit(out, text) out_mem(out, "" text, sizeof(text) - 1)

/*
 * at_...() - write a number at p and return its end, for lines whose room was asked for at once.
 * AT_ROOM bytes behind p may be written to, whatever the length of the number.
 */
#define AT_ROOM 256

#define at_lit(p, text) ((char *)memcpy(p, text, sizeof(text) - 1) + sizeof(text) - 1)

char *at_u64(char *p, uint64_t value);
/* value, below a million, as six digits with zeros in front. */
char *at_six(char *p, uint32_t value);
char *at_hex_right(char *p, uint64_t value, unsigned int width);
char *at_fixed_right(char *p, uint64_t whole, uint32_t part, unsigned int digits,
		     unsigned int width);

/* Append a decimal number; out_zeros(): with zeros in front, at least width (up to 20) digits. */
void out_u64(struct outbuf *out, uint64_t value);
void out_i64(struct outbuf *out, int64_t value);
void out_zeros(struct outbuf *out, uint32_t value, unsigned int width);

/*
 * out_json_u64 - append a number that all readers of JSON can represent: what is above INT64_MAX
 * becomes INT64_MAX.  Kernels have no such numbers (offsets, lengths and times are signed
 * there), but a damaged or forged capture may.
 */
static inline void out_json_u64(struct outbuf *out, uint64_t value)
{
	out_u64(out, value > INT64_MAX ? INT64_MAX : value);
}

/* Append "0x" and lower case hexadecimal digits. */
void out_hex(struct outbuf *out, uint64_t value);

/* out_printf - slow, for what is printed once; cut at 1023 characters. */
__attribute__((format(printf, 2, 3))) void out_printf(struct outbuf *out, const char *format, ...);

/*
 * Columns.  out_column() returns where a column begins.  out_left() and out_right() pad what was
 * appended since then to the width (at most 1024; wider content stays) and add a blank.  A
 * column holds at most 1 KiB.
 */
static inline size_t out_column(struct outbuf *out)
{
	/* Make room now, so that nothing of the column is written out before out_right() pads it. */
	out_room(out, 2048);
	return out->used;
}

void out_left(struct outbuf *out, size_t column, unsigned int width);
void out_right(struct outbuf *out, size_t column, unsigned int width);

/* Append a whole column with one word or number in it. */
void out_str_left(struct outbuf *out, const char *word, unsigned int width);
void out_str_right(struct outbuf *out, const char *word, unsigned int width);
void out_u64_right(struct outbuf *out, uint64_t value, unsigned int width);
/* Width up to 32. */
void out_hex_right(struct outbuf *out, uint64_t value, unsigned int width);
/* "whole.part", part with `digits` digits (up to 9), so below 10 to that power; width up to 32. */
void out_fixed_right(struct outbuf *out, uint64_t whole, uint32_t part, unsigned int digits,
		     unsigned int width);

#endif /* ISMT_UTIL_OUTBUF_H */
