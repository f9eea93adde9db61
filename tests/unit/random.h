/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random.h - numbers that look random and are the same each time.
 */
#ifndef ISMT_UNIT_RANDOM_H
#define ISMT_UNIT_RANDOM_H

#include <stdint.h>

/* A number below this one, of a sequence; its state is not 0. */
__attribute__((unused)) static uint64_t any_of(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (*state >> 11) % below;
}

/* A random number below `below`; every run has the same sequence of them. */
__attribute__((unused)) static uint64_t any(uint64_t below)
{
	static uint64_t state = 88172645463325252ULL;

	return any_of(&state, below);
}

#endif /* ISMT_UNIT_RANDOM_H */
