// SPDX-License-Identifier: GPL-2.0-only
#include "util/outbuf.h"

#include <errno.h>
#include <stdarg.h>

void out_init(struct outbuf *out, FILE *file)
{
	out->file = file;
	out->used = 0;
	out->error = 0;
}

void out_drain(struct outbuf *out)
{
	size_t used = out->used;

	out->used = 0;
	if (out->error)
		return;
	errno = 0;
	if (fwrite(out->data, 1, used, out->file) != used)
		out->error = errno ? -errno : -EIO;
}

int out_flush(struct outbuf *out)
{
	if (out->used)
		out_drain(out);
	if (out->error)
		return out->error;
	errno = 0;
	if (fflush(out->file))
		out->error = errno ? -errno : -EIO;
	return out->error;
}

/* "000" to "999": divisions are dear, so three digits by each. */
#define ONES(h, t)                                                                            \
#h #t "0" #h #t "1" #h #t "2" #h #t "3" #h #t "4" #h #t "5" #h #t "6" #h #t "7" #h #t \
	      "8" #h #t "9"
#define TENS(h)    \
	ONES(h, 0) \
	ONES(h, 1) \
	ONES(h, 2) ONES(h, 3) ONES(h, 4) ONES(h, 5) ONES(h, 6) ONES(h, 7) ONES(h, 8) ONES(h, 9)

static const char triples[] =
	TENS(0) TENS(1) TENS(2) TENS(3) TENS(4) TENS(5) TENS(6) TENS(7) TENS(8) TENS(9);

static inline char *triple(char *end, uint32_t value)
{
	memcpy(end - 3, &triples[value * 3], 3);
	return end - 3;
}

/* Writes digits backwards from end; returns where they begin. */
static inline char *digits32(char *end, uint32_t value)
{
	while (value >= 1000) {
		end = triple(end, value % 1000);
		value /= 1000;
	}
	if (value >= 100)
		return triple(end, value);
	if (value >= 10) {
		memcpy(end - 2, &triples[value * 3 + 1], 2);
		return end - 2;
	}
	*--end = (char)('0' + value);
	return end;
}

/* Nine digits, zeros in front included. */
static inline char *digits9(char *end, uint32_t value)
{
	end = triple(end, value % 1000);
	end = triple(end, value / 1000 % 1000);
	return triple(end, value / 1000000);
}

static char *digits64(char *end, uint64_t value)
{
	/* Divisions of 64 bits are dear: as few as can be. */
	while (value > UINT32_MAX) {
		end = digits9(end, (uint32_t)(value % 1000000000));
		value /= 1000000000;
	}
	return digits32(end, (uint32_t)value);
}

/*
 * Digits are made backwards, here; what follows them is there so that a copy may be
 * of constant length, which is one instruction on s390.
 */
#define DIGITS 40
#define BEHIND 64

struct digits {
	char text[DIGITS + BEHIND];
};

static inline char *digits_end(struct digits *digits)
{
	return digits->text + DIGITS;
}

char *at_u64(char *p, uint64_t value)
{
	struct digits digits;
	char *start;

	if (value < 10) {
		*p = (char)('0' + value);
		return p + 1;
	}
	start = digits64(digits_end(&digits), value);
	memcpy(p, start, 20);
	return p + (digits_end(&digits) - start);
}

char *at_six(char *p, uint32_t value)
{
	memcpy(p, &triples[value / 1000 * 3], 3);
	memcpy(p + 3, &triples[value % 1000 * 3], 3);
	return p + 6;
}

void out_u64(struct outbuf *out, uint64_t value)
{
	/* Most numbers of a line are 0 or 1. */
	if (value < 10) {
		out_char(out, (char)('0' + value));
		return;
	}
	out->used = (size_t)(at_u64(out_room(out, 32), value) - out->data);
}

void out_i64(struct outbuf *out, int64_t value)
{
	if (value < 0) {
		out_char(out, '-');
		out_u64(out, -(uint64_t)value);
	} else {
		out_u64(out, (uint64_t)value);
	}
}

static char *put_zeros(char *p, uint32_t value, unsigned int width)
{
	struct digits digits;
	char *end = digits_end(&digits), *start;

	start = width == 9 && value < 1000000000 ? digits9(end, value) : digits32(end, value);
	while ((size_t)(end - start) < width)
		*--start = '0';
	memcpy(p, start, 20);
	return p + (end - start);
}

