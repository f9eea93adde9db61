/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_as.h - who the tracer becomes once it is attached, so that nobody but root may
 * signal it, change its limits or trace it.
 */
#ifndef ISMT_UTIL_RUN_AS_H
#define ISMT_UTIL_RUN_AS_H

#include <stdbool.h>
#include <sys/types.h>

#define RUN_AS_NAME	"ismtrace"
#define RUN_AS_NAME_LEN 33

/*
 * Uids that no allocator gives out: above SSSD's default range (200000 to 2000200000) and
 * all that shadow, systemd and Kubernetes have for users, services and containers, below
 * what would be negative in 32 bits.
 */
#define RUN_AS_FIRST 0x78000000U
#define RUN_AS_LAST  0x7ffffffeU

#define RUN_AS_HELP                                                                                \
	"become USER, a name or a number, once the probes are in place; root stays root, without " \
	"capabilities (default: ismtrace, if there is that user and nobody runs as it, else a "    \
	"number that is nobody's)"

/* The user to become, as given by -Z; all zeros: choose one by default. */
struct run_as {
	bool given;
	uid_t uid; /* uid and gid are valid if given */
	gid_t gid;
	char name[RUN_AS_NAME_LEN]; /* "" for a number that has no name */
};

/*
 * run_as_parse - the argument of -Z.  0, -ENOENT if /etc/passwd has no such user, or
 * -EINVAL for a number that is no uid.
 */
int run_as_parse(struct run_as *as, const char *text);

/*
 * run_as_choose - the user that was given, or else the default (docs/internals.md); `given` is set in
 * the result.  0, or -errno if the kernel has no random numbers.
 */
int run_as_choose(const struct run_as *as, struct run_as *chosen);

/*
 * run_as_number - set uid and gid to a random number, from RUN_AS_FIRST on, that no process has.
 * 0, or -errno if the kernel has no random numbers.
 */
int run_as_number(struct run_as *chosen);

/* Is this the real uid of any process in our PID namespace? */
bool run_as_in_use(uid_t uid);

#endif /* ISMT_UTIL_RUN_AS_H */
