/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - what a process of the toolkit can still ask the kernel for, once it has all
 * that it needs.  sandbox.c has one table of it for all roles.
 */
#ifndef ISMT_LIVE_SANDBOX_H
#define ISMT_LIVE_SANDBOX_H

enum sandbox_role {
	SANDBOX_TRACE,	  /* reads what the programs send, writes to what is open */
	SANDBOX_ATTACH,	  /* ismtop: the same, and loads and attaches again */
	SANDBOX_OPENER,	  /* opens the next file of a capture */
	SANDBOX_MEASURER, /* writes to the switches of measurement blocks */
};

/*
 * sandbox_files - files out of reach (Landlock), but for what the role needs; of an opener
 * and a measurer that is below the directory dir, a descriptor, else -1.  Before there are
 * threads.  Takes no_new_privs.  Returns the version of Landlock, 0 if the kernel has none, or
 * -errno after a warning: what cannot be had is no reason not to trace.
 */
int sandbox_files(enum sandbox_role role, int dir);

/*
 * sandbox_calls - the system calls that the role needs, and no others, in all threads and
 * for good; any other fails, and is logged where the kernel has audit.  Takes no_new_privs.
 * Returns how many there are, 0 if the kernel has no filters, or -errno after a warning.
 */
int sandbox_calls(enum sandbox_role role);

#endif /* ISMT_LIVE_SANDBOX_H */
