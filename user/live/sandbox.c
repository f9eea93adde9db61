// SPDX-License-Identifier: GPL-2.0-only
#include "live/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "live/landlock.h"
#include "util/message.h"

/* Linux 6.3; nothing that can be written to becomes a program. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define T (1U << SANDBOX_TRACE)
#define A (1U << SANDBOX_ATTACH)
#define O (1U << SANDBOX_OPENER)
#define M (1U << SANDBOX_MEASURER)

/* A system call that roles may make, with any arguments or only with a certain one. */
struct call {
	int nr;
	unsigned int roles;
	enum { ANY, IS, HAS, OURS } how; /* OURS: it is our process id */
	unsigned int arg;		 /* from 0 */
	uint64_t value, mask;		 /* HAS: of the bits in mask these */
};

#define CALL(name, roles)                           \
	{                                           \
		SCMP_SYS(name), roles, ANY, 0, 0, 0 \
	}
#define CALL_IS(name, roles, arg, value)                 \
	{                                                \
		SCMP_SYS(name), roles, IS, arg, value, 0 \
	}
#define CALL_HAS(name, roles, arg, mask, value)              \
	{                                                    \
		SCMP_SYS(name), roles, HAS, arg, value, mask \
	}
#define CALL_OURS(name, roles)                       \
	{                                            \
		SCMP_SYS(name), roles, OURS, 0, 0, 0 \
	}

/*
 * The calls that are allowed.  Others fail with ENOSYS, as on an older kernel, so that a C library
 * that uses a newer call falls back to an older one.  Calls that an architecture does not have
 * are skipped.  libseccomp knows that C libraries for old kernels on s390x use socketcall(2).
 */
