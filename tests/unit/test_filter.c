// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_filter.c - filters over records decide as the kernel does.
 */
#include "model/filter_match.h"

#include <errno.h>

#include "model/rules.h"
#include "model/summary.h"
#include "sample.h"
#include "unit.h"

static struct function ism;
static struct filter filter;

static void by_place(void)
{
	struct access access = sample_write(&ism, 0, 4096);

	filter_init(&filter);
	ok(filter_match(&filter, &access), "no filter");
	ok(filter_is_open(&filter), "is open");
	filter_add_regions(&filter, "bar0,config");
	ok(!filter_match(&filter, &access), "another region");
	ok(!filter_is_open(&filter), "is not open");
	filter_add_regions(&filter, "2");
	ok(filter_match(&filter, &access), "this region");

	filter_init(&filter);
	filter_add_regions(&filter, "dev70");
	access.raw.region = 65000;
	ok(filter_match(&filter, &access), "from 63 on all are one, as in the kernel");
	access.raw.region = 62;
	ok(!filter_match(&filter, &access), "62 is not");

	filter_init(&filter);
	filter_set_op(&filter, "read");
	ok(!filter_match(&filter, &access), "no writes");
	access.raw.op = ISMT_READ;
	ok(filter_match(&filter, &access), "reads");

	filter_init(&filter);
	filter_set_size(&filter, "64-4K");
	ok(filter_match(&filter, &access), "the upper end is in");
	access.raw.len = 4097;
	ok(!filter_match(&filter, &access), "above");
	access.raw.len = 64;
	ok(filter_match(&filter, &access), "the lower end is in");
	access.raw.len = 63;
	ok(!filter_match(&filter, &access), "below");
}

static void by_who(void)
{
	struct access access = sample_write(&ism, 0, 8);

	filter_init(&filter);
	filter_set_comm(&filter, "ismload");
	ok(filter_match(&filter, &access), "this name");
	memcpy(access.raw.comm, "ismload2", 9);
	ok(!filter_match(&filter, &access), "a longer one");
	memcpy(access.raw.comm, "ismloa\0d", 9);
	ok(!filter_match(&filter, &access), "a shorter one");
	filter_set_comm(&filter, "fifteen-letters");
	memcpy(access.raw.comm, "fifteen-letters", 16);
	ok(filter_match(&filter, &access), "as long as can be");
	access.raw.comm[15] = 'x';
	ok(!filter_match(&filter, &access), "without an end");

	filter_init(&filter);
	filter_add_pid(&filter, "1,811");
	ok(!filter_match(&filter, &access), "other processes");
	filter_add_pid(&filter, "812");
	ok(filter_match(&filter, &access), "and this one");
	while (filter.nr_pids < FILTER_PIDS - 2)
		filter_add_pid(&filter, "813");
	is_int(filter_add_pid(&filter, "814,815"), 0, "many");
	is_int(filter_add_pid(&filter, "816"), -E2BIG, "too many");
}

static void by_function(void)
{
	struct access access = sample_write(&ism, 0, 8);
	static const struct {
		const char *text;
		bool valid, names;
	} cases[] = {
		{ "0011:00:00.0", true, true },	  { "0011:00:00.1", true, false },
		{ "fid:34", true, true },	  { "fid:0x22", true, true },
		{ "fid:0x23", true, false },	  { "uid:17", true, true },
		{ "uid:0x11", true, true },	  { "uid:34", true, false },
		{ "uid:", false, false },	  { "fid:-1", false, false },
		{ "fid:34x", false, false },	  { "fid:4294967330", false, false },
		{ "0011:00:00", false, false },	  { "0011:00:00.00", false, false },
		{ "0011-00-00.0", false, false }, { "", false, false },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		filter_init(&filter);
		is_int(filter_name_valid(cases[i].text), cases[i].valid, cases[i].text);
		filter.functions[0] = cases[i].text;
		filter.nr_functions = 1;
		is_int(filter_match(&filter, &access), cases[i].names, "matches");
	}
	filter.functions[1] = "0011:00:00.0";
	filter.nr_functions = 2;
	ok(filter_match(&filter, &access), "the second of two");
	ism.address[0] = '\0';
	filter.functions[0] = "";
	ok(!filter_match(&filter, &access), "one without an address has no name");
	ism = sample_function();
}

static void by_outcome(void)
{
	struct access access = sample_write(&ism, 0, 8);

	filter_init(&filter);
	filter.k.errors = true;
	ok(!filter_match(&filter, &access), "all well");
	ok(filter_match_begin(&filter, &access), "which is not known at the begin");
	access.raw.ret = 7;
	ok(filter_match(&filter, &access), "short");
	access.raw.ret = -EIO;
	ok(filter_match(&filter, &access), "an error");
	access.raw.ret = 8;
	access.raw.insn.failed = 1;
	ok(filter_match(&filter, &access), "a failed instruction");

	filter_init(&filter);
	access.rules = RULE_BIT(ISM008);
	ok(filter_match_rules(&filter, &access), "no rule asked for");
	filter_add_rule(&filter, "ISM001,silent-loss");
	ok(!filter_match_rules(&filter, &access), "other rules");
	access.rules |= RULE_BIT(ISM011);
	ok(filter_match_rules(&filter, &access), "one of them");
	ok(filter_match(&filter, &access), "not a matter of filter_match()");
}

/* What is left out stays in the sums, so that issued is what was issued. */
static void left_out(void)
{
	struct access access = sample_fragmented(&ism, 64);
	struct summary *summary = summary_new();

	summary_access(summary, &access);
	is_int(summary_leave_out(summary, &access), 0, "left out");
	is_int(summary->recorded, 1, "recorded");
	is_int(summary->filtered, 1, "filtered");
	is_int(summary->functions[0].filtered.n[ISMT_PCISTG], 8, "its instructions");
	is_int(summary_issued(&summary->functions[0]), 16, "issued");
	is_int(summary_failed(&summary->functions[0]), 16, "failed");
	is_int(summary->rows[0].stats.accesses, 1, "not in the rows");
	summary_free(summary);
}

int main(void)
{
	ism = sample_function();
	by_place();
	by_who();
	by_function();
	by_outcome();
	left_out();
	return unit_end();
}
