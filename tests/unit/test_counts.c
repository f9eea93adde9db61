// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_counts.c - counts in bounded memory: who is folded, sums that stay exact, and
 * differences of two states between which somebody was.
 */
#include <stdlib.h>

#include "live/cell_counts.h"
#include "model/counts.h"
#include "random.h"
#include "sample.h"
#include "unit.h"

#define FUNCTIONS 600

static struct function fns[FUNCTIONS];

static void put_at(struct counts *counts, uint32_t pid, const struct function *fn,
		   const char *driver, unsigned int times)
{
	struct access access = sample_write(fn, 0, 8);

	access.raw.pid = pid;
	access.driver = driver;
	snprintf(access.raw.comm, sizeof(access.raw.comm), "p%u", pid % 1000);
	while (times--)
		if (counts_access(counts, &access))
			abort();
}

static void put(struct counts *counts, uint32_t pid, unsigned int times)
{
	put_at(counts, pid, &fns[0], "ism-vfio-pci", times);
}

static const struct stats_row *row_of(const struct counts *counts, uint32_t pid)
{
	struct count_key key = {
		.fn = &fns[0], .driver = "ism-vfio-pci", .pid = pid, .region = 2, .op = ISMT_WRITE
	};

	return counts_find(counts, &key);
}

static uint64_t accesses(const struct counts *counts, uint32_t pid)
{
	const struct stats_row *found = row_of(counts, pid);

	return found ? found->stats.accesses : 0;
}

static struct stats_row sum_of(const struct counts *counts)
{
	struct stats_row sum = { 0 };
	size_t i;

	for (i = 0; i < counts->nr; i++)
		stats_row_add(&sum, &counts->rows[i]);
	return sum;
}

/* Processes that come and go as counters are read, and one that is there all along. */
static void short_lived(void)
{
	struct counts *counts = counts_new();
	struct summary *summary = summary_new();
	struct stats_row sum;
	size_t room = 0, most = 0;
	unsigned int i, kept = 0;

	put(counts, 0, 3);
	put(counts, 7, 50000);
	for (i = 0; i < 20000; i++) {
		if (i % 10 == 0)
			counts_tick(counts);
		if (i < 19000)
			put(counts, 8, 1);
		put(counts, 1000 + i, 1 + i % 3);
		most = counts->nr > most ? counts->nr : most;
		if (i == 5000)
			room = counts->room;
	}
	ok(most <= COUNT_PROCESSES + 1, "of 20,000 processes at most %zu have a row", most);
	is_int(counts->room, room, "no memory is taken after a quarter of them");
	sum = sum_of(counts);
	is_int(sum.stats.accesses, 3 + 50000 + 19000 + 20000 - 1 + 20000, "the sum is exact");
	is_int(sum.stats.size.count, sum.stats.accesses, "of sizes");
	is_int(sum.stats.latency.count, sum.stats.accesses, "of latencies");
	is_int(sum.one_block, sum.stats.accesses, "of blocks");
	for (i = 0; i < COUNT_PROCESSES / 2; i++)
		kept += accesses(counts, 20999 - i) == 1 + (19999 - i) % 3;
	is_int(kept, COUNT_PROCESSES / 2,
	       "those that were active last are there, with all that is theirs");
	ok(!row_of(counts, 7), "what has been long ago is not, however much it was");
	is_int(counts->folded + counts->processes.nr - 1, 20003, "others are as many as have gone");
	ok(!row_of(counts, COUNT_OTHERS)->comm[0], "and have no name");
	is_int(counts_summary(counts, summary), 0, "as a summary");
	is_int(summary->foreign, 3, "accesses from outside the PID namespace are told of as ever");
	is_int(summary->recorded, sum.stats.accesses, "among all of them");
	summary_free(summary);
	ok(counts->slots.probes > 20000 && counts->slots.probes < 10 * 20000 * 4,
	   "%llu slots were looked at", (unsigned long long)counts->slots.probes);
	counts_free(counts);
}

