// SPDX-License-Identifier: GPL-2.0-only
/*
 * init.c - the first process of the lab's machine: sets it up, binds the
 * functions, runs one command and tells the host how it ended.
 *
 * lab/run tells it what to do through the kernel's command line, of which the
 * kernel hands on as environment what it does not know itself (LAB_DRIVER,
 * LAB_SHARE, LAB_TOOLS, LAB_STDIN, LAB_TERMINAL), and through files in /lab: argv (the
 * command, zero-terminated strings), env (likewise), modules, and early: those that the ports need.
 */
#define _GNU_SOURCE
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define NAMES_LEN 1024

static char functions[NAMES_LEN];

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* The strings of a file of zero-terminated strings, after some of our own. */
static char **strings(const char *path, char **first, size_t n)
{
	size_t len = 0, room, i;
	char *text = file_read(path, &len), *s, **list;

	for (room = n + 1, i = 0; i < len; i++)
		room += !text[i];
	list = calloc(room, sizeof(*list));
	if (!list)
		return NULL;
	memcpy(list, first, n * sizeof(*first));
	for (s = text; s && s < text + len; s += strlen(s) + 1)
		list[n++] = s;
	return list;
}

static char **child_environment(void)
{
	static char names[NAMES_LEN + 32];
	char *fixed[] = {
		"PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root",
		"USER=root",
		"LOGNAME=root",
		"SHELL=/bin/bash",
		"LANG=C.UTF-8",
		names,
	};

	snprintf(names, sizeof(names), "ISM_FUNCTIONS=%s", functions);
	return strings("/lab/env", fixed, sizeof(fixed) / sizeof(fixed[0]));
}

/* In the child: become CMD, or say why not, with a shell's statuses. */
static void child_exec(char **argv)
{
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (chdir("/root"))
		_exit(126);
	environ = child_environment();
	execvp(argv[0], argv);
	err = errno;
	if (err == ENOENT && !access(argv[0], X_OK))
		dprintf(STDERR_FILENO, "lab: %s: its interpreter or loader is missing\n", argv[0]);
	else if (err == ENOENT)
		dprintf(STDERR_FILENO, "lab: %s: command not found\n", argv[0]);
	else
		dprintf(STDERR_FILENO, "lab: %s: %s\n", argv[0], strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

/*
 * Gives CMD the ends fd[] as its stdin, stdout and stderr; with a terminal
 * they are one and the same, and become the controlling one.
 */
static pid_t child_start(char **argv, const int fd[3], bool terminal)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	/* A session of its own: a signal for CMD's group spares us. */
	setsid();
	if (terminal)
		ioctl(fd[0], TIOCSCTTY, 0);
	for (i = 0; i < 3; i++)
		dup2(fd[i], i);
	child_exec(argv);
	return -1;
}

static int open_pipes(struct pump *p, int fd[3], bool has_stdin)
{
	int a[2] = { -1, -1 }, b[2], c[2];

	/* Ours do not block, CMD's do: the two ends of a pipe are apart. */
	if ((has_stdin && pipe2(a, O_CLOEXEC)) || pipe2(b, O_CLOEXEC) || pipe2(c, O_CLOEXEC))
		return -errno;
	fd[0] = has_stdin ? a[0] : open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd[1] = b[1];
	fd[2] = c[1];
	p->in = a[1];
	p->out = b[0];
	p->err = c[0];
	if (has_stdin)
		fcntl(p->in, F_SETFL, O_NONBLOCK);
	fcntl(p->out, F_SETFL, O_NONBLOCK);
	fcntl(p->err, F_SETFL, O_NONBLOCK);
	return 0;
}

static int open_terminal(struct pump *p, int fd[3], const char *size)
{
	struct winsize ws = { 0 };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int slave;

	if (master < 0 || grantpt(master) || unlockpt(master))
		return -errno;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -errno;
	/* A terminal that does not know its size says 0 0. */
	if (sscanf(size, "%hux%hu", &ws.ws_row, &ws.ws_col) != 2 || !ws.ws_row || !ws.ws_col) {
		ws.ws_row = 24;
		ws.ws_col = 80;
	}
	ioctl(master, TIOCSWINSZ, &ws);
	fd[0] = fd[1] = fd[2] = slave;
	p->in = p->out = master;
	p->err = -1;
	p->terminal = true;
	return 0;
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

static void fail(const char *why)
{
	port_say("fail %s", why);
	power_off();
}

static long uptime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void)
{
	const char *size = getenv("LAB_TERMINAL");
	char why[LAB_LINE_MAX - 16] = "";
	struct pump pump = { 0 };
	int fd[3], i;
	char **argv;

	signal(SIGPIPE, SIG_IGN);
	setup_filesystems();
	if (setup_modules("/lab/early", why, sizeof(why))) {
		fprintf(stderr, "lab: %s\n", why);
		power_off();
	}
	for (i = LAB_CONTROL; i <= LAB_STREAMS; i++) {
		pump.port[i] = port_open(i);
		if (pump.port[i] < 0) {
			fprintf(stderr, "lab: port %d: %s\n", i, strerror(-pump.port[i]));
			power_off();
		}
	}
	setup_system();
	if (setup_modules("/lab/modules", why, sizeof(why)) ||
	    (getenv("LAB_SHARE") && setup_folder("share", false, why, sizeof(why))) ||
	    (getenv("LAB_TOOLS") && setup_folder("tools", true, why, sizeof(why))) ||
	    function_bind_all(setting("LAB_DRIVER", "none"), functions, sizeof(functions), why,
			      sizeof(why)))
		fail(why);

	argv = strings("/lab/argv", NULL, 0);
	if (!argv || !argv[0])
		fail("no command");
	if (size ? open_terminal(&pump, fd, size) : open_pipes(&pump, fd, !!getenv("LAB_STDIN")))
		fail("cannot make the command's pipes");
	port_say("start %ld", uptime_ms());
	pump.child = child_start(argv, fd, !!size);
	if (pump.child < 0)
		fail("cannot fork");
	for (i = 0; i < (size ? 1 : 3); i++)
		close(fd[i]);
	pump_run(&pump);
	/* The host switches off when it has everything; this is its cue too. */
	for (;;)
		pause();
}
