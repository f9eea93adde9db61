// SPDX-License-Identifier: GPL-2.0-only
#include "util/hexdump.h"

#include <inttypes.h>
#include <stdbool.h>

static const char digits[] = "0123456789abcdef";

void hex_write(struct outbuf *out, const uint8_t *data, size_t len)
{
	char *p;
	size_t i;

	for (i = 0; i < len; i++) {
		p = out_room(out, 2);
		p[0] = digits[data[i] >> 4];
		p[1] = digits[data[i] & 0xf];
		out->used += 2;
	}
}

static void put_indent(struct outbuf *out, unsigned int indent)
{
	memset(out_room(out, indent), ' ', indent);
	out->used += indent;
}

static void put_line(struct outbuf *out, const uint8_t *data, size_t len, uint64_t offset)
{
	size_t i;

	out_printf(out, "%08" PRIx64 " ", offset);
	for (i = 0; i < HEXDUMP_LINE; i++) {
		if (i == HEXDUMP_LINE / 2)
			out_char(out, ' ');
		if (i < len) {
			out_char(out, ' ');
			hex_write(out, data + i, 1);
		} else {
			out_lit(out, "   ");
		}
	}
	out_lit(out, "  |");
	/* ASCII only: what else a byte means is not for us to say. */
	for (i = 0; i < len; i++)
		out_char(out, data[i] >= ' ' && data[i] < 0x7f ? (char)data[i] : '.');
	out_lit(out, "|\n");
}

void hexdump_write(struct outbuf *out, const uint8_t *data, size_t len, uint64_t offset,
		   uint64_t total, unsigned int indent)
{
	bool star = false;
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < HEXDUMP_LINE ? len - at : HEXDUMP_LINE;
		/* The last line is always there, so that the end can be seen. */
		if (at && at + n < len &&
		    !memcmp(data + at, data + at - HEXDUMP_LINE, HEXDUMP_LINE)) {
			if (!star) {
				put_indent(out, indent);
				out_lit(out, "*\n");
			}
			star = true;
			continue;
		}
		star = false;
		put_indent(out, indent);
		put_line(out, data + at, n, offset + at);
	}
	if (len < total) {
		put_indent(out, indent);
		out_printf(out, "(%zu of %" PRIu64 " bytes captured)\n", len, total);
	}
}
