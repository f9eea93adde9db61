// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach.c - runs the lab's machine and is, to whoever called lab/run, the
 * command that runs in it: same streams, same signals, same exit status.
 *
 *	attach NAME DIR TIMEOUT TERMINAL ORDERS QEMU [ARG...]
 *
 * NAME is what messages start with.  DIR holds console.log, qemu.log and the
 * initramfs; it is removed on every way out, save for the console's log when
 * the lab failed.  TIMEOUT is in seconds, 0 for none.  TERMINAL is 1 for a
 * machine that gets the caller's terminal.  ORDERS names the socket to make for
 * orders from outside, or is empty.
 */
#define _GNU_SOURCE
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct machine m = { .status = -1 };

static void on_signal(int sig)
{
	/* Only noted; the loop sleeps in ppoll(), which lets them in. */
	m.seen[sig] = 1;
}

static void catch_signals(sigset_t *asleep)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH };
	struct sigaction sa = { .sa_handler = on_signal }, now;
	sigset_t block;
	size_t i;

	sigemptyset(&block);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		/* By nohup.  That a shell ignores SIGINT for a background job is no matter: it is for CMD. */
		if (caught[i] == SIGHUP && !sigaction(SIGHUP, NULL, &now) &&
		    now.sa_handler == SIG_IGN)
			continue;
		sigaddset(&block, caught[i]);
		sigaction(caught[i], &sa, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &block, asleep);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigdelset(asleep, caught[i]);
}

/* The machine's command line, the ports at its end. */
static char **machine_argv(char **argv, const int *fd)
{
	char **list, *port;
	int n = 0, i;

	while (argv[n])
		n++;
	list = calloc(n + 4 * (LAB_PORTS + 1) + 1, sizeof(*list));
	if (!list)
		return NULL;
	memcpy(list, argv, n * sizeof(*list));
	for (i = LAB_MONITOR; i <= LAB_PORTS; i++) {
		list[n++] = "-chardev";
		if (asprintf(&port, "socket,id=port%d,fd=%d", i, fd[i]) < 0)
			return NULL;
		list[n++] = port;
		if (i == LAB_MONITOR) {
			list[n++] = "-mon";
			list[n++] = "chardev=port0,mode=control";
			continue;
		}
		list[n++] = "-device";
		if (asprintf(&port, "virtserialport,chardev=port%d,nr=%d", i, i) < 0)
			return NULL;
		list[n++] = port;
	}
	return list;
}

static void machine_exec(char **argv, const int *fd, const sigset_t *mask)
{
	pid_t parent = getppid();
	int i, null, log;

	/* Its own group: the terminal's Ctrl-C is for us to pass on. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_LAB);
	sigprocmask(SIG_SETMASK, mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	null = open("/dev/null", O_RDONLY);
	log = open("qemu.log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	for (i = LAB_MONITOR; i <= LAB_PORTS; i++)
		fcntl(fd[i], F_SETFD, 0);
	argv = machine_argv(argv, fd);
	if (argv)
		execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "%s: %m\n", argv ? argv[0] : "machine");
	_exit(127);
}

static int machine_start(char **argv, const sigset_t *mask)
{
	int theirs[LAB_PORTS + 1], pair[2], i;

	for (i = LAB_MONITOR; i <= LAB_PORTS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
			return -errno;
		m.port[i] = pair[0];
		theirs[i] = pair[1];
		fcntl(pair[0], F_SETFL, O_NONBLOCK);
	}
	m.pid = fork();
	if (m.pid < 0)
		return -errno;
	if (!m.pid)
		machine_exec(argv, theirs, mask);
	for (i = LAB_MONITOR; i <= LAB_PORTS; i++)
		close(theirs[i]);
	return 0;
}

static void machine_stop(void)
{
	/* Nothing is lost: what CMD said is here, what it wrote to /share there. */
	kill(m.pid, SIGKILL);
	while (waitpid(m.pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Whatever is opened next must not pass for a stream that was closed. */
static void open_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv)
{
	sigset_t mask;
	int err;

	if (argc < 7)
		return EXIT_USAGE;
	open_standard_streams();
	m.name = argv[1];
	m.begin_ms = now_ms();
	m.verbose = !!getenv("ISMTRACE_LAB_VERBOSE");
	m.timeout = atoi(argv[3]);
	m.terminal = atoi(argv[4]);
	m.orders_path = argv[5];
	if (chdir(argv[2])) {
		fprintf(stderr, "%s: %s: %m\n", m.name, argv[2]);
		return EXIT_LAB;
	}
	m.dir = argv[2];
	catch_signals(&mask);
	if (m.terminal)
		terminal_raw();
	err = orders_open(&m);
	if (!err)
		err = machine_start(argv + 6, &mask);
	if (err)
		fprintf(stderr, "%s: cannot start: %s\n", m.name, strerror(-err));
	else
		relay_run(&m, &mask);
	if (m.pid > 0)
		machine_stop();
	terminal_restore();
	orders_close(&m);
	return report_end(&m);
}
