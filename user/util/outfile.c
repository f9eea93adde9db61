// SPDX-License-Identifier: GPL-2.0-only
#include "util/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* An error number that no file system has. */
#define OUTFILE_FOREIGN EREMCHG

/* A name for the time until the file gets its own is somebody's already. */
#define TRIES 16

const char *outfile_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int outdir_open(struct outdir *dir, const char *path)
{
	size_t len = (size_t)(outfile_base(path) - path);
	char name[PATH_MAX];

	if (len >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, path, len);
	name[len] = '\0';
	dir->fd = open(len ? name : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir->fd < 0 ? -errno : 0;
}

void outdir_close(struct outdir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}

bool outdir_is_ours(const struct outdir *dir)
{
	struct stat st;

	return !fstat(dir->fd, &st) && st.st_uid == geteuid() && (st.st_mode & 0300) == 0300;
}

/*
 * Beneath the directory, by no link of any kind.  A name without a slash that has to be new leads
 * nowhere else by open flags alone, where the kernel or a sandbox does not have the call.
 */
static int open_new(const struct outdir *dir, const char *name, mode_t mode)
{
	struct open_how how = {
		.flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, dir->fd, name, &how, sizeof(how));

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(dir->fd, name, (int)how.flags, mode);
	return fd < 0 ? -errno : fd;
}

/*
 * What somebody has once written stays, as perf.data.old does: a second run with the same name is
 * often a mistake.  A link, a device, or a file of nothing is no such thing.
 */
static int keep_old(const struct outdir *dir, const char *name)
{
	char old[NAME_MAX + sizeof(OUTFILE_OLD)];
	struct stat st;

	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode) || !st.st_size)
		return 0;
	snprintf(old, sizeof(old), "%s" OUTFILE_OLD, name);
	if (!renameat(dir->fd, name, dir->fd, old))
		return 0;
	/* Where nothing may be renamed the old file is not ours to replace, either. */
	return errno == EISDIR || errno == ENOTEMPTY || errno == ENAMETOOLONG ? -EEXIST : -errno;
}

/* A new file under a name of its own, which then takes that of the old one. */
static int replace(const struct outdir *dir, const char *name, mode_t mode)
{
	char other[NAME_MAX + 1];
	int fd = -EEXIST, tries, err;
	uint64_t lot = 0;

	for (tries = 0; fd == -EEXIST && tries < TRIES; tries++) {
		if (getrandom(&lot, sizeof(lot), GRND_NONBLOCK) != sizeof(lot))
			lot = (uint64_t)getpid() << 32 | (uint32_t)tries;
		/* Its own may be as long as names are. */
		snprintf(other, sizeof(other), ".ismtrace-%016" PRIx64, lot);
		fd = open_new(dir, other, mode);
	}
	if (fd < 0)
		return fd;
	err = keep_old(dir, name);
	if (!err && !renameat(dir->fd, other, dir->fd, name))
		return fd;
	if (!err)
		err = -errno;
	unlinkat(dir->fd, other, 0);
	close(fd);
	return err;
}

int outfile_make(const struct outdir *dir, const char *name, mode_t mode)
{
	int fd = open_new(dir, name, mode);

	return fd == -EEXIST ? replace(dir, name, mode) : fd;
}

/* Open a file that exists, to be emptied: it must be a regular file of ours without a second name. */
static int empty_own(const struct outdir *dir, const char *name)
{
	int fd = openat(dir->fd, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY),
	    err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		err = -EACCES;
	else if (ftruncate(fd, 0))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/*
 * A device, a pipe: one that is a file by now has been put there by somebody else.  So may a pipe have
 * been, by whoever waits at its other end.
 */
static int open_special(const struct outdir *dir, const char *name)
{
	int fd = openat(dir->fd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || S_ISREG(st.st_mode))
		err = -EAGAIN;
	else if (S_ISFIFO(st.st_mode) && st.st_uid != geteuid() && st.st_uid != 0)
		err = -OUTFILE_FOREIGN;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/*
 * The descriptor that a link of the system's own stands for; -1: it is none.  Below /dev there are
 * directories that everybody may write to.
 */
static int open_here(const char *path)
{
	static const char *const fds[] = { "/dev/fd/", "/proc/self/fd/" };
	size_t i, len;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		len = strlen(fds[i]);
		if (!strncmp(path, fds[i], len) && path[len] &&
		    !path[len + strspn(path + len, "0123456789")])
			return atoi(path + len);
	}
	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	return strcmp(path, "/dev/stderr") ? -1 : STDERR_FILENO;
}

static int open_in(const struct outdir *dir, const char *name, mode_t mode)
{
	struct stat st;
	int fd, own;

	if (!*name)
		return -EISDIR;
	if (!fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (S_ISLNK(st.st_mode))
			return -ELOOP;
		if (!S_ISREG(st.st_mode))
			return open_special(dir, name);
	}
	fd = outfile_make(dir, name, mode);
	if (fd != -EACCES && fd != -EPERM && fd != -EROFS && fd != -EBUSY)
		return fd;
	own = empty_own(dir, name);
	return own == -ENOENT ? fd : own;
}

int outfile_open_in(const struct outdir *dir, const char *path, mode_t mode)
{
	int number = open_here(path), fd;

	/* Duplicate the descriptor: opening the file anew would write to it from its beginning. */
	if (number >= 0) {
		fd = fcntl(number, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? -errno : fd;
	}
	return open_in(dir, outfile_base(path), mode);
}

int outfile_open(const char *path, mode_t mode)
{
	struct outdir dir = OUTDIR_NONE;
	int fd = outdir_open(&dir, path);

	if (fd)
		return fd;
	fd = outfile_open_in(&dir, path, mode);
	outdir_close(&dir);
	return fd;
}

const char *outfile_reason(int err)
{
	if (err == -OUTFILE_FOREIGN)
		return "it is a pipe of somebody else's";
	if (err == -EEXIST)
		return "it is there, and cannot be kept under its name with " OUTFILE_OLD;
	return err == -ELOOP ? "it is a symbolic link, which is not followed" : strerror(-err);
}