void out_zeros(struct outbuf *out, uint32_t value, unsigned int width)
{
	out->used = (size_t)(put_zeros(out_room(out, 32), value, width) - out->data);
}

static char *hex_digits(char *end, uint64_t value)
{
	do {
		*--end = "0123456789abcdef"[value & 0xf];
		value >>= 4;
	} while (value);
	*--end = 'x';
	*--end = '0';
	return end;
}

void out_hex(struct outbuf *out, uint64_t value)
{
	char buf[18], *start = hex_digits(buf + sizeof(buf), value);

	out_mem(out, start, (size_t)(buf + sizeof(buf) - start));
}

void out_printf(struct outbuf *out, const char *format, ...)
{
	char *p = out_room(out, 1024);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(p, 1024, format, args);
	va_end(args);
	if (n > 0)
		out->used += n < 1024 ? (size_t)n : 1023;
}

#define BLANKS 32

/* n blanks at p, where there is room for BLANKS more: as nearly always, a copy of a constant length does. */
static inline void put_blanks(char *p, size_t n)
{
	memcpy(p, "                                ", BLANKS);
	if (n > BLANKS)
		memset(p, ' ', n);
}

void out_left(struct outbuf *out, size_t column, unsigned int width)
{
	size_t len = out->used - column;
	size_t pad = len < width ? width - len + 1 : 1;

	put_blanks(out_room(out, pad + BLANKS), pad);
	out->used += pad;
}

void out_right(struct outbuf *out, size_t column, unsigned int width)
{
	size_t len = out->used - column;
	size_t pad = len < width ? width - len : 0;
	char *start = out->data + column;

	out_room(out, pad + 1);
	if (pad) {
		memmove(start + pad, start, len);
		memset(start, ' ', pad);
		out->used += pad;
	}
	out->data[out->used++] = ' ';
}

void out_str_left(struct outbuf *out, const char *word, unsigned int width)
{
	size_t column = out_column(out);

	out_str(out, word);
	out_left(out, column, width);
}

/* A word as a column to the right of its width, with a blank behind it. */
static void put_right(struct outbuf *out, const char *word, size_t len, unsigned int width)
{
	size_t pad = len < width ? width - len : 0;
	char *p = out_room(out, pad + len + 1 + BLANKS);

	put_blanks(p, pad);
	memcpy(p + pad, word, len);
	p[pad + len] = ' ';
	out->used += pad + len + 1;
}

void out_str_right(struct outbuf *out, const char *word, unsigned int width)
{
	put_right(out, word, strlen(word), width);
}

void out_u64_right(struct outbuf *out, uint64_t value, unsigned int width)
{
	char buf[24], *start = digits64(buf + sizeof(buf), value);

	put_right(out, start, (size_t)(buf + sizeof(buf) - start), width);
}

/* put_right(), of at most 40 digits, in a column of at most 32. */
static inline char *at_right(char *p, const struct digits *digits, const char *start,
			     unsigned int width)
{
	size_t len = (size_t)(digits->text + DIGITS - start);
	size_t pad = len < width ? width - len : 0;

	memcpy(p, "                                ", 32);
	memcpy(p + pad, start, 40);
	p[pad + len] = ' ';
	return p + pad + len + 1;
}

char *at_hex_right(char *p, uint64_t value, unsigned int width)
{
	struct digits digits;

	return at_right(p, &digits, hex_digits(digits_end(&digits), value), width);
}

void out_hex_right(struct outbuf *out, uint64_t value, unsigned int width)
{
	out->used = (size_t)(at_hex_right(out_room(out, AT_ROOM), value, width) - out->data);
}

char *at_fixed_right(char *p, uint64_t whole, uint32_t part, unsigned int digits,
		     unsigned int width)
{
	struct digits made;
	char *end = digits_end(&made), *start = digits32(end, part);

	while ((size_t)(end - start) < digits)
		*--start = '0';
	*--start = '.';
	return at_right(p, &made, digits64(start, whole), width);
}

void out_fixed_right(struct outbuf *out, uint64_t whole, uint32_t part, unsigned int digits,
		     unsigned int width)
{
	out->used = (size_t)(at_fixed_right(out_room(out, AT_ROOM), whole, part, digits, width) -
			     out->data);
}