/* Counts of a capture are heavy: all of it is there at once, and those with most accesses stay. */
static void heavy_ones(void)
{
	struct counts *counts = counts_new();
	unsigned int i, kept = 0;

	counts->heavy = true;
	for (i = 0; i < 100; i++)
		put(counts, i + 1, 1000);
	for (i = 0; i < 200000; i++) {
		if (i % 1000 == 0)
			counts_tick(counts);
		put(counts, 1000 + i, 1);
	}
	for (i = 0; i < 100; i++)
		kept += accesses(counts, i + 1) == 1000;
	is_int(kept, 100, "the heavy ones are exact");
	is_int(sum_of(counts).stats.accesses, 300000, "and so is the sum");
	is_int(accesses(counts, 200999), 1, "the last one is active");
	is_int(counts->folded + counts->processes.nr - 1, 200100, "all of them were there");
	counts_free(counts);
}

/* A process that was folded, and has come back; one that was folded meanwhile; one that stayed. */
static void came_back(void)
{
	struct counts *now = counts_new(), *before = counts_new(), *part = counts_new();
	uint32_t pid = 1000000;

	put(now, 7, 100);
	put(now, 8, 50);
	put(now, 9, 30);
	counts_copy(before, now);
	put(now, 8, 5);
	counts_tick(now);
	counts_tick(now);
	put(now, 9, 3);
	while (row_of(now, 7) || row_of(now, 8)) {
		put(now, pid++, 1);
		counts_tick(now);
		put(now, 9, 1);
	}
	put(now, 7, 120);
	counts_copy(part, now);
	counts_subtract(part, before);
	is_int(accesses(part, 7), 120,
	       "it begins anew, and what it was before is not taken off that");
	is_int(accesses(part, 8), 0, "one that is with the others has no row");
	is_int(accesses(part, 9), 3 + pid - 1000000, "one that was not is as it was");
	is_int(accesses(part, COUNT_OTHERS) + accesses(part, 9) + accesses(part, 7) + part->nr - 3,
	       5 + 120 + 3 + 2 * (pid - 1000000), "what is left is the others'");
	is_int(sum_of(part).stats.accesses, 5 + 120 + 3 + 2 * (pid - 1000000), "of all");
	/* Nothing was folded: nothing to do. */
	counts_copy(before, now);
	put(now, 9, 1);
	counts_copy(part, now);
	counts_subtract(part, before);
	is_int(sum_of(part).stats.accesses, 1, "the next interval");
	counts_free(now);
	counts_free(before);
	counts_free(part);
}

#define DRIVERS 3

/* What there has been, kept in a way that needs no folding. */
struct model {
	uint64_t at[FUNCTIONS][DRIVERS];
	uint64_t process[6000];
	uint64_t all, findings;
};

static const char *const drivers[DRIVERS] = { "ism-vfio-pci", "vfio-pci", "other" };

static void put_any(struct counts *counts, struct model *model, uint64_t span)
{
	uint32_t pid = (uint32_t)(any(2) ? any(6000) : any(200) + span % 5800);
	unsigned int fn = (unsigned int)(any(20) ? any(3) : any(FUNCTIONS)),
		     driver = (unsigned int)any(DRIVERS);
	struct access access = any(2) ? sample_write(&fns[fn], 0, 1ULL << any(13))
				      : sample_read(&fns[fn], 0, 8, 3);

	access.raw.pid = pid;
	access.driver = drivers[driver];
	access.raw.region = (uint32_t)any(40);
	access.raw.latency_ns = any(1000000);
	access.rules = any(30) ? 0 : RULE_BIT(ISM005) | RULE_BIT(ISM009);
	counts_access(counts, &access);
	model->at[fn][driver]++;
	model->process[pid]++;
	model->all++;
	model->findings += access.rules ? 2 : 0;
}

static bool negative(const struct stats_row *row)
{
	const uint64_t *number = &row->stats.accesses;
	size_t i, nr = (sizeof(*row) - offsetof(struct stats_row, stats)) / sizeof(*number);

	for (i = 0; i < nr; i++)
		if (number[i] >> 62 && &number[i] != &row->stats.latency.max &&
		    &number[i] != &row->stats.size.max)
			return true;
	return false;
}

