// SPDX-License-Identifier: GPL-2.0-only
#include "util/rlimits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util/message.h"

void rlimits_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The limit in force; 0: there is none. */
static unsigned long long limit_of(int resource)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return 0;
	return (unsigned long long)limit.rlim_cur;
}

int rlimits_cause(int err)
{
	int fd = dup(STDERR_FILENO);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : err;
	close(fd);
	return err;
}

const char *rlimits_strerror(int err, char *buf, size_t len)
{
	unsigned long long limit;

	switch (err) {
	case EMFILE:
		limit = limit_of(RLIMIT_NOFILE);
		snprintf(buf, len, "too many open files: a process may have %llu (ulimit -n)",
			 limit);
		return buf;
	case ENFILE:
		return "too many open files in the whole system (fs.file-max)";
	case EAGAIN:
		/* What fork() and pthread_create() return. */
		limit = limit_of(RLIMIT_NPROC);
		if (!limit)
			return "no more processes and threads are allowed";
		snprintf(
			buf, len,
			"no more processes and threads are allowed: a user may have %llu (ulimit -u)",
			limit);
		return buf;
	default:
		return strerror(err);
	}
}

bool rlimits_hint(int err)
{
	switch (err) {
	case EMFILE:
		hint("ulimit -n 1024 before it raises the limit");
		return true;
	case ENFILE:
		hint("sysctl fs.file-max raises the limit");
		return true;
	case EAGAIN:
		hint("ulimit -u raises the limit, which counts all threads of the user; pids.max of the cgroup and kernel.threads-max are others");
		return true;
	default:
		return false;
	}
}
