// SPDX-License-Identifier: GPL-2.0-only
/*
 * neighbour UID PID... - as UID, without capabilities, try to hurt each process; one JSON
 * object each, with the name of what was tried and "done" or why not.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int try_stop(pid_t pid)
{
	return kill(pid, SIGSTOP);
}

static int try_kill(pid_t pid)
{
	return kill(pid, SIGKILL);
}

static int try_pidfd(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -1 : (int)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

static int try_nofile(pid_t pid)
{
	const struct rlimit none = {};

	return prlimit(pid, RLIMIT_NOFILE, &none, NULL);
}

static int try_limits(pid_t pid)
{
	struct rlimit limit;

	return prlimit(pid, RLIMIT_CPU, NULL, &limit);
}

static int try_trace(pid_t pid)
{
	return (int)ptrace(PTRACE_SEIZE, pid, NULL, NULL);
}

static int try_read(pid_t pid)
{
	char byte;
	struct iovec ours = { &byte, 1 }, theirs = { (void *)0x1000, 1 };

	return process_vm_readv(pid, &ours, 1, &theirs, 1, 0) < 0 ? -1 : 0;
}

static int try_memory(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return open(path, O_RDONLY) < 0 ? -1 : 0;
}

/* Any that it has. */
static int try_files(pid_t pid)
{
	int i, why = ENOENT;
	char path[40];

	for (i = 0; i < 10; i++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, i);
		if (open(path, O_WRONLY | O_NONBLOCK) >= 0 ||
		    open(path, O_RDONLY | O_NONBLOCK) >= 0)
			return 0;
		if (errno != ENOENT)
			why = errno;
	}
	errno = why;
	return -1;
}

static int try_cpus(pid_t pid)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return sched_setaffinity(pid, sizeof(set), &set);
}

static int try_nice(pid_t pid)
{
	return setpriority(PRIO_PROCESS, (id_t)pid, 19);
}

static int try_idle(pid_t pid)
{
	const struct sched_param param = {};

	return sched_setscheduler(pid, SCHED_IDLE, &param);
}

static const struct {
	const char *name;
	int (*fn)(pid_t pid);
} trials[] = {
	{ "limits", try_limits }, { "nofile", try_nofile }, { "trace", try_trace },
	{ "read", try_read },	  { "memory", try_memory }, { "files", try_files },
	{ "cpus", try_cpus },	  { "nice", try_nice },	    { "idle", try_idle },
	{ "stop", try_stop },	  { "pidfd", try_pidfd },   { "kill", try_kill },
};

static int cap_none(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {};

	return (int)syscall(SYS_capset, &head, data);
}

int main(int argc, char **argv)
{
	uid_t uid;
	size_t t;
	int i;

	if (argc < 3)
		return 2;
	uid = (uid_t)strtoul(argv[1], NULL, 10);
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)) {
		perror("neighbour");
		return 1;
	}
	/* Root of a container, say. */
	if (!uid && cap_none()) {
		perror("neighbour");
		return 1;
	}
	for (i = 2; i < argc; i++) {
		printf("{\"pid\":%s", argv[i]);
		for (t = 0; t < sizeof(trials) / sizeof(trials[0]); t++)
			printf(",\"%s\":\"%s\"", trials[t].name,
			       trials[t].fn(atoi(argv[i])) ? strerrorname_np(errno) : "done");
		puts("}");
	}
	return 0;
}
