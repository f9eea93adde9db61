// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times before 1970 and of any resolution: of a packet, as nanoseconds with a sign.
 */
#include "util/times.h"

#include <errno.h>

#include "capture/interface.h"
#include "unit.h"

/* An interface description with this if_tsresol and if_tsoffset. */
static struct capture_interface interface_of(uint8_t resolution, int64_t offset, int want)
{
	uint8_t data[64], value[8];
	struct block_out out = { .data = data, .room = sizeof(data) };
	struct capture_interface interface;
	struct pcapng_block block = { .type = PCAPNG_IDB, .body = data + 8 };
	struct function fn;
	int i;

	for (i = 0; i < 8; i++)
		value[i] = (uint8_t)((uint64_t)offset >> (56 - 8 * i));
	block_begin(&out, PCAPNG_IDB);
	block_u16(&out, LINKTYPE_USER3);
	block_u16(&out, 0);
	block_u32(&out, 0);
	block_option(&out, IF_TSRESOL, &resolution, 1);
	block_option(&out, IF_TSOFFSET, value, 8);
	block_options_end(&out);
	block_end(&out);
	block.len = out.len - 12;
	is_int(interface_get(&block, &interface, &fn), want, "understood");
	return interface;
}

static void resolutions(void)
{
	static const struct {
		uint8_t resolution;
		int64_t offset;
		uint64_t units;
		int64_t ns;
	} cases[] = {
		{ 9, 0, 1795248391198975701, 1795248391198975701 },
		{ 9, -3000000000, 1795248391198975701, -1204751608801024299 },
		{ 9, 0, (uint64_t)-1204751608801024299, -1204751608801024299 },
		{ 6, 0, 1795248391198975, 1795248391198975000 },
		{ 6, -1, 1, -999999000 },
		{ 0, 0, 1795248391, 1795248391000000000 },
		{ 0x80, 0, 1795248391, 1795248391000000000 },
		{ 0x80, -2000000000, 1795248391, -204751609000000000 },
		{ 0x81, 0, 3, 1500000000 },
		{ 0x81, 0, (uint64_t)-1, -500000000 },
		{ 0x8a, 5, 1024 + 512, 6500000000 },
		{ 0x9e, 0, 1u << 30, 1000000000 },
		{ 0xc0, 0, 1ULL << 63, 500000000 },
		{ 0xff, 7, UINT64_MAX, 7000000000 },
		{ 12, 0, 18000000000000999999ULL, 18000000000000999 },
		{ 18, 0, UINT64_MAX, 18446744073 },
		/* Beyond what there is: its end, and no other time. */
		{ 0x80, 0, 1795248391198975701, INT64_MAX },
		{ 0x80, 0, (uint64_t)-1795248391198975701, INT64_MIN },
		{ 9, INT64_MAX, 5, INT64_MAX },
		{ 9, INT64_MIN, 5, INT64_MIN },
		{ 0, INT64_MAX, INT64_MAX, INT64_MAX },
		{ 3, 0, UINT64_MAX, -1000000 },
	};
	struct capture_interface interface;
	char what[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		interface = interface_of(cases[i].resolution, cases[i].offset, 0);
		snprintf(what, sizeof(what), "case %zu, if_tsresol 0x%x", i, cases[i].resolution);
		is_int(interface_time(&interface, cases[i].units), cases[i].ns, what);
	}
	interface_of(19, 0, -EBADMSG);
	interface_of(127, 0, -EBADMSG);
}

static void arithmetic(void)
{
	uint32_t ns;

	is_int(time_add(5, -7), -2, "a sum");
	is_int(time_add(INT64_MAX, 1), INT64_MAX, "that would be too large");
	is_int(time_add(INT64_MIN, -1), INT64_MIN, "or too small");
	is_int(time_diff(-5, 7), -12, "a difference");
	is_int(time_diff(INT64_MAX, -1), INT64_MAX, "that would be too large");
	is_int(time_diff(INT64_MIN, 1), INT64_MIN, "or too small");
	is_int(time_end(-10, 30), 20, "an end");
	is_int(time_end(5, UINT64_MAX), INT64_MAX, "of what took for ever");
	ok(time_span(INT64_MIN, INT64_MAX) == UINT64_MAX, "the longest span");
	is_int(time_span(7, -7), 0, "nothing, backwards");
	is_int(time_second(1500000000, &ns), 1, "a second");
	is_int(ns, 500000000, "and a half");
	is_int(time_second(-1, &ns), -1, "the one before 1970");
	is_int(ns, 999999999, "and nearly all of it");
	is_int(time_second(-2000000000, &ns), -2, "two before");
	is_int(ns, 0, "just");
}

int main(void)
{
	resolutions();
	arithmetic();
	return unit_end();
}
