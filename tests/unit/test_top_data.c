// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_top_data.c - ismtop's rows: differences of counts, sums, sizes, filter, and
 * the history of rates.
 */
#include <math.h>
#include <stdlib.h>

#include "sample.h"
#include "top/history.h"
#include "top/rows.h"
#include "top/table.h"
#include "unit.h"

#define S 1000000000ULL

static struct function one, two;

static void put(struct counts *counts, struct access access, const struct function *fn,
		uint32_t pid, const char *comm, unsigned int times)
{
	unsigned int bucket = 0;

	/* Store blocks of up to 8 << i bytes; the sample's is one. */
	while (access.raw.insn.n[ISMT_PCISTB] && 8u << bucket < access.raw.len)
		bucket++;
	access.raw.insn.stb[bucket] = access.raw.insn.n[ISMT_PCISTB];
	access.fn = fn;
	access.raw.pid = pid;
	memset(access.raw.comm, 0, sizeof(access.raw.comm));
	memcpy(access.raw.comm, comm, strlen(comm));
	while (times--)
		counts_access(counts, &access);
}

/* Two intervals: one second until before, 0.5 s until now. */
static void fill(struct counts *before, struct counts *now)
{
	struct access bad = sample_fragmented(&one, 4096);

	before->ts = 101 * S;
	put(before, sample_write(&one, 0, 4096), &one, 10, "a", 3);
	put(before, sample_read(&one, 0, 8, 3), &one, 10, "a", 2);
	counts_copy(now, before);
	now->ts = 101 * S + S / 2;
	put(now, sample_write(&one, 0, 4096), &one, 10, "a", 5);
	put(now, sample_write(&one, 0, 256), &two, 11, "b c", 7);
	bad.rules = RULE_BIT(ISM001) | RULE_BIT(ISM008);
	put(now, bad, &one, 12, "frag", 1);
	now->lost.n[LOSS_RING] = 4;
	now->filtered = 9;
}

static const struct top_row *row(const struct top_data *data, uint64_t number)
{
	size_t i;

	for (i = 0; i < data->nr; i++)
		if (data->rows[i].key.number == number)
			return &data->rows[i];
	return NULL;
}

static void differences(void)
{
	struct counts *before = counts_new(), *now = counts_new();
	struct top_counts counts = { now, before, NULL, 100 * S, "", NULL };
	struct top_data data = { 0 };
	struct top_row probe;

	fill(before, now);
	data_build(&data, VIEW_PROCESSES, &counts);
	is_int(data.nr, 3, "processes");
	is_int(data.processes, 3, "different processes");
	is_int(data.functions, 2, "different functions");
	ok(fabs(data.seconds - 0.5) < 1e-9, "the interval is measured: %f", data.seconds);
	ok(fabs(data.all_seconds - 1.5) < 1e-9, "and all of it: %f", data.all_seconds);
	is_int(row(&data, 10)->all.counted.stats.accesses, 10, "all of a process");
	is_int(row(&data, 10)->last.counted.stats.accesses, 5, "of the interval");
	is_int(row(&data, 10)->all.reads, 2, "reads");
	is_int(row(&data, 10)->last.reads, 0, "no reads in the interval");
	is_int(row(&data, 11)->all.counted.stats.bytes, 7 * 256, "bytes");
	is_int(row(&data, 12)->last.findings, 2, "findings");
	is_int(data.total.all.counted.stats.accesses, 18, "sum of all");
	is_int(data.total.last.counted.stats.accesses, 13, "sum of the interval");
	is_int(data.lost, 4, "lost");
	is_int(data.last_lost, 4, "lost in the interval");
	is_int(data.filtered, 9, "filtered");
	is_str(row(&data, 11)->comm, "b c", "name");
	/* 8 whole writes of 4096 and 7 of 256 in one PCISTB, one in 512 PCISTG. */
	is_int(data.total.all.bar_writes, 16, "writes to BARs");
	is_int(data.total.all.bar_one_block, 15, "those that were one PCISTB");
	is_int(data.total.all.bar_stores, 15 + 512, "store instructions");
	is_int(data.total.all.bar_full, 8 * 4096, "bytes in full blocks");

	probe = *row(&data, 10);
	data_histograms(&probe, VIEW_PROCESSES, &counts);
	is_int(probe.all.counted.stats.latency.count, 10, "latencies of one row");
	is_int(probe.all.counted.stats.size.bucket[12], 8, "sizes of one row");
	data_build(&data, VIEW_FUNCTIONS, &counts);
	is_int(data.nr, 3, "functions, one of them through two drivers");
	data_build(&data, VIEW_REGIONS, &counts);
	is_int(data.nr, 2, "regions and directions");
	is_int(row(&data, 2 << 1 | ISMT_WRITE)->all.counted.stats.accesses, 16, "writes");
	data_free(&data);
	counts_free(before);
	counts_free(now);
}

