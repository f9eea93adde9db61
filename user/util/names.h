/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - names that come again and again, each kept once, and not more than there is
 * room for.
 */
#ifndef ISMT_UTIL_NAMES_H
#define ISMT_UTIL_NAMES_H

#include "util/slots.h"

/* More than these are all called NAMES_OTHERS. */
#define NAMES_MAX    1024
#define NAMES_OTHERS "(others)"

struct names {
	char **name;
	size_t nr;
	struct slots slots;
	unsigned int holders;
};

/* NULL: no memory.  Whoever made it holds it. */
struct names *names_new(void);

/* Hold it as well: it is there until the last one lets go.  Returns it. */
struct names *names_hold(struct names *names);
void names_drop(struct names *names);

/*
 * names_get - a copy of the name that is as good as the names are, the same one for the same
 * name; that of NAMES_OTHERS where there are too many.  NULL: no memory.
 */
const char *names_get(struct names *names, const char *name);

#endif /* ISMT_UTIL_NAMES_H */
