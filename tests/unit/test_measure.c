// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_measure.c - when our counts and the measurement block's disagree.
 */
#include "model/measure.h"

#include <string.h>

#include "unit.h"

static const struct measure equal = {
	.begun = 2,
	.ours = { 100, 3, 40 },
	.machine = { 100, 3, 40 },
	.before = 7,
	.after = 12,
};

static void nothing_to_tell(void)
{
	struct measure m = equal;

	ok(!measure_mismatch(&m), "equal");
	m.begun = 0;
	m.machine[ISMT_PCISTB] = 50;
	ok(!measure_mismatch(&m), "nothing was measured");
}

static void differences(void)
{
	struct measure m = equal;

	m.machine[ISMT_PCISTB]++;
	is_int(measure_difference(&m, ISMT_PCISTB), 1, "the machine's less ours");
	ok(measure_mismatch(&m), "one more");
	m = equal;
	m.machine[ISMT_PCILG]--;
	is_int(measure_difference(&m, ISMT_PCILG), -1, "and below 0");
	ok(measure_mismatch(&m), "one less");
	m.machine[ISMT_PCISTG]++;
	ok(measure_mismatch(&m), "one less and one more are two differences, not none");
	m = equal;
	m.astray = 1;
	ok(measure_mismatch(&m), "the trace's sums");
}

static void explanations(void)
{
	struct measure m = equal;

	m.machine[ISMT_PCISTB] += 5;
	m.missed = 5;
	ok(!measure_mismatch(&m), "as many as were missed");
	m.missed = 4;
	ok(measure_mismatch(&m), "more than were missed");
	m = equal;
	m.machine[ISMT_PCISTB] -= 3;
	m.under_way = 3;
	ok(!measure_mismatch(&m), "as many as may have been under way");
	m.under_way = 2;
	m.missed = 10;
	ok(measure_mismatch(&m), "what was missed explains only what the machine has more");
}

static void sums(void)
{
	struct measure sum = {}, other = equal;

	measure_add(&sum, &equal);
	other.machine[ISMT_PCILG] += 4;
	other.missed = 4;
	measure_add(&sum, &other);
	is_int(sum.begun, 4, "blocks");
	is_int(sum.ours[ISMT_PCISTB], 80, "ours");
	is_int(sum.machine[ISMT_PCILG], 204, "the machine's");
	is_int(sum.before, 14, "before");
	is_int(sum.after, 24, "after");
	ok(!measure_mismatch(&sum), "explained as before");
}

static void sentences(void)
{
	struct measure m = equal;
	char buf[160];

	m.machine[ISMT_PCILG] = 90;
	m.machine[ISMT_PCISTB] = 41;
	measure_sentence(&m, buf, sizeof(buf));
	is_str(buf, "100 loads, the machine counted 90; 40 store blocks, the machine counted 41",
	       "both");
	is_int((long long)measure_sentence(&m, buf, 12), 74, "its length, however short the room");
	is_str(buf, "100 loads, ", "cut, and ended");
	m = equal;
	m.astray = 9;
	measure_sentence(&m, buf, sizeof(buf));
	is_str(buf, "the trace's sums are off by 9 from its own count", "only the sums");
}

int main(void)
{
	nothing_to_tell();
	differences();
	explanations();
	sums();
	sentences();
	return unit_end();
}
