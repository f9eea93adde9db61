// SPDX-License-Identifier: GPL-2.0-only
/*
 * setup.c - file systems, modules and the rest of what programs expect of a
 * machine.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/syslog.h of the kernel, which user space does not get. */
#define SYSLOG_ACTION_CONSOLE_LEVEL 8

/* In this order; a kernel without one of them is the tools' business. */
static const struct {
	const char *type, *dir, *options;
} mounts[] = {
	{ "devtmpfs", "/dev", "mode=0755" },
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666" },
	{ "tmpfs", "/dev/shm", "mode=1777" },
	{ "tmpfs", "/run", "mode=0755" },
	{ "tmpfs", "/tmp", "mode=1777" },
	{ "debugfs", "/sys/kernel/debug", "mode=0700" },
	{ "tracefs", "/sys/kernel/tracing", "mode=0700" },
	{ "securityfs", "/sys/kernel/security", NULL },
	{ "bpf", "/sys/fs/bpf", "mode=0700" },
};

void setup_filesystems(void)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, MS_NOSUID | MS_RELATIME,
			  mounts[i].options))
			fprintf(stderr, "lab: cannot mount %s: %m\n", mounts[i].dir);
	}
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

void setup_system(void)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;

	sethostname("lab", 3);
	/* The boot is quiet, to be fast; from here on the console tells all. */
	klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, 8);
	/* VFIO locks what it maps; kernels before 5.11 charge BPF maps too. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		ioctl(fd, SIOCSIFFLAGS, &lo);
		close(fd);
	}
}

static int module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		err = -errno;
	close(fd);
	return err;
}

/* The list has a path a line, dependencies first: lab/run made it so. */
int setup_modules(const char *list, char *why, size_t len)
{
	char *text = file_read(list, NULL), *path, *next = text;
	int err = 0;

	if (!text)
		return 0;
	while (!err && (path = strsep(&next, "\n"))) {
		if (!*path)
			continue;
		err = module_load(path);
		if (err)
			snprintf(why, len, "cannot load %s: %s", path, strerror(-err));
	}
	free(text);
	return err;
}

/*
 * The caller's folder TAG as /TAG.  What the host may change meanwhile must not
 * be cached; what it will not, may be.
 */
int setup_folder(const char *tag, bool constant, char *why, size_t len)
{
	unsigned long flags = MS_NODEV | (constant ? MS_RDONLY : 0);
	char dir[32], options[80];
	int err;

	snprintf(dir, sizeof(dir), "/%s", tag);
	snprintf(options, sizeof(options), "trans=virtio,version=9p2000.L,msize=524288,cache=%s",
		 constant ? "loose" : "none");
	mkdir(dir, 0755);
	if (!mount(tag, dir, "9p", flags, options))
		return 0;
	err = -errno;
	snprintf(why, len, "cannot mount %s: %s", dir, strerror(-err));
	return err;
}
