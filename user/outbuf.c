// SPDX-License-Identifier: GPL-2.0-only
#include "outbuf.h"

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

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

/* Writes digits backwards from end; returns where they begin. */
static char *digits32(char *end, uint32_t value)
{
	while (value >= 100) {
		end -= 2;
		memcpy(end, &pairs[value % 100 * 2], 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, &pairs[value * 2], 2);
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

/* Eight digits, zeros in front included. */
static char *digits8(char *end, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++) {
		end -= 2;
		memcpy(end, &pairs[value % 100 * 2], 2);
		value /= 100;
	}
	return end;
}

static char *digits64(char *end, uint64_t value)
{
	/* Divisions of 64 bits are dear: as few as can be. */
	while (value > UINT32_MAX) {
		end = digits8(end, (uint32_t)(value % 100000000));
		value /= 100000000;
	}
	return digits32(end, (uint32_t)value);
}

void out_u64(struct outbuf *out, uint64_t value)
{
	char buf[24], *start;
	size_t len;

	if (value < 10) {
		out_char(out, (char)('0' + value));
		return;
	}
	start = digits64(buf + sizeof(buf), value);
	len = (size_t)(buf + sizeof(buf) - start);
	memcpy(out_room(out, 24), start, len);
	out->used += len;
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

void out_zeros(struct outbuf *out, uint64_t value, unsigned int digits)
{
	char buf[24], *start = digits64(buf + sizeof(buf), value);

	while ((size_t)(buf + sizeof(buf) - start) < digits && start > buf)
		*--start = '0';
	out_mem(out, start, (size_t)(buf + sizeof(buf) - start));
}

void out_hex(struct outbuf *out, uint64_t value)
{
	unsigned int digits = value ? (67 - (unsigned int)__builtin_clzll(value)) / 4 : 1;
	char *p = out_room(out, 18);
	unsigned int i;

	p[0] = '0';
	p[1] = 'x';
	for (i = digits; i; i--) {
		p[1 + i] = "0123456789abcdef"[value & 0xf];
		value >>= 4;
	}
	out->used += 2 + digits;
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

void out_left(struct outbuf *out, size_t column, unsigned int width)
{
	size_t len = out->used - column;
	size_t pad = len < width ? width - len + 1 : 1;

	memset(out_room(out, pad), ' ', pad);
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

void out_str_right(struct outbuf *out, const char *word, unsigned int width)
{
	size_t column = out_column(out);

	out_str(out, word);
	out_right(out, column, width);
}

void out_u64_right(struct outbuf *out, uint64_t value, unsigned int width)
{
	size_t column = out_column(out);

	out_u64(out, value);
	out_right(out, column, width);
}
