// SPDX-License-Identifier: GPL-2.0-only
#include "model/region.h"

#include <errno.h>

#include "ismtrace.h"
#include "unit.h"

static long long parsed(const char *text)
{
	uint32_t region = 12345;
	int err = region_parse(text, &region);

	if (err && region != 12345)
		return -1000;
	return err ? err : (long long)region;
}

int main(void)
{
	char buf[REGION_NAME_LEN];
	uint32_t i;

	is_str(region_name(0, buf), "bar0", "BAR 0");
	is_str(region_name(5, buf), "bar5", "BAR 5");
	is_str(region_name(6, buf), "rom", "ROM");
	is_str(region_name(7, buf), "config", "configuration space");
	is_str(region_name(8, buf), "vga", "VGA");
	is_str(region_name(9, buf), "dev9", "a device's own");
	is_str(region_name(UINT32_MAX, buf), "dev4294967295", "the last");
	for (i = 0; i < 20; i++)
		is_int(parsed(region_name(i, buf)), i, "there and back");
	is_int(parsed("BAR2"), 2, "upper case");
	is_int(parsed("7"), 7, "a number");
	is_int(parsed("4294967295"), UINT32_MAX, "a large number");
	is_int(parsed("4294967296"), -EINVAL, "too large");
	is_int(parsed("99999999999999999999999"), -EINVAL, "much too large");
	is_int(parsed(""), -EINVAL, "nothing");
	is_int(parsed("bar6"), -EINVAL, "no such BAR");
	is_int(parsed("bar"), -EINVAL, "no number");
	is_int(parsed("dev"), -EINVAL, "no number either");
	is_int(parsed("dev2"), -EINVAL, "not another name of bar2");
	is_int(parsed("-1"), -EINVAL, "negative");
	is_int(parsed("2 "), -EINVAL, "a blank");
	is_int(parsed("0x2"), -EINVAL, "hexadecimal");
	is_str(space_name(2), "bar2", "space of a BAR");
	is_str(space_name(ISMT_PCIAS_CONFIG), "config", "space of configuration");
	is_str(space_name(6), "-", "no such space");
	is_str(space_name(0xff), "-", "an unknown space");
	ok(region_is_bar(5) && !region_is_bar(6), "which regions are BARs");
	return unit_end();
}
