/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * landlock.h - files out of reach by Landlock: system calls without a C library's wrapper
 * (Documentation/userspace-api/landlock.rst).
 */
#ifndef ISMT_LIVE_LANDLOCK_H
#define ISMT_LIVE_LANDLOCK_H

#include <stddef.h>
#include <stdint.h>

enum landlock_use {
	LANDLOCK_READ,	/* files and directories below */
	LANDLOCK_WRITE, /* files that are there */
	LANDLOCK_MAKE,	/* and new ones, and remove them */
};

struct landlock_place {
	const char *path; /* of a directory; NULL: fd is it */
	int fd;
	enum landlock_use use;
};

/* Which version the running kernel has, from 1; 0: none, or it is turned off. */
int landlock_abi(void);

/*
 * landlock_restrict - from now on the calling thread, and those that it makes, can open
 * nothing but what is below places, whatever its uid; and where the kernel has that, neither
 * bind or connect TCP sockets nor signal or connect to processes outside.  What is open
 * stays as it is.  Takes no_new_privs or CAP_SYS_ADMIN.  A place that is not there is none.
 * Returns the version, 0 if there is none, or -errno.
 */
int landlock_restrict(const struct landlock_place *places, size_t count);

#endif /* ISMT_LIVE_LANDLOCK_H */