/* Rows of an interval: none is negative, none of a process is more than it did, sums are exact. */
static unsigned int check_part(const struct counts *part, const struct model *now,
			       const struct model *then)
{
	static uint64_t at[FUNCTIONS][DRIVERS], process[6000];
	uint64_t all = 0, findings = 0, sizes = 0;
	unsigned int wrong = 0, d, k;
	size_t i, f;

	memset(at, 0, sizeof(at));
	memset(process, 0, sizeof(process));
	for (i = 0; i < part->nr; i++) {
		const struct stats_row *row = &part->rows[i];

		wrong += negative(row);
		all += row->stats.accesses;
		sizes += row->stats.size.count;
		for (k = 0; k < RULE_COUNT; k++)
			findings += row->findings[k];
		for (d = 0; d < DRIVERS && strcmp(drivers[d], row->key.driver); d++)
			;
		if (row->key.fn != &function_others)
			at[row->key.fn - fns][d] += row->stats.accesses;
		if (row->key.pid != COUNT_OTHERS)
			process[row->key.pid] += row->stats.accesses;
	}
	wrong += all != now->all - then->all || sizes != all ||
		 findings != now->findings - then->findings;
	for (i = 0; i < 6000; i++)
		wrong += process[i] > now->process[i] - then->process[i];
	for (f = 0; f < FUNCTIONS; f++)
		for (d = 0; d < DRIVERS; d++)
			wrong += at[f][d] > now->at[f][d] - then->at[f][d];
	return wrong;
}

/* Many intervals of many processes at many functions, and a reset long ago. */
static void differences(void)
{
	struct counts *now = counts_new(), *before = counts_new(), *base = counts_new();
	struct counts *part = counts_new();
	static struct model model, then, first;
	unsigned int i, k, wrong = 0, wrong_base = 0;

	for (i = 0; i < 120; i++) {
		if (i == 10) {
			counts_copy(base, now);
			first = model;
		}
		counts_copy(before, now);
		then = model;
		counts_tick(now);
		for (k = 0; k < 1500; k++)
			put_any(now, &model, i * 50);
		counts_copy(part, now);
		counts_subtract(part, before);
		wrong += check_part(part, &model, &then);
		if (i < 10)
			continue;
		counts_follow(base, now);
		counts_copy(part, now);
		counts_subtract(part, base);
		wrong_base += check_part(part, &model, &first);
	}
	ok(now->folds > 20, "it was folded %llu times", (unsigned long long)now->folds);
	ok(now->folded > 5000 && now->folded <= 6000 && now->folded_places > 100 &&
		   now->folded_places <= DRIVERS * FUNCTIONS,
	   "%llu processes, %llu places", (unsigned long long)now->folded,
	   (unsigned long long)now->folded_places);
	ok(now->nr <= COUNT_ROWS && now->processes.nr <= COUNT_PROCESSES + 1 &&
		   now->places.nr <= COUNT_PLACES + 1,
	   "never more than there is room for");
	is_int(wrong, 0, "intervals that are not what was added in them");
	is_int(wrong_base, 0, "or since the reset");
	is_int(sum_of(now).stats.accesses, model.all, "and the sum of all");
	counts_free(now);
	counts_free(before);
	counts_free(base);
	counts_free(part);
}

