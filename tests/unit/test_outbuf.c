// SPDX-License-Identifier: GPL-2.0-only
#include "util/outbuf.h"

#include <errno.h>
#include <stdlib.h>

#include "unit.h"

static struct outbuf out;
static char *caught;
static size_t caught_len;

static void begin(void)
{
	out_init(&out, open_memstream(&caught, &caught_len));
}

static const char *end(void)
{
	static char text[256];

	out_flush(&out);
	fclose(out.file);
	snprintf(text, sizeof(text), "%s", caught);
	free(caught);
	return text;
}

static void integers(void)
{
	static const uint64_t values[] = {
		0,
		1,
		9,
		10,
		99,
		100,
		101,
		4095,
		65536,
		99999999,
		100000000,
		4294967295u,
		4294967296,
		9999999999999999,
		10000000000000000,
		1763696000123456789,
		1ULL << 48,
		INT64_MAX,
		UINT64_MAX,
		100000000ULL * 4294967296u,
	};
	char want[64];
	unsigned int i, shift, wrong = 0;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		begin();
		out_u64(&out, values[i]);
		out_char(&out, ' ');
		out_i64(&out, (int64_t)-values[i]);
		out_char(&out, ' ');
		out_hex(&out, values[i]);
		snprintf(want, sizeof(want), "%" PRIu64 " %" PRId64 " 0x%" PRIx64, values[i],
			 (int64_t)-values[i], values[i]);
		is_str(end(), want, "formatted");
	}
	for (shift = 0; shift < 64; shift++) {
		for (i = 0; i < 3; i++) {
			uint64_t value = (1ULL << shift) - 1 + i;

			begin();
			out_u64(&out, value);
			out_hex(&out, value);
			snprintf(want, sizeof(want), "%" PRIu64 "0x%" PRIx64, value, value);
			wrong += strcmp(end(), want) != 0;
		}
	}
	is_int(wrong, 0, "around all powers of two");
	begin();
	out_zeros(&out, 7, 6);
	out_zeros(&out, 1234567, 6);
	out_zeros(&out, 0, 3);
	out_zeros(&out, 123, 9);
	out_zeros(&out, 987654321, 9);
	is_str(end(), "0000071234567000000000123987654321", "zeros in front");
}

static void columns(void)
{
	begin();
	out_str_left(&out, "ab", 4);
	out_str_right(&out, "cd", 4);
	out_u64_right(&out, 123456, 4);
	out_str_left(&out, "long enough", 4);
	out_char(&out, '|');
	is_str(end(), "ab     cd 123456 long enough |", "columns");
	begin();
	out_hex_right(&out, 0xff, 6);
	out_hex_right(&out, UINT64_MAX, 6);
	out_fixed_right(&out, 0, 7, 3, 8);
	out_fixed_right(&out, 1234567, 999999, 6, 8);
	out_fixed_right(&out, UINT64_MAX, 0, 9, 32);
	is_str(end(),
	       "  0xff 0xffffffffffffffff    0.007 1234567.999999 "
	       "  18446744073709551615.000000000 ",
	       "numbers to the right");
}

/* Much more than the buffer holds, in pieces of all lengths. */
static void large(void)
{
	static char piece[9000];
	size_t i, total = 0, wrong = 0, column;

	for (i = 0; i < sizeof(piece); i++)
		piece[i] = (char)('a' + i % 26);
	begin();
	for (i = 0; i < sizeof(piece); i += 7) {
		out_mem(&out, piece, i);
		total += i;
		column = out_column(&out);
		out_str(&out, "x");
		out_right(&out, column, 3);
		total += 4;
	}
	is_int(out_flush(&out), 0, "no error");
	is_int(caught_len, total, "all of it arrived");
	total = 0;
	for (i = 0; i < sizeof(piece); i += 7) {
		wrong += memcmp(caught + total, piece, i) != 0;
		total += i;
		wrong += memcmp(caught + total, "  x ", 4) != 0;
		total += 4;
	}
	is_int(wrong, 0, "in order");
	end();
}

static void errors(void)
{
	FILE *full = fopen("/dev/full", "w");
	int i;

	if (!ok(full != NULL, "/dev/full"))
		return;
	out_init(&out, full);
	out_str(&out, "lost");
	is_int(out_flush(&out), -ENOSPC, "a full disk at a flush");
	is_int(out_flush(&out), -ENOSPC, "is not forgotten");
	fclose(full);
	full = fopen("/dev/full", "w");
	setvbuf(full, NULL, _IONBF, 0);
	out_init(&out, full);
	for (i = 0; i < OUTBUF_SIZE; i++)
		out_lit(&out, "lost");
	is_int(out.error, -ENOSPC, "a full disk in between");
	fclose(full);
}

int main(void)
{
	integers();
	columns();
	large();
	errors();
	return unit_end();
}
