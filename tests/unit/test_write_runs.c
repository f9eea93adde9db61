// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_runs.c - ISM004: which writes make a run, and what ends one.
 */
#include "model/rules.h"
#include "model/write_runs.h"
#include "runs.h"

#include "sample.h"
#include "unit.h"

static struct function fns[2];
static struct rules_state *state;
static uint64_t now;

static void start(void)
{
	rules_free(state);
	state = rules_new();
	now = 1000000000;
}

/* One access 10 us after the last; returns the length of its run. */
static uint32_t run(struct access access)
{
	access.ts = now;
	now += access.raw.latency_ns + 10000;
	rules_apply(state, &access);
	ok(!(access.rules & RULE_BIT(ISM004)) == (access.run < 2), "ISM004 from the second on");
	return access.run;
}

static uint32_t write_at(uint64_t offset, uint64_t len)
{
	return run(sample_write(&fns[0], offset, len));
}

static void forward(void)
{
	struct access access;
	char text[128];
	uint64_t i, most = 0;

	start();
	is_int(write_at(0, 64), 1, "the first");
	is_int(write_at(64, 64), 2, "the second");
	access = sample_write(&fns[0], 128, 32);
	access.ts = now;
	rules_apply(state, &access);
	is_int(access.run, 3, "the third");
	is_int(access.run_bytes, 160, "bytes of the run");
	rule_evidence(ISM004, &access, text, sizeof(text));
	is_str(text, "3 adjacent writes of 160 bytes in all would fit one PCISTB", "evidence");

	start();
	for (i = 0; i < 256; i++) {
		uint32_t n = write_at(i * 64, 64);

		if (n != i % 64 + 1)
			break;
		if (n > most)
			most = n;
	}
	is_int(i, 256, "a run ends with its page, another begins");
	is_int(most, 64, "64 writes of 64 make a page");

	start();
	is_int(write_at(0x800, 0x400), 1, "in the middle of a page");
	is_int(write_at(0xc00, 0x400), 2, "up to the boundary");
	is_int(write_at(0x1000, 8), 1, "after the boundary");
	is_int(write_at(0x1008, 0xff8), 2, "exactly a page");
	is_int(write_at(0x2000, 4096), 1, "a full block");
	is_int(write_at(0x3000, 4096), 1, "a full block after another");
}

static void not_runs(void)
{
	start();
	is_int(write_at(8, 56), 1, "payload first");
	is_int(write_at(0, 8), 1, "then the header: the command protocol");
	is_int(write_at(8, 56), 2, "but payload after header");

	start();
	write_at(0, 64);
	is_int(write_at(72, 64), 1, "a hole");
	start();
	write_at(0, 64);
	is_int(write_at(32, 64), 1, "an overlap");
	start();
	write_at(0, 64);
	is_int(run(sample_read(&fns[0], 64, 8, 3)), 0, "a read is of no run");
	is_int(write_at(64, 64), 1, "and ends it");
	start();
	write_at(0, 64);
	is_int(run(sample_refused(&fns[0], 64, 64, EIO)), 0, "a failed write is of no run");
	is_int(write_at(64, 64), 1, "and ends it, too");
	start();
	write_at(0, 64);
	now += RUN_GAP_NS - 10000;
	is_int(write_at(64, 64), 2, "a pause of just 100 ms");
	now += RUN_GAP_NS - 10000 + 1;
	is_int(write_at(128, 64), 1, "a longer one");
}

static void unattr(void)
{
	struct access access;

	start();
	write_at(0, 64);
	access = sample_write(&fns[0], 64, 64);
	access.raw.tid = 813;
	is_int(run(access), 1, "another task");
	access = sample_write(&fns[1], 64, 64);
	is_int(run(access), 1, "another function");
	is_int(write_at(64, 64), 2, "neither ends the run");
	access = sample_write(&fns[0], 128, 64);
	access.raw.region = 0;
	is_int(run(access), 1, "another region");
	is_int(write_at(128, 64), 1, "ends the run");
	access = sample_write(&fns[0], 192, 64);
	access.raw.region = 7;
	is_int(run(access), 0, "configuration space");
	fns[1].is_ism = false;
	start();
	access = sample_write(&fns[1], 0, 64);
	access.raw.layer = ISMT_LAYER_CORE;
	access.ts = now;
	rules_apply(state, &access);
	access.raw.offset = 64;
	rules_apply(state, &access);
	is_int(access.rules & RULE_BIT(ISM004), 0, "not on other functions");
	fns[1].is_ism = true;
}

static void limits(void)
{
	start();
	fns[0].k.maxstbl = 128;
	write_at(0, 64);
	is_int(write_at(64, 64), 2, "up to maxstbl");
	is_int(write_at(128, 64), 1, "not above it");
	start();
	is_int(write_at(0, 256), 1, "longer than maxstbl");
	is_int(write_at(256, 8), 1, "nothing goes on from that");
	fns[0].k.maxstbl = 4096;
	start();
	is_int(write_at(UINT64_MAX - 63, 64), 1, "up to the end of all offsets");
	is_int(write_at(0, 64), 1, "and round");
	is_int(write_at(64, INT64_MAX), 1, "an impossible length");
	is_int(write_at(64 + (uint64_t)INT64_MAX, 64), 1, "and its neighbour");
}

/* More tasks than are remembered: the one that was idle longest goes. */
static void bounded(void)
{
	struct access access;
	uint32_t tid;
	int wrong = 0;

	start();
	for (tid = 1; tid <= RUNS_MAX + 1; tid++) {
		access = sample_write(&fns[0], 0, 8);
		access.raw.tid = tid;
		access.ts = now;
		rules_apply(state, &access);
		/* Task 1 stays in use. */
		access.raw.tid = 1;
		access.raw.offset = 8 * (tid % 512);
		rules_apply(state, &access);
	}
	for (tid = 3; tid <= RUNS_MAX + 1; tid++) {
		access = sample_write(&fns[0], 8, 8);
		access.raw.tid = tid;
		access.ts = now;
		rules_apply(state, &access);
		wrong += access.run != 2;
	}
	is_int(wrong, 0, "all later ones are remembered");
	access.raw.tid = 2;
	rules_apply(state, &access);
	is_int(access.run, 1, "the oldest is forgotten");
}

int main(void)
{
	fns[0] = sample_function();
	fns[1] = sample_function();
	forward();
	not_runs();
	unattr();
	limits();
	bounded();
	rules_free(state);
	rules_free(NULL);
	return unit_end();
}
