/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * requirements_seal.h - for `ismtrace doctor`: the user that a tracer becomes once it is attached, and
 * what keeps it from the rest of the machine.
 */
#ifndef ISMT_LIVE_REQUIREMENTS_SEAL_H
#define ISMT_LIVE_REQUIREMENTS_SEAL_H

#include "live/requirements.h"

/* The state of a process that has given up its privileges as a tracer does. */
struct seal {
	int err; /* 0; -errno: it could not give them up */
	unsigned int uid;
	char name[40];	  /* of the user; "" if it has none */
	int changed;	  /* true: its uid is another one than before */
	int capabilities; /* true: it has capabilities left */
	int calls;	  /* rules of its filter of system calls; 0: there is no filter */
	int landlock;	  /* version of Landlock that restricts it; 0: none */
	int dumpable;	  /* as prctl(PR_GET_DUMPABLE) has it */
};

/* Fork a process that gives up its privileges and fills in seal; takes some ms.  0 or -errno. */
int seal_try(struct seal *seal);

/* The lines that doctor shows of it; look() fills in what was found. */
extern const struct seal_check {
	const char *name;
	void (*look)(const struct seal *seal, struct requirement_result *finding);
} seal_checks[];

extern const size_t nr_seal_checks;

#endif /* ISMT_LIVE_REQUIREMENTS_SEAL_H */
