/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random.h - numbers that look random: small, fast and the same everywhere.
 */
#ifndef ISMLOAD_RANDOM_H
#define ISMLOAD_RANDOM_H

#include <stdint.h>

/* The next one; *state, at first any seed, goes on. */
uint64_t random_next(uint64_t *state);

#endif /* ISMLOAD_RANDOM_H */