/* One process at very many functions, through very many drivers. */
static void places(void)
{
	struct counts *counts = counts_new();
	struct summary *summary = summary_new();
	char driver[32];
	unsigned int i, k;
	uint64_t sum = 0;

	for (i = 0; i < FUNCTIONS; i++)
		for (k = 0; k < 20; k++) {
			snprintf(driver, sizeof(driver), "driver-%u", (i + k) % 1500);
			put_at(counts, 7, &fns[i], driver, 1);
			put_at(counts, 7, &fns[1], "vfio-pci", 1);
		}
	ok(counts->places.nr <= COUNT_PLACES + 1 && counts->nr <= COUNT_ROWS, "bounded: %zu",
	   counts->nr);
	is_int(sum_of(counts).stats.accesses, 2 * 20 * FUNCTIONS, "the sum is exact");
	is_int(counts->folded_places + counts->places.nr - 1, 20 * FUNCTIONS + 1,
	       "all of them were there");
	is_int(counts->folded, 0, "and the process is the only one");
	for (i = 0; i < counts->nr; i++)
		if (counts->rows[i].key.fn == &function_others) {
			is_int(counts->rows[i].key.pid, 7, "which is known of the others as well");
			is_str(counts->rows[i].key.driver, NAMES_OTHERS, "their driver");
		}
	is_int(counts_summary(counts, summary), 0, "as a summary");
	for (i = 0; i < summary->nr_rows; i++)
		sum += summary->rows[i].stats.accesses;
	is_int(sum, 2 * 20 * FUNCTIONS, "which is exact");
	is_int(summary->folded, counts->folded_places, "and says how many are together");
	summary_free(summary);
	counts_free(counts);
}

/* As counting.c does: cells of the kernel's that are given to one process after the other. */
static void kernel_cells(void)
{
	struct counts *counts = counts_new();
	static struct ismt_cell cells[64], last[64];
	struct count_key key = {
		.fn = &fns[0], .driver = "ism-vfio-pci", .region = 2, .op = ISMT_WRITE
	};
	uint64_t all = 0, all_bytes = 0, slowest = 0;
	struct stats_row sum;
	unsigned int i, k;

	for (i = 0; i < 20000; i++) {
		struct ismt_cell *cell = &cells[i % 64];

		memset(cell, 0, sizeof(*cell));
		memset(&last[i % 64], 0, sizeof(last[0]));
		cell->used = 1;
		snprintf(cell->comm, sizeof(cell->comm), "client");
		key.pid = 1 + i;
		for (k = 0; k < 3; k++) {
			uint64_t latency = 1 + any(1u << 30);

			cell->one_block[6] += 2;
			cell->one_block_bytes += 2 * 64;
			cell->latency[hist_bucket(latency)] += 2;
			cell->latency_sum += 2 * latency;
			if (!cell->latency_min || latency < cell->latency_min)
				cell->latency_min = latency;
			if (latency > cell->latency_max)
				cell->latency_max = latency;
			slowest = latency > slowest ? latency : slowest;
			cell->size_min = 65;
			cell->size_max = 64;
			all += 2;
			all_bytes += 2 * 64;
			/* Read once or twice, as it is when it has changed and when it has not. */
			if (any(3) || k == 2) {
				cell_counts_since(counts, &key, cell, &last[i % 64]);
				last[i % 64] = *cell;
				cell_counts_since(counts, &key, cell, &last[i % 64]);
			}
		}
		if (i == 19999) {
			const struct stats_row *one = counts_find(counts, &key);

			is_int(one->stats.accesses, 6, "accesses of the last one");
			is_int(one->stats.latency.min, cell->latency_min, "its fastest, exactly");
			is_int(one->stats.latency.max, cell->latency_max, "its slowest");
			is_str(one->comm, "client", "its name");
		}
		if (i % 100 == 0)
			counts_tick(counts);
	}
	sum = sum_of(counts);
	is_int(sum.stats.accesses, all, "accesses");
	is_int(sum.stats.bytes, all_bytes, "bytes");
	is_int(sum.stats.latency.count, all, "latencies");
	is_int(sum.stats.latency.max, slowest, "the slowest of all");
	ok(counts->nr <= COUNT_PROCESSES + 1, "%zu rows", counts->nr);
	counts_free(counts);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS; i++) {
		fns[i] = sample_function();
		fns[i].k.fid = 100 + i;
		snprintf(fns[i].address, sizeof(fns[i].address), "%04x:00:00.0", i);
	}
	short_lived();
	heavy_ones();
	came_back();
	differences();
	places();
	kernel_cells();
	return unit_end();
}
