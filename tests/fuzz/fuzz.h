/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the targets have in common: all that can be shown of records,
 * into memory, and what must hold of it whatever the records say.
 */
#ifndef ISMT_FUZZ_H
#define ISMT_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "must.h"

#include "model/access.h"
#include "model/summary.h"

/* What libFuzzer calls, where there is one. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
/* And has: a random change in place, of at most max bytes in the end. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* What is shown, and how; bits, so that an input can choose. */
enum {
	VIEW_COLOR = 0x01,
	VIEW_HEX = 0x02,
	VIEW_MONO = 0x04,
	VIEW_REAL = 0x08,
	VIEW_PAGE = 0x10, /* the tables and the page of a report, which take longer */
	VIEW_ALL = 0x1f,
};

struct views;

struct views *views_new(unsigned int how, uint64_t start_ns, uint64_t mono_offset);
/* In the order of a trace; records beyond the first 1000 are only counted. */
void views_access(struct views *views, struct access *access);
void views_insn(struct views *views, const struct insn *insn);
/* For what a trace says of itself, before views_end(). */
struct summary *views_summary(struct views *views);
/* Shows the end, checks all that was written, and frees. */
void views_end(struct views *views);

/* One line that a person is told. */
void must_be_line(const char *text);

#endif /* ISMT_FUZZ_H */
