/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - restrict what a process of the toolkit can ask the kernel for, once it has all that it
 * needs.  sandbox.c has one table for all roles.
 */
#ifndef ISMT_LIVE_SANDBOX_H
#define ISMT_LIVE_SANDBOX_H

enum sandbox_role {
	SANDBOX_TRACE,	  /* a tracer: reads the programs' maps, writes to open files */
	SANDBOX_ATTACH,	  /* ismtop: a tracer that loads and attaches again */
	SANDBOX_OPENER,	  /* record's helper: opens the next file of a capture */
	SANDBOX_MEASURER, /* --measure's helper: writes to debugfs to begin measurement blocks */
};

/*
 * sandbox_files - put all files out of reach (Landlock) that the role does not need.  dir is a
 * descriptor of the only directory for an opener and a measurer, else -1.  Call it before there
 * are threads.  Needs no_new_privs.  Returns the version of Landlock, 0 if the kernel has none,
 * or -errno after a warning: tracing goes on without it.
 */
int sandbox_files(enum sandbox_role role, int dir);

/*
 * sandbox_calls - allow only the system calls that the role needs (seccomp), in all threads and for
 * good.  Any other call fails, and is logged where the kernel has audit.  Needs no_new_privs.
 * Returns the number of rules, 0 if the kernel has no filters, or -errno after a warning.
 */
int sandbox_calls(enum sandbox_role role);

#endif /* ISMT_LIVE_SANDBOX_H */
