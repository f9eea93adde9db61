// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of functions, as the kernel tells of them again and again.
 */
#include "model/function.h"
#include "unit.h"

static void test_vanished(struct function_table *table)
{
	struct ismt_function k = {
		.fid = 0x42,
		.flags = ISMT_FN_HAS_PDEV,
		.domain = 0x11,
		.vendor = 0x1014,
		.device = 0x04ed,
		.driver = "ism-vfio-pci",
	};
	struct function *fn = function_update(table, &k), before;

	ok(fn && fn->is_ism, "an ISM function");
	is_str(fn->address, "0011:00:00.0", "by its address");
	before = *fn;
	/* The device has gone, and with it who it was; the function is listed until it is released. */
	k.vendor = 0;
	k.device = 0;
	k.driver[0] = '\0';
	ok(function_update(table, &k) == fn && fn->is_ism, "is one when its device is gone");
	ok(function_same(fn, &before), "and the same as before");
	k.flags = 0;
	ok(function_update(table, &k) == fn && fn->is_ism, "also when it is on no bus any more");
	is_int(function_count(table), 1, "one function");
}

int main(void)
{
	struct function_table *table = function_table_new();

	if (!table)
		return 1;
	test_vanished(table);
	function_table_free(table);
	return unit_end();
}
