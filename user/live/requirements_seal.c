// SPDX-License-Identifier: GPL-2.0-only
#include "live/requirements_seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/privilege.h"
#include "live/sandbox.h"

/* A line of /proc/self/status, from behind its name; "" if it is not there. */
static const char *field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? at + strlen(name) : "";
}

/* Fill in seal with what the kernel says, not with what we have asked for. */
static void read_status(int fd, struct seal *seal)
{
	char status[8192];
	ssize_t len = read(fd, status, sizeof(status) - 1);

	if (len <= 0)
		return;
	status[len] = '\0';
	seal->uid = (unsigned int)strtoul(field(status, "\nUid:"), NULL, 10);
	seal->capabilities = strtoull(field(status, "\nCapPrm:"), NULL, 16) != 0;
	if (strtol(field(status, "\nSeccomp:"), NULL, 10) != 2)
		seal->calls = 0;
}

static void give_up(struct seal *seal)
{
	int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct run_as who = {};
	uid_t before = geteuid();

	if (!before)
		seal->err = run_as_choose(&who, &who);
	if (!seal->err)
		seal->err = privilege_drop(&who);
	if (seal->err)
		return;
	memcpy(seal->name, who.name, sizeof(who.name));
	seal->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	seal->landlock = sandbox_files(SANDBOX_TRACE, -1);
	seal->calls = sandbox_calls(SANDBOX_TRACE);
	read_status(status, seal);
	seal->changed = seal->uid != before;
}

int seal_try(struct seal *seal)
{
	int ends[2], status, err = 0;
	ssize_t got;
	pid_t pid;

	memset(seal, 0, sizeof(*seal));
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		give_up(seal);
		_exit(write(ends[1], seal, sizeof(*seal)) != sizeof(*seal));
	}
	if (pid < 0)
		err = -errno;
	close(ends[1]);
	got = err ? 0 : read(ends[0], seal, sizeof(*seal));
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (!err && got != sizeof(*seal))
		err = -EIO;
	return err ?: seal->err;
}

#define FOUND(...) snprintf(finding->found, sizeof(finding->found), __VA_ARGS__)

static void look_user(const struct seal *seal, struct requirement_result *finding)
{
	if (!seal->changed || seal->capabilities) {
		FOUND("a tracer stays user %u%s, whose other processes may stop it", seal->uid,
		      seal->capabilities ? ", with capabilities" : "");
		finding->result = REQ_LACKS;
		finding->hint = "started by root it becomes a user of its own";
	} else if (seal->name[0]) {
		FOUND("a tracer becomes user %s (%u), without capabilities", seal->name, seal->uid);
	} else {
		FOUND("a tracer becomes a user of its own, such as %u, without capabilities; "
		      "there is no user " RUN_AS_NAME ", or somebody runs as it",
		      seal->uid);
	}
}

static void look_seccomp(const struct seal *seal, struct requirement_result *finding)
{
	if (seal->calls > 0) {
		FOUND("a tracer makes no system calls but those it needs: no files, programs, sockets");
		return;
	}
	FOUND("this kernel does not filter system calls");
	finding->result = REQ_LACKS;
	finding->hint = "a kernel with CONFIG_SECCOMP_FILTER=y does";
}

static void look_landlock(const struct seal *seal, struct requirement_result *finding)
{
	if (seal->landlock > 0) {
		FOUND("Landlock %d: no files are in a tracer's reach", seal->landlock);
		return;
	}
	FOUND("this kernel has no Landlock, or it is turned off: files are out of reach by seccomp only");
	finding->result = REQ_LACKS;
	finding->hint = "CONFIG_SECURITY_LANDLOCK=y, and landlock among those of lsm= at boot";
}

static void look_dumps(const struct seal *seal, struct requirement_result *finding)
{
	if (!seal->dumpable) {
		FOUND("a tracer leaves no core dump, and nobody but root can look into its memory");
		return;
	}
	FOUND("a tracer can leave core dumps, with the data of accesses");
	finding->result = REQ_LACKS;
}

const struct seal_check seal_checks[] = {
	{ "user", look_user },
	{ "seccomp", look_seccomp },
	{ "Landlock", look_landlock },
	{ "dumps", look_dumps },
};

const size_t nr_seal_checks = sizeof(seal_checks) / sizeof(seal_checks[0]);