static void sizes_and_findings(void)
{
	struct counts *before = counts_new(), *now = counts_new();
	struct top_counts counts = { now, before, NULL, 100 * S, "", NULL };
	struct top_data data = { 0 };

	fill(before, now);
	data_build(&data, VIEW_SIZES, &counts);
	is_int(row(&data, 12)->all.writes, 9, "writes of 4096 bytes");
	is_int(row(&data, 12)->last.writes, 6, "of the interval");
	is_int(row(&data, 12)->all.counted.stats.insns[ISMT_PCISTB], 8,
	       "store blocks of 4096 bytes");
	is_int(row(&data, 8)->all.counted.stats.insns[ISMT_PCISTB], 7, "of 256 bytes");
	is_int(row(&data, 3)->all.reads, 2, "reads of 8 bytes");
	is_int(row(&data, 3)->all.counted.stats.insns[ISMT_PCISTG], 512, "stores of 8 bytes");
	is_int(hist_bucket(0), 0, "0");
	is_int(hist_bucket(1), 0, "1");
	is_int(hist_bucket(2), 1, "2");
	is_int(hist_bucket(4096), 12, "4096");
	is_int(hist_bucket(4097), 13, "4097");

	data_build(&data, VIEW_FINDINGS, &counts);
	is_int(data.nr, RULE_COUNT, "a row for each rule");
	is_int(row(&data, ISM001)->all.findings, 1, "one finding");
	is_int(row(&data, ISM002)->all.findings, 0, "none");
	is_int(row(&data, ISM012)->all.findings, 4, "what was lost");
	is_int(data.total.all.findings, 2, "sum");
	data_free(&data);
	counts_free(before);
	counts_free(now);
}

static void reset_and_filter(void)
{
	struct counts *before = counts_new(), *now = counts_new();
	struct top_counts counts = { now, before, before, 100 * S, "", NULL };
	struct top_data data = { 0 };

	fill(before, now);
	data_build(&data, VIEW_PROCESSES, &counts);
	is_int(row(&data, 10)->all.counted.stats.accesses, 5, "since the reset");
	is_int(data.total.all.counted.stats.accesses, 13, "sum since the reset");
	ok(fabs(data.all_seconds - 0.5) < 1e-9, "time since the reset: %f", data.all_seconds);

	counts.base = NULL;
	counts.filter = "fra";
	data_build(&data, VIEW_PROCESSES, &counts);
	is_int(data.nr, 1, "by name");
	is_int(data.rows[0].key.number, 12, "that one");
	is_int(data.total.all.counted.stats.accesses, 1, "sums are of what passes");
	counts.filter = "0012:";
	data_build(&data, VIEW_PROCESSES, &counts);
	is_int(data.nr, 1, "by function");
	is_int(data.functions, 1, "one function");
	counts.filter = "nothing";
	data_build(&data, VIEW_FUNCTIONS, &counts);
	is_int(data.nr, 0, "nothing");
	data_free(&data);
	counts_free(before);
	counts_free(now);
}

/* More rows than the first allocation has. */
static void many(void)
{
	struct counts *before = counts_new(), *now = counts_new();
	struct top_counts counts = { now, before, NULL, 100 * S, "", NULL };
	struct top_data data = { 0 };
	uint32_t pid;
	int wrong = 0;

	before->ts = 100 * S;
	now->ts = 101 * S;
	for (pid = 1; pid <= 2000; pid++)
		put(now, sample_write(&one, 0, 64), &one, pid, "p", 1 + pid % 3);
	data_build(&data, VIEW_PROCESSES, &counts);
	is_int(data.nr, 2000, "2000 processes");
	for (pid = 1; pid <= 2000; pid++)
		wrong += !row(&data, pid) ||
			 row(&data, pid)->last.counted.stats.accesses != 1 + pid % 3;
	is_int(wrong, 0, "each with its own counts");
	is_int(data.total.last.counted.stats.accesses, 4001, "sum");
	data_free(&data);
	counts_free(before);
	counts_free(now);
}

