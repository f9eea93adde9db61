/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - strings that occur again and again (names of drivers), each kept once, in bounded
 * memory.
 */
#ifndef ISMT_UTIL_NAMES_H
#define ISMT_UTIL_NAMES_H

#include "util/slots.h"

/* The most names that are kept; all others become NAMES_OTHERS. */
#define NAMES_MAX    1024
#define NAMES_OTHERS "(others)"

struct names {
	char **name;
	size_t nr;
	struct slots slots;
	unsigned int holders;
};

/* A new set with one reference, the caller's.  NULL: no memory. */
struct names *names_new(void);

/* Take one more reference, and return names; names_drop() of the last one frees the set. */
struct names *names_hold(struct names *names);
void names_drop(struct names *names);

/*
 * names_get - the set's copy of a name, the same pointer for the same name, good as long as the
 * set is; NAMES_OTHERS if there are too many.  NULL: no memory.
 */
const char *names_get(struct names *names, const char *name);

#endif /* ISMT_UTIL_NAMES_H */
