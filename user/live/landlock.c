// SPDX-License-Identifier: GPL-2.0-only
#include "live/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * include/uapi/linux/landlock.h of 6.12: headers of the kernels that this is built on may
 * know less than the kernel that it runs on.  Numbers of system calls are the same on all
 * architectures.
 */
#define NR_CREATE_RULESET 444
#define NR_ADD_RULE	  445
#define NR_RESTRICT_SELF  446

#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH      1

#define FS_WRITE_FILE  (1ULL << 1)
#define FS_READ_FILE   (1ULL << 2)
#define FS_READ_DIR    (1ULL << 3)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_REG    (1ULL << 8)
#define FS_TRUNCATE    (1ULL << 14)

/* All rights to files that a version knows, from 1. */
static const uint64_t fs_rights[] = {
	(1ULL << 13) - 1, (1ULL << 14) - 1, /* REFER */
	(1ULL << 15) - 1,		    /* TRUNCATE */
	(1ULL << 15) - 1, (1ULL << 16) - 1, /* IOCTL_DEV */
};

#define NR_VERSIONS ((int)(sizeof(fs_rights) / sizeof(fs_rights[0])))

#define NET_ABI	  4
#define NET_ALL	  3ULL /* BIND_TCP, CONNECT_TCP */
#define SCOPE_ABI 6
#define SCOPE_ALL 3ULL /* ABSTRACT_UNIX_SOCKET, SIGNAL */

struct ruleset_attr {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct path_beneath_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

static const uint64_t uses[] = {
	[LANDLOCK_READ] = FS_READ_FILE | FS_READ_DIR,
	[LANDLOCK_WRITE] = FS_WRITE_FILE,
	[LANDLOCK_MAKE] = FS_WRITE_FILE | FS_TRUNCATE | FS_MAKE_REG | FS_REMOVE_FILE,
};

int landlock_abi(void)
{
	long abi = syscall(NR_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

static int add_place(int ruleset, const struct landlock_place *place, uint64_t handled)
{
	struct path_beneath_attr attr = { .allowed = uses[place->use] & handled };
	int err = 0;

	attr.parent = place->path ? open(place->path, O_PATH | O_DIRECTORY | O_CLOEXEC) : place->fd;
	if (attr.parent < 0)
		return 0;
	if (syscall(NR_ADD_RULE, ruleset, RULE_PATH_BENEATH, &attr, 0))
		err = -errno;
	if (place->path)
		close(attr.parent);
	return err;
}

int landlock_restrict(const struct landlock_place *places, size_t count)
{
	struct ruleset_attr attr = {};
	int abi = landlock_abi(), ruleset, err = 0;
	size_t i, size = sizeof(attr.fs);

	if (!abi)
		return 0;
	attr.fs = fs_rights[(abi < NR_VERSIONS ? abi : NR_VERSIONS) - 1];
	if (abi >= NET_ABI) {
		attr.net = NET_ALL;
		size += sizeof(attr.net);
	}
	if (abi >= SCOPE_ABI) {
		attr.scoped = SCOPE_ALL;
		size += sizeof(attr.scoped);
	}
	ruleset = (int)syscall(NR_CREATE_RULESET, &attr, size, 0);
	if (ruleset < 0)
		return -errno;
	for (i = 0; !err && i < count; i++)
		err = add_place(ruleset, &places[i], attr.fs);
	if (!err && syscall(NR_RESTRICT_SELF, ruleset, 0))
		err = -errno;
	close(ruleset);
	return err ?: abi;
}
