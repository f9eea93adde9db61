// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_bounded.c - what else a capture fills: names, functions, traces, and instructions
 * whose access has not come.
 */
#include <stdlib.h>

#include "capture/trace.h"
#include "model/function.h"
#include "model/pending.h"
#include "sample.h"
#include "unit.h"
#include "util/names.h"

static void names(void)
{
	struct names *names = names_new(), *also = names_hold(names);
	const char *first, *others;
	unsigned int i, wrong = 0;
	char text[32];

	first = names_get(names, "first");
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "name-%u", i % 50000);
		wrong += strcmp(names_get(names, text),
				i % 50000 < NAMES_MAX - 1 ? text : NAMES_OTHERS) != 0;
	}
	is_int(wrong, 0, "names that there is room for, and the others");
	is_int(names->nr, NAMES_MAX + 1, "are as many as there may be");
	ok(names->slots.probes > 100000 && names->slots.probes < 10 * 100000,
	   "%llu slots were looked at", (unsigned long long)names->slots.probes);
	others = names_get(names, "one more");
	names_drop(names);
	is_str(first, "first", "who holds them as well has them");
	ok(others == names_get(also, "and one more"), "one name, one place");
	names_drop(also);
}

/* Functions that differ in one number only, whichever. */
static struct function variant(unsigned int i)
{
	struct function fn = sample_function();

	fn.k.pft = i & 0xff;
	fn.k.pfgid = i >> 8 & 0xff;
	fn.k.vfn = (i >> 16) & 0xff;
	return fn;
}

static void functions(void)
{
	struct capture_traces traces;
	struct function fn;
	unsigned int i, wrong = 0;

	traces_init(&traces);
	for (i = 0; i < 2 * CAPTURE_FUNCTIONS_MAX; i++) {
		fn = variant(i);
		wrong += !traces_function(&traces, &fn) != (i >= CAPTURE_FUNCTIONS_MAX);
	}
	is_int(wrong, 0, "functions that there is room for, and no more");
	for (i = 0; i < CAPTURE_FUNCTIONS_MAX; i++) {
		fn = variant(i);
		wrong += traces_function(&traces, &fn) != function_at(traces.functions, i);
	}
	is_int(wrong, 0, "one that is there is found when there is no room for another");
	is_int(function_count(traces.functions), CAPTURE_FUNCTIONS_MAX, "and not made again");
	traces_free(&traces);
}

/* Traces each of which has accounts of functions: there is room for so many in all. */
static void accounts(void)
{
	static uint8_t entries[128 * 504];
	struct account_part part = {
		.nr = 128, .total = 128, .entries = entries, .entry_len = 504
	};
	struct capture_traces traces;
	unsigned int i, taken = 0;

	traces_init(&traces);
	for (i = 0; i < 1000; i++) {
		part.account.trace = 1 + i;
		part.account.serial = 1;
		taken += traces_account(&traces, &part) != NULL;
	}
	is_int(taken, CAPTURE_ENTRIES_MAX / 128, "entries that there is room for");
	is_int(errno, E2BIG, "and why there is none for more");
	/* A later account of one that is there takes the place of the one before. */
	part.account.trace = 1;
	part.account.serial = 2;
	ok(traces_account(&traces, &part), "the next account of the first trace");
	traces_free(&traces);
}

/* An access of each task, while many wait for theirs in vain. */
static void waiting(void)
{
	struct function fn = sample_function();
	struct access access = sample_write(&fn, 0, 8);
	struct pending pending = { 0 };
	struct insn insn = { .fn = &fn, .ts = access.ts + 1 };
	const struct insn *at;
	unsigned int i, k, found = 0, in_order = 0, refused = 0;

	for (i = 0; i < PENDING_MAX / 2; i++) {
		insn.raw.tid = 1000000 + i;
		refused += !pending_add(&pending, &insn);
	}
	for (i = 0; i < 20000; i++) {
		insn.raw.tid = access.raw.tid = 1 + i % 3000;
		for (k = 0; k < 3; k++) {
			insn.raw.offset = k;
			refused += !pending_add(&pending, &insn);
		}
		for (at = NULL, k = 0; (at = pending_next(&pending, at, &access, PENDING_INSIDE));
		     k++) {
			found++;
			in_order += at->raw.offset == k;
		}
		found += pending_next(&pending, NULL, &access, PENDING_BEFORE) != NULL;
		pending_drop(&pending, access.raw.tid);
	}
	is_int(refused, 0, "there is room for all of them");
	is_int(found, 60000, "each access has found its own");
	is_int(in_order, 60000, "in the order in which they came");
	is_int(pending.live, PENDING_MAX / 2, "those that wait are still there");
	ok(pending.looks >= 60000 && pending.looks < 20 * 60000, "%llu were looked at",
	   (unsigned long long)pending.looks);
	for (at = NULL, k = 0; (at = pending_any(&pending, at)); k++)
		in_order += at->raw.tid == 1000000 + k;
	is_int(k, PENDING_MAX / 2, "all of these");
	is_int(in_order, 60000 + k, "in their order");
	for (i = 0; pending_add(&pending, &insn) && i < PENDING_MAX; i++)
		;
	ok(pending.live > PENDING_MAX / 4 * 3, "there is room for %zu", pending.live);
	pending_drop_all(&pending);
	ok(!pending_any(&pending, NULL) && pending_add(&pending, &insn), "and then again");
	pending_free(&pending);
}

int main(void)
{
	names();
	functions();
	accounts();
	waiting();
	return unit_end();
}
