// SPDX-License-Identifier: GPL-2.0-only
#include "util/hist.h"

#include "unit.h"

static unsigned int where(uint64_t value)
{
	struct hist hist = { 0 };
	unsigned int i;

	hist_add(&hist, value);
	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist.bucket[i])
			return i;
	return HIST_BUCKETS;
}

static void buckets(void)
{
	unsigned int i, wrong = 0;

	is_int(where(0), 0, "0");
	is_int(where(1), 0, "1");
	is_int(where(2), 1, "2");
	is_int(where(3), 2, "3");
	is_int(where(4096), 12, "4096");
	is_int(where(4097), 13, "4097");
	is_int(where(UINT64_MAX), 64, "the largest");
	for (i = 1; i < 64; i++)
		wrong += where(hist_upper(i)) != i || where(hist_upper(i) + 1) != i + 1;
	is_int(wrong, 0, "both sides of every upper end");
	ok(hist_upper(64) == UINT64_MAX, "upper end of the last");
	is_int(hist_upper(0), 1, "upper end of the first");
}

static void percentiles(void)
{
	struct hist hist = { 0 };
	uint64_t i, last = 0, value;
	unsigned int percent, down = 0;

	is_int(hist_percentile(&hist, 50), 0, "of nothing");
	hist_add(&hist, 256);
	is_int(hist_percentile(&hist, 1), 256, "of one value, p1");
	is_int(hist_percentile(&hist, 99), 256, "of one value, p99");
	memset(&hist, 0, sizeof(hist));
	for (i = 1; i <= 1000; i++)
		hist_add(&hist, i);
	is_int(hist.count, 1000, "count");
	is_int(hist.sum, 500500, "sum");
	is_int(hist.min, 1, "min");
	is_int(hist.max, 1000, "max");
	is_int(hist_percentile(&hist, 0), 1, "p0");
	is_int(hist_percentile(&hist, 100), 1000, "p100");
	ok(hist_percentile(&hist, 50) >= 495 && hist_percentile(&hist, 50) <= 505, "p50");
	ok(hist_percentile(&hist, 90) >= 890 && hist_percentile(&hist, 90) <= 910, "p90");
	for (percent = 0; percent <= 100; percent++) {
		value = hist_percentile(&hist, percent);
		down += value < last;
		last = value;
	}
	is_int(down, 0, "never falls");
	memset(&hist, 0, sizeof(hist));
	hist_add(&hist, 0);
	hist_add(&hist, UINT64_MAX);
	ok(hist_percentile(&hist, 99) <= UINT64_MAX, "extremes");
	is_int(hist_percentile(&hist, 10), 0, "zero");
}

int main(void)
{
	buckets();
	percentiles();
	return unit_end();
}
