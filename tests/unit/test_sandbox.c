// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sandbox.c - who the tracer becomes, and what it can still ask the kernel for: each
 * role in a process of its own, on the machine at hand.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live/landlock.h"
#include "live/sandbox.h"
#include "unit.h"
#include "util/run_as.h"

/* Where files can be made. */
static char place[] = "/tmp/ismtrace-sandbox-XXXXXX";

/* What is tried: 0, or the errno that it ended with. */
static int try_read(void)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static int make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static int try_make(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/new", place);
	return make_file(path);
}

static int try_elsewhere(void)
{
	return make_file("/tmp/ismtrace-sandbox-elsewhere");
}

static int try_exec(void)
{
	/* ENOENT, if it were not refused. */
	return syscall(SYS_execve, "", NULL, NULL) ? errno : 0;
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_ptrace(void)
{
	/* ESRCH. */
	return syscall(SYS_ptrace, PTRACE_DETACH, getpid(), 0, 0) ? errno : 0;
}

static int try_kill(void)
{
	return kill(getppid(), 0) ? errno : 0;
}

static int try_kill_self(void)
{
	return kill(getpid(), 0) ? errno : 0;
}

static int try_raise(void)
{
	signal(SIGUSR1, SIG_IGN);
	return raise(SIGUSR1) ? errno : 0;
}

static int try_prlimit(void)
{
	struct rlimit limit;

	return prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit) ? errno : 0;
}

static int call_bpf(int cmd)
{
	union bpf_attr attr = {};

	attr.map_fd = (__u32)-1;
	return syscall(SYS_bpf, cmd, &attr, sizeof(attr)) < 0 ? errno : 0;
}

static int try_bpf_lookup(void)
{
	return call_bpf(BPF_MAP_LOOKUP_ELEM);
}

static int try_bpf_load(void)
{
	return call_bpf(BPF_PROG_LOAD);
}

static int try_bpf_pin(void)
{
	return call_bpf(BPF_OBJ_PIN);
}

static int try_mount(void)
{
	return syscall(SYS_mount, NULL, NULL, NULL, 0, NULL) ? errno : 0;
}

static int try_memory(void)
{
	size_t len = 64 << 20;
	char *big = malloc(len);

	if (!big)
		return ENOMEM;
	memset(big, 1, len);
	free(realloc(big, 2 * len));
	return 0;
}

static int try_stat(void)
{
	struct stat st;

	return stat("/proc/self", &st) ? errno : 0;
}

static int try_sleep(void)
{
	const struct timespec ts = { .tv_nsec = 1 };

	return nanosleep(&ts, NULL) ? errno : 0;
}

static int try_pipe(void)
{
	static int ends[2] = { -1, -1 };
	char byte = 'x';

	/* Called once before. */
	if (ends[0] < 0)
		return pipe2(ends, O_CLOEXEC) ? errno : 0;
	return write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1 ? 0 : errno;
}

/* The local time is read from a file, once. */
static int try_localtime(void)
{
	time_t now = 0;
	char text[32];
	struct tm tm;

	return localtime_r(&now, &tm) && strftime(text, sizeof(text), "%H:%M", &tm) ? 0 : EINVAL;
}

/* How the trial is to end. */
enum { GOES, NOT, PASSES }; /* NOT: EPERM, ENOSYS or EACCES; PASSES: neither of the first two */

static const struct {
	const char *what;
	int (*fn)(void);
	int ends[4]; /* by role */
} trials[] = {
	{ "reading a file", try_read, { NOT, GOES, PASSES, NOT } },
	{ "making a file", try_make, { NOT, NOT, GOES, NOT } },
	{ "executing a program", try_exec, { NOT, NOT, NOT, NOT } },
	{ "making a process", try_fork, { NOT, NOT, NOT, NOT } },
	{ "making a socket", try_socket, { NOT, NOT, NOT, NOT } },
	{ "tracing a process", try_ptrace, { NOT, NOT, NOT, NOT } },
	{ "signalling another process", try_kill, { NOT, NOT, NOT, NOT } },
	{ "signalling itself", try_kill_self, { GOES, GOES, GOES, GOES } },
	{ "raising a signal", try_raise, { PASSES, PASSES, PASSES, PASSES } },
	{ "another process' limits", try_prlimit, { NOT, NOT, NOT, NOT } },
	{ "looking something up in a map", try_bpf_lookup, { PASSES, PASSES, NOT, NOT } },
	{ "loading a program", try_bpf_load, { NOT, PASSES, NOT, NOT } },
	{ "pinning a program", try_bpf_pin, { NOT, NOT, NOT, NOT } },
	{ "mounting", try_mount, { NOT, NOT, NOT, NOT } },
	{ "memory", try_memory, { GOES, GOES, GOES, GOES } },
	{ "sleeping", try_sleep, { GOES, GOES, PASSES, GOES } },
	{ "whether a file is there", try_stat, { GOES, GOES, PASSES, PASSES } },
	{ "the local time", try_localtime, { GOES, GOES, PASSES, PASSES } },
	{ "writing and reading", try_pipe, { GOES, GOES, PASSES, GOES } },
};

#define NR_TRIALS (sizeof(trials) / sizeof(trials[0]))

struct report {
	int abi, calls;
	int errors[NR_TRIALS];
	int elsewhere;
	int seccomp, no_new_privs;
};

static int status_field(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	return line ? atoi(line + strlen(name)) : -1;
}

