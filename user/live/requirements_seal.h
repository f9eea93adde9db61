/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * requirements_seal.h - for `ismtrace doctor`: who a tracer becomes once it is attached, and
 * what keeps it from the rest of the machine.
 */
#ifndef ISMT_LIVE_REQUIREMENTS_SEAL_H
#define ISMT_LIVE_REQUIREMENTS_SEAL_H

#include "live/requirements.h"

/* What a process found that has given up everything as a tracer does. */
struct seal {
	int err; /* 0, or why it could not: -errno */
	unsigned int uid;
	char name[40];	  /* of the user; "" if it has none */
	int changed;	  /* it is not the uid that it was */
	int capabilities; /* it has some left */
	int calls;	  /* rules of the filter; 0: none */
	int landlock;	  /* version; 0: none */
	int dumpable;	  /* of prctl(2) */
};

/* Have a process find that out, which takes some ms.  0 or -errno. */
int seal_try(struct seal *seal);

/* The lines of it: each fills in a finding. */
extern const struct seal_check {
	const char *name;
	void (*look)(const struct seal *seal, struct requirement_result *finding);
} seal_checks[];

extern const size_t nr_seal_checks;

#endif /* ISMT_LIVE_REQUIREMENTS_SEAL_H */
