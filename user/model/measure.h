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

/* Numbers of instructions carried out, by enum ismt_kind: PCILG, PCISTG, PCISTB. */
struct measure {
	uint32_t begun;	 /* blocks; 0: it was not measured, or not opened */
	int32_t refused; /* -errno: the last one could not be begun */
	/* From the beginning of each block to the machine's last update of it. */
	uint64_t ours[ISMT_MEASURED];
	uint64_t machine[ISMT_MEASURED];
	/* In neither: before the first block and between two, and after the last update. */
	uint64_t before, after;
	/*
	 * Explained: so many of ours may have been about to be issued at the last update or have been
	 * issued while a block began, so many of the machine's may have been missed by a probe, or
	 * likewise.
	 */
	uint64_t under_way, missed;
	/* The trace's own sums differ by so many from what was counted beside them. */
	uint64_t astray;
};

/* What it is called in tables: "loads", "stores", "store blocks". */
extern const char *const measure_names[ISMT_MEASURED];

/* The machine's less ours. */
int64_t measure_difference(const struct measure *m, unsigned int kind);

/* Do they differ, and does nothing explain it? */
bool measure_mismatch(const struct measure *m);

/* sum += part, for another trace of the same function. */
void measure_add(struct measure *sum, const struct measure *part);

/* The numbers of a mismatch, as a sentence.  Cut to len, always ended; returns its length uncut. */
size_t measure_sentence(const struct measure *m, char *buf, size_t len);

#endif /* ISMT_MODEL_MEASURE_H */
