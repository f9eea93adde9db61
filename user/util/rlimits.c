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

/* What of memory may not be all that there is, with the limits in KiB. */
static const char *memory_strerror(char *buf, size_t len)
{
	unsigned long long space = limit_of(RLIMIT_AS), data = limit_of(RLIMIT_DATA);
	char of_space[48] = "", of_data[48] = "";

	if (!space && !data)
		return "out of memory";
	if (space)
		snprintf(of_space, sizeof(of_space), "%llu KiB (ulimit -v)", space / 1024);
	if (data)
		snprintf(of_data, sizeof(of_data), "%llu KiB of data (ulimit -d)", data / 1024);
	snprintf(buf, len, "out of memory: a process may have %s%s%s", of_space,
		 space && data ? " and " : "", of_data);
	return buf;
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
	case ENOMEM:
		return memory_strerror(buf, len);
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
	case ENOMEM:
		if (!limit_of(RLIMIT_AS) && !limit_of(RLIMIT_DATA))
			return false;
		hint("ulimit -v unlimited and ulimit -d unlimited before it raise the limits");
		return true;
	default:
		return false;
	}
}

void rlimits_no_memory(void)
{
	char text[RLIMITS_TEXT];

	error("%s", rlimits_strerror(ENOMEM, text, sizeof(text)));
	rlimits_hint(ENOMEM);
}
