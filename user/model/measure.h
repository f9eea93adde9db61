/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure.h - our own count of a function's instructions beside its measurement block
 * (--measure), and whether the two agree.
 */
#ifndef ISMT_MODEL_MEASURE_H
#define ISMT_MODEL_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ismtrace.h"

/*
 * What was counted on one function while its measurement block counted, too.  All numbers are of
 * instructions that were carried out; arrays are by enum ismt_kind: PCILG, PCISTG, PCISTB.
 */
struct measure {
	uint32_t begun;	 /* measurement blocks begun; 0: not measured, or never opened */
	int32_t refused; /* -errno if the last block could not be begun, else 0 */
	/* Ours and the block's, from the beginning of each block to the machine's last update of it. */
	uint64_t ours[ISMT_MEASURED];
	uint64_t machine[ISMT_MEASURED];
	/* In neither of them: when no block counted, and after a block's last update. */
	uint64_t before, after;
	/*
	 * How far the two may differ for known reasons.  under_way: ours may have so many more, which
	 * were about to be issued at the last update, or were issued while a block began.  missed: the
	 * machine's may have so many more, which a probe missed, or were issued while a block began.
	 */
	uint64_t under_way, missed;
	bool missed_unknown; /* the kernel does not tell what probes missed: `missed` is without that */
	/* By how many the trace's sums differ from `ours`, before and after; 0 if nothing is wrong. */
	uint64_t astray;
};

/* Names of the three kinds in tables: "loads", "stores", "store blocks". */
extern const char *const measure_names[ISMT_MEASURED];

/* The machine's number minus ours. */
int64_t measure_difference(const struct measure *m, unsigned int kind);

/* Do the two differ by more than under_way and missed explain? */
bool measure_mismatch(const struct measure *m);

/* sum += part, for another trace of the same function. */
void measure_add(struct measure *sum, const struct measure *part);

/* The numbers of a mismatch as a sentence, cut to len, always NUL-terminated.  Returns the length before the cut. */
size_t measure_sentence(const struct measure *m, char *buf, size_t len);

#endif /* ISMT_MODEL_MEASURE_H */
