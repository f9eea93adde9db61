/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * landlock.h - put files out of reach by Landlock.  C libraries have no wrappers for its system
 * calls; the kernel's Documentation/userspace-api/landlock.rst explains them.
 */
#ifndef ISMT_LIVE_LANDLOCK_H
#define ISMT_LIVE_LANDLOCK_H

#include <stddef.h>
#include <stdint.h>

enum landlock_use {
	LANDLOCK_READ,	/* read files and directories */
	LANDLOCK_WRITE, /* write to files that exist */
	LANDLOCK_MAKE,	/* also make new ones, and remove files */
};

struct landlock_place {
	const char *path; /* a directory; NULL: the one that fd has open */
	int fd;
	enum landlock_use use;
};

/* The version of Landlock that the running kernel has, from 1; 0: none, or it is turned off. */
int landlock_abi(void);

/*
 * landlock_restrict - from now on the calling thread, and threads and processes that it makes, can
 * open only what is below places, whatever their uid.  Where the kernel can restrict that, too,
 * they can neither bind or connect TCP sockets nor send signals, or connect, to other
 * processes.  Open files stay as they are.  Needs no_new_privs or CAP_SYS_ADMIN.  A place that
 * does not exist is ignored.  Returns the version of Landlock, 0 if there is none, or -errno.
 */
int landlock_restrict(const struct landlock_place *places, size_t count);

#endif /* ISMT_LIVE_LANDLOCK_H */