static const struct call calls[] = {
	/* What is open. */
	CALL(read, T | A | O | M),
	CALL(readv, T | A),
	CALL(pread64, A),
	CALL(write, T | A | M),
	CALL(writev, T | A | M),
	CALL(close, T | A | O | M),
	CALL(lseek, T | A),
	CALL(fstat, T | A | O),
	CALL(ftruncate, T | A | O),
	CALL(fsync, T | A | O),
	CALL(fdatasync, T | A | O),
	CALL(poll, T | A | M),
	CALL(ppoll, T | A | M),
	CALL(select, T | A),
	CALL(pselect6, T | A),
	CALL(epoll_wait, T | A | M),
	CALL(epoll_pwait, T | A | M),
	CALL(epoll_create1, A | M),
	CALL(epoll_ctl, A | M),
	CALL_IS(fcntl, T | A | O, 1, F_GETFD),
	CALL_IS(fcntl, T | A, 1, F_SETFD),
	CALL_IS(fcntl, T | A | O, 1, F_GETFL),
	CALL_IS(fcntl, T | A | O, 1, F_SETFL),
	CALL_IS(fcntl, T | A, 1, F_DUPFD_CLOEXEC),
	/* The owner of the pipe that ends CMD is set by then; which signal it is, is not. */
	CALL_IS(fcntl, T, 1, F_SETSIG),
	CALL_IS(ioctl, T | A, 1, TCGETS),
	CALL_IS(ioctl, T | A, 1, TIOCGWINSZ),
	CALL_IS(ioctl, A, 1, TCSETS),
	CALL_IS(ioctl, A, 1, TCSETSW),
	CALL_IS(ioctl, A, 1, TCSETSF),
	CALL_IS(ioctl, A, 1, TCFLSH),
	CALL_IS(ioctl, A, 1, TIOCGPGRP),
	CALL_IS(ioctl, A, 1, FIONREAD),
	CALL_IS(ioctl, T | A, 1, PERF_EVENT_IOC_DISABLE),
	CALL_IS(ioctl, A, 1, PERF_EVENT_IOC_ENABLE),
	CALL_IS(ioctl, A, 1, PERF_EVENT_IOC_SET_BPF),
	CALL(dup, A),
	CALL(dup3, A),

	/* Files by name: whether a module is there (both), what attaching reads; the helpers'. */
	CALL(newfstatat, T | A | O),
	CALL(statx, T | A | O),
	CALL(access, A),
	CALL(faccessat, A),
	CALL(faccessat2, A),
	CALL(readlink, A),
	CALL(readlinkat, A),
	CALL_HAS(open, A, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
	CALL_HAS(openat, A, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
	CALL(open, O),
	CALL(openat, O),
	CALL(openat2, O),
	CALL(unlink, O),
	CALL(unlinkat, O),
	CALL(fchmod, O),
	CALL(rename, O),
	CALL(renameat, O),
	CALL(renameat2, O),
	CALL(linkat, O),
	CALL(fchown, O),
	CALL(fstatfs, O),
	CALL(flock, O),
	CALL_HAS(openat, M, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_WRONLY),

	/* BPF: maps, what was loaded, and programs that user space runs. */
	CALL_IS(bpf, T | A, 0, BPF_MAP_LOOKUP_ELEM),
	CALL_IS(bpf, T | A, 0, BPF_MAP_UPDATE_ELEM),
	CALL_IS(bpf, T | A, 0, BPF_MAP_DELETE_ELEM),
	CALL_IS(bpf, T | A, 0, BPF_MAP_GET_NEXT_KEY),
	CALL_IS(bpf, T | A, 0, BPF_PROG_TEST_RUN),
	CALL_IS(bpf, T | A | M, 0, BPF_OBJ_GET_INFO_BY_FD),
	CALL_IS(bpf, A, 0, BPF_MAP_CREATE),
	CALL_IS(bpf, A, 0, BPF_MAP_FREEZE),
	CALL_IS(bpf, A, 0, BPF_PROG_LOAD),
	CALL_IS(bpf, A, 0, BPF_PROG_BIND_MAP),
	CALL_IS(bpf, A, 0, BPF_BTF_LOAD),
	CALL_IS(bpf, A, 0, BPF_BTF_GET_NEXT_ID),
	CALL_IS(bpf, A, 0, BPF_BTF_GET_FD_BY_ID),
	CALL_IS(bpf, A, 0, BPF_RAW_TRACEPOINT_OPEN),
	CALL_IS(bpf, A, 0, BPF_LINK_CREATE),
	CALL(perf_event_open, A),
	CALL(memfd_create, A),
	CALL(capget, A),
	CALL(capset, A),
	CALL(uname, T | A),
	CALL(sysinfo, T | A),
	CALL(getrlimit, A),
	/* Limits: its own only, which is no pid. */
	CALL(setrlimit, A),
	CALL_IS(prlimit64, A, 0, 0),

	/* Between the processes of one trace. */
	CALL(sendmsg, T | A | O | M),
	CALL(recvmsg, T | A | O | M),
	CALL(send, T | A | O | M),
	CALL(sendto, T | A | O | M),
	CALL(recv, T | A | O | M),
	CALL(recvfrom, T | A | O | M),
	CALL(wait4, T | A),
	CALL(waitid, T | A),

	/* Memory, time, threads and signals of its own. */
	CALL(mmap, T | A | O | M),
	CALL(munmap, T | A | O | M),
	CALL(mremap, T | A | O | M),
	CALL(mprotect, T | A | O | M),
	CALL(madvise, T | A | O | M),
	CALL(brk, T | A | O | M),
	CALL(clock_gettime, T | A | O | M),
	CALL(clock_getres, T | A),
	CALL(gettimeofday, T | A),
	CALL(nanosleep, T | A | M),
	CALL(clock_nanosleep, T | A | M),
	CALL(futex, T | A | O | M),
	CALL(sched_yield, T | A),
	CALL(sched_getaffinity, T | A),
	CALL(getcpu, T | A),
	CALL(getrandom, T | A | O | M),
	CALL(set_robust_list, T | A),
	CALL(rseq, T | A),
	CALL(membarrier, T | A),
	CALL(getpid, T | A | O | M),
	CALL(gettid, T | A | O | M),
	CALL(getuid, T | A),
	CALL(geteuid, T | A | O | M),
	CALL(getgid, T | A),
	CALL(getegid, T | A),
	CALL(rt_sigaction, T | A | O | M),
	CALL(rt_sigprocmask, T | A | O | M),
	CALL(rt_sigreturn, T | A | O | M),
	CALL(sigreturn, T | A | O | M),
	CALL(sigaltstack, T | A | O | M),
	CALL(restart_syscall, T | A | O | M),
	CALL_OURS(kill, T | A | O | M),
	CALL_OURS(tgkill, T | A | O | M),
	CALL(exit, T | A | O | M),
	CALL(exit_group, T | A | O | M),
};

/* Calls that fail with EPERM: C libraries have no other way for these, and EPERM says what is wrong. */
static const int refused[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(openat2),
	SCMP_SYS(creat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmod),
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(clone),
	SCMP_SYS(socket),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(setuid),
	SCMP_SYS(setresuid),
	SCMP_SYS(mount),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(capset),
	SCMP_SYS(prctl),
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static int allow(scmp_filter_ctx filter, const struct call *call)
{
	struct scmp_arg_cmp cmp = { .arg = call->arg, .op = SCMP_CMP_EQ, .datum_a = call->value };

	if (call->how == HAS) {
		cmp.op = SCMP_CMP_MASKED_EQ;
		cmp.datum_a = call->mask;
		cmp.datum_b = call->value;
	} else if (call->how == OURS) {
		cmp.datum_a = (scmp_datum_t)getpid();
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call->nr, call->how != ANY,
				      call->how == ANY ? NULL : &cmp);
}

static bool is_allowed(int nr, unsigned int role)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].nr == nr && calls[i].roles & role)
			return true;
	return false;
}