/* More processes than there is room for, and more again in the next interval. */
static void others(void)
{
	struct counts *before = counts_new(), *now = counts_new();
	struct top_counts counts = { now, before, NULL, 100 * S, "", NULL };
	struct top_data data = { 0 };
	uint64_t all = 0, last = 0;
	char text[64];
	uint32_t pid;
	size_t i;

	before->ts = 100 * S;
	for (pid = 1; pid <= 5000; pid++)
		put(now, sample_write(&one, 0, 64), &one, pid, "p", 1);
	counts_copy(before, now);
	now->ts = 101 * S;
	counts_tick(now);
	for (pid = 4001; pid <= 9000; pid++)
		put(now, sample_write(&one, 0, 64), &one, pid, "p", 2);
	counts_follow(before, now);
	data_build(&data, VIEW_PROCESSES, &counts);
	for (i = 0; i < data.nr; i++) {
		all += data.rows[i].all.counted.stats.accesses;
		last += data.rows[i].last.counted.stats.accesses;
	}
	is_int(all, 15000, "rows are all that there was");
	is_int(last, 10000, "and what of it was in the interval");
	is_int(data.total.last.counted.stats.accesses, 10000, "as the sum says");
	ok(data.processes >= 9000 && data.processes <= 11000, "at most so many: %llu",
	   (unsigned long long)data.processes);
	is_int(row(&data, COUNT_OTHERS)->others, counts_others(now),
	       "a row says how many it stands for");
	for (i = 0; i < 2; i++) {
		top_sort(&data, column_by_id(VIEW_PROCESSES, i ? "pid" : "accesses_per_s"), i);
		is_int(data.rows[data.nr - 1].key.number, COUNT_OTHERS, "it comes last");
	}
	row_label(VIEW_PROCESSES, &data.rows[data.nr - 1], text, sizeof(text));
	has_str(text, " others)", "what it is called");
	counts.filter = "4294967295";
	data_build(&data, VIEW_PROCESSES, &counts);
	is_int(data.nr, 0, "it has no number to be found by");
	counts.filter = "0011";
	data_build(&data, VIEW_PROCESSES, &counts);
	ok(row(&data, COUNT_OTHERS), "but it has functions");
	data_free(&data);
	counts_free(before);
	counts_free(now);
}

static void history(void)
{
	struct counts *before = counts_new(), *now = counts_new();
	struct history *history = history_new();
	struct row_key key = { .number = 10 };
	double rates[HISTORY_LEN], seconds;
	size_t n, i;

	now->ts = 100 * S;
	/* 10 accesses, none, 30, in 1 s, 2 s, 0.5 s. */
	counts_copy(before, now);
	put(now, sample_write(&one, 0, 64), &one, 10, "p", 10);
	now->ts += S;
	history_tick(history, now, before);
	counts_copy(before, now);
	now->ts += 2 * S;
	history_tick(history, now, before);
	counts_copy(before, now);
	put(now, sample_write(&one, 0, 64), &one, 10, "p", 30);
	now->ts += S / 2;
	history_tick(history, now, before);
	n = history_rates(history, VIEW_PROCESSES, &key, rates, HISTORY_LEN, &seconds);
	is_int(n, 3, "intervals");
	ok(fabs(seconds - 3.5) < 1e-9, "their time: %f", seconds);
	is_int(rates[0], 10, "first");
	is_int(rates[1], 0, "idle");
	is_int(rates[2], 60, "last");
	is_int(history_rates(history, VIEW_PROCESSES, &key, rates, 2, &seconds), 2, "the last two");
	is_int(rates[1], 60, "the last of them");
	key.number = 99;
	n = history_rates(history, VIEW_PROCESSES, &key, rates, HISTORY_LEN, &seconds);
	ok(n == 3 && rates[0] == 0 && rates[2] == 0, "nobody has done nothing");
	/* Longer than it is kept: what is idle is 0, not what was there before. */
	for (i = 0; i < HISTORY_LEN + 5; i++) {
		counts_copy(before, now);
		now->ts += S;
		history_tick(history, now, before);
	}
	counts_copy(before, now);
	put(now, sample_write(&one, 0, 64), &one, 10, "p", 1);
	now->ts += S;
	history_tick(history, now, before);
	key.number = 10;
	n = history_rates(history, VIEW_PROCESSES, &key, rates, HISTORY_LEN, &seconds);
	is_int(n, HISTORY_LEN, "as many as are kept");
	for (i = 0; i + 1 < n && rates[i] == 0; i++)
		;
	is_int(i, n - 1, "idle but for the last");
	is_int(rates[n - 1], 1, "which is there");
	/* More rows than are kept. */
	for (i = 0; i < 2 * HISTORY_ROWS; i++) {
		counts_copy(before, now);
		counts_clear(now);
		now->ts = before->ts + S;
		if (i % 512)
			continue;
		put(now, sample_write(&one, 0, 64), &one, (uint32_t)i + 100, "q", 1);
		counts_clear(before);
		history_tick(history, now, before);
	}
	counts_free(before);
	counts_free(now);
	history_free(history);
}

int main(void)
{
	one = sample_function();
	two = sample_function();
	two.k.fid = 35;
	strcpy(two.address, "0012:00:00.0");
	differences();
	sizes_and_findings();
	reset_and_filter();
	many();
	others();
	history();
	return unit_end();
}
