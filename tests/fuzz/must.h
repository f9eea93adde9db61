/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * must.h - what all targets have, those as well that know nothing of records.
 */
#ifndef ISMT_FUZZ_MUST_H
#define ISMT_FUZZ_MUST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A finding of its own, beside those of the sanitizers. */
#define MUST(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

#endif /* ISMT_FUZZ_MUST_H */