/* How many rules, or -errno. */
static int add_calls(scmp_filter_ctx filter, unsigned int role)
{
	int err = 0, count = 0;
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(calls); i++) {
		if (!(calls[i].roles & role))
			continue;
		err = allow(filter, &calls[i]);
		count++;
	}
	for (i = 0; !err && i < ARRAY_SIZE(refused); i++)
		if (!is_allowed(refused[i], role))
			err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	return err ?: count;
}

static int load_filter(unsigned int role)
{
	scmp_filter_ctx filter;
	int err, count;

	/* EINVAL: a kernel without. */
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return 0;
	filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	if (!filter)
		return -ENOMEM;
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	/* A tree: the filter runs for each call whose arguments matter. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	/* What was refused is in the audit log, where a kernel can do that (4.14). */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	count = add_calls(filter, role);
	err = count < 0 ? count : seccomp_load(filter);
	seccomp_release(filter);
	/* Filters, but none of this kind: as good as none. */
	return err == -EINVAL ? 0 : err ?: count;
}

int sandbox_calls(enum sandbox_role role)
{
	int count = load_filter(1U << role);

	if (count < 0)
		warning("system calls are not filtered: %s", strerror(-count));
	return count;
}

/* What libraries read when they are first used. */
static void warm_up(void)
{
	tzset();
	json_object_seed(0);
}

int sandbox_files(enum sandbox_role role, int dir)
{
	static const struct landlock_place attach[] = {
		{ "/sys", -1, LANDLOCK_READ },
		{ "/proc", -1, LANDLOCK_READ },
	};
	const struct landlock_place below = {
		NULL,
		dir,
		role == SANDBOX_OPENER ? LANDLOCK_MAKE : LANDLOCK_WRITE,
	};
	int abi;

	if (role == SANDBOX_TRACE || role == SANDBOX_ATTACH)
		warm_up();
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	if (role == SANDBOX_ATTACH)
		abi = landlock_restrict(attach, ARRAY_SIZE(attach));
	else
		abi = landlock_restrict(&below, dir >= 0);
	if (abi < 0)
		warning("files are not put out of reach by Landlock: %s", strerror(-abi));
	return abi;
}