static void run_trials(enum sandbox_role role, struct report *report)
{
	int dir = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	static char status[8192];
	size_t i;

	/* Tables of the system and a C library are made at first use; what is refused is not. */
	try_pipe();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	report->abi = sandbox_files(role, role >= SANDBOX_OPENER ? dir : -1);
	report->calls = sandbox_calls(role);
	for (i = 0; i < NR_TRIALS; i++)
		report->errors[i] = trials[i].fn();
	report->elsewhere = try_elsewhere();
	if (read(file, status, sizeof(status) - 1) > 0) {
		report->seccomp = status_field(status, "\nSeccomp:");
		report->no_new_privs = status_field(status, "\nNoNewPrivs:");
	}
}

static bool look(enum sandbox_role role, struct report *report)
{
	int ends[2], status;
	bool good;
	pid_t pid;

	memset(report, 0, sizeof(*report));
	/* All roles may send; not all may write. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return false;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		run_trials(role, report);
		_exit(send(ends[1], report, sizeof(*report), 0) != sizeof(*report));
	}
	close(ends[1]);
	good = read(ends[0], report, sizeof(*report)) == sizeof(*report);
	close(ends[0]);
	return waitpid(pid, &status, 0) == pid && !status && good;
}

static const char *const role_names[] = { "tracer", "ismtop", "opener", "measurer" };

static bool as_wanted(int err, int end)
{
	switch (end) {
	case GOES:
		return !err;
	case NOT:
		return err == EPERM || err == ENOSYS || err == EACCES;
	default:
		return true;
	}
}

static void test_role(enum sandbox_role role)
{
	const char *name = role_names[role];
	struct report report;
	size_t i;

	if (!ok(look(role, &report), "%s: it goes on", name))
		return;
	is_int(report.no_new_privs, 1, "no new privileges");
	ok(report.abi == landlock_abi(), "%s: Landlock, version %d", name, report.abi);
	/* As qemu-user. */
	if (!report.calls) {
		ok(true, "%s: this emulator has no filters of system calls", name);
		return;
	}
	is_int(report.seccomp, 2, "the kernel says that calls are filtered");
	ok(report.calls > 20, "%s: %d rules", name, report.calls);
	for (i = 0; i < NR_TRIALS; i++)
		ok(as_wanted(report.errors[i], trials[i].ends[role]), "%s: %s: %s", name,
		   trials[i].what, report.errors[i] ? strerror(report.errors[i]) : "goes");
	if (report.abi || role != SANDBOX_OPENER)
		ok(as_wanted(report.elsewhere, NOT), "%s: a file elsewhere: %s", name,
		   strerror(report.elsewhere));
}

/* --- A thread that was there before. */

static pthread_barrier_t barrier;

static void *thread_tries(void *arg)
{
	int *result = arg;

	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	*result = try_socket();
	return NULL;
}

static void test_threads(void)
{
	int status, result = 0;
	pthread_t thread;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		sandbox_files(SANDBOX_TRACE, -1);
		pthread_barrier_init(&barrier, NULL, 2);
		pthread_create(&thread, NULL, thread_tries, &result);
		pthread_barrier_wait(&barrier);
		status = sandbox_calls(SANDBOX_TRACE);
		pthread_barrier_wait(&barrier);
		pthread_join(thread, NULL);
		_exit(status && result != EPERM);
	}
	ok(waitpid(pid, &status, 0) == pid && !status,
	   "a thread that was there is filtered, too, and can be joined");
}

/* --- Who it becomes. */

static void test_run_as(void)
{
	struct run_as as = {}, chosen, again;

	is_int(run_as_parse(&as, "root"), 0, "root");
	ok(as.given && !as.uid && !as.gid, "is 0 and 0");
	is_int(run_as_parse(&as, "no-such-user-here"), -ENOENT, "a user who is not there");
	ok(!as.given, "is nobody");
	is_int(run_as_parse(&as, "4000000000"), 0, "a number that has no name");
	ok(as.uid == 4000000000U && as.gid == 4000000000U && !as.name[0], "is both");
	is_int(run_as_parse(&as, "4294967295"), -EINVAL, "the number that means none");
	is_int(run_as_parse(&as, "12x"), -EINVAL, "a number and more");
	is_int(run_as_parse(&as, "0"), 0, "0");
	is_str(as.name, "root", "is root");

	ok(run_as_in_use(getuid()), "our own uid is in use");
	ok(!run_as_in_use(RUN_AS_FIRST + 12345), "one of those that nobody gives out is not");
	memset(&as, 0, sizeof(as));
	is_int(run_as_choose(&as, &chosen), 0, "without -Z");
	ok(chosen.given &&
		   (chosen.name[0] || (chosen.uid >= RUN_AS_FIRST && chosen.uid <= RUN_AS_LAST)),
	   "it is user ismtrace, or a number that nobody gives out: %u", chosen.uid);
	is_int(run_as_choose(&as, &again), 0, "another time");
	ok(chosen.name[0] || again.uid != chosen.uid, "it is another: %u", again.uid);
}

int main(void)
{
	enum sandbox_role role;
	char path[64];

	if (!mkdtemp(place))
		return 1;
	test_run_as();
	for (role = SANDBOX_TRACE; role <= SANDBOX_MEASURER; role++)
		test_role(role);
	test_threads();
	snprintf(path, sizeof(path), "%s/new", place);
	unlink(path);
	unlink("/tmp/ismtrace-sandbox-elsewhere");
	rmdir(place);
	return unit_end();
}
