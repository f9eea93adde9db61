// SPDX-License-Identifier: GPL-2.0-only
/*
 * console.c - ismpeer console: a program on a pty of this side, or the terminal for one of
 * the other side.
 */
#include "ismpeer/end.h"
#include "ismpeer/peer.h"
#include "ismpeer/say.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ESCAPE 0x1d /* Ctrl-] */

static struct termios before;
static bool is_raw;

/* --- The side of the terminal. */

static void terminal_back(void)
{
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	is_raw = false;
}

static void terminal_raw(void)
{
	struct termios raw;

	if (is_raw || tcgetattr(STDIN_FILENO, &before))
		return;
	raw = before;
	cfmakeraw(&raw);
	is_raw = !tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	atexit(terminal_back);
}

/* The one channel of a terminal, or -1. */
static int channel(const struct peer *peer)
{
	int i;

	for (i = 0; i < MUX_CHANNELS; i++) {
		if (peer->end[i].used)
			return i;
	}
	return -1;
}

static void tell_size(struct peer *peer)
{
	struct winsize ws;
	int i = channel(peer);

	if (i >= 0 && !ioctl(STDIN_FILENO, TIOCGWINSZ, &ws) && ws.ws_row)
		mux_size(&peer->mux, i, ws.ws_row, ws.ws_col);
}

/*
 * Keys go through a pipe of our own, so that Ctrl-] is seen whatever the other side does
 * with them.
 */
static int keys[2] = { -1, -1 };
/* What keys had no room for yet, when stdin is a file or a pipe. */
static char rest[512];
static size_t rest_len;

/* How much went into keys, 0 when it has no room. */
static size_t keys_put(const char *bytes, size_t len)
{
	ssize_t done = len ? write(keys[1], bytes, len) : 0;

	return done < 0 ? 0 : (size_t)done;
}

static void watch(struct peer *peer, struct pollfd *fd)
{
	if (peer->options->serve || keys[1] < 0)
		return;
	if (rest_len)
		*fd = (struct pollfd){ .fd = keys[1], .events = POLLOUT };
	else
		*fd = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
}

static void watched(struct peer *peer, short events)
{
	ssize_t got, i;
	size_t done;

	(void)events;
	if (rest_len) {
		done = keys_put(rest, rest_len);
		rest_len -= done;
		memmove(rest, rest + done, rest_len);
		return;
	}
	got = read(STDIN_FILENO, rest, sizeof(rest));
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		close(keys[1]);
		keys[1] = -1;
		return;
	}
	for (i = 0; is_raw && i < got; i++) {
		if (rest[i] == ESCAPE) {
			peer_over(peer, 0);
			got = i;
		}
	}
	done = keys_put(rest, (size_t)got);
	rest_len = (size_t)got - done;
	memmove(rest, rest + done, rest_len);
	/*
	 * There is room for what a person types.  Of the rest the other side is no reader, and to
	 * wait until it is one would be to miss Ctrl-].
	 */
	if (is_raw)
		rest_len = 0;
}

static void up(struct peer *peer)
{
	if (peer->options->serve)
		return;
	if (keys[1] >= 0)
		close(keys[1]);
	rest_len = 0;
	if (pipe2(keys, O_CLOEXEC) || fcntl(keys[1], F_SETFL, O_NONBLOCK) ||
	    peer_open(peer, keys[0], dup(STDOUT_FILENO)) < 0) {
		peer_over(peer, 1);
		return;
	}
	terminal_raw();
	tell_size(peer);
}

/* --- The side of the program. */

static void become(char **command)
{
	static char *login[] = { "login", NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (!command && geteuid()) {
		/* login is root's to run. */
		char *shell = getenv("SHELL");

		login[0] = shell ? shell : "/bin/sh";
	}
	if (!getenv("TERM"))
		setenv("TERM", "vt100", 1);
	execvp(command ? command[0] : login[0], command ? command : login);
	fprintf(stderr, "ismpeer: cannot run %s: %s\r\n", command ? command[0] : login[0],
		strerror(errno));
	_exit(127);
}

static int opened(struct peer *peer, int i)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };
	int master, ret;
	pid_t pid;

	if (!peer->options->serve)
		return -ECONNREFUSED;
	pid = forkpty(&master, NULL, NULL, &ws);
	if (pid < 0)
		return -errno;
	if (!pid)
		become(peer->options->command);
	fcntl(master, F_SETFD, FD_CLOEXEC);
	ret = end_init(&peer->end[i], master, master);
	peer->end[i].program = true;
	peer->end[i].pid = pid;
	if (!ret)
		say_more("console %d: process %d", i, (int)pid);
	return ret;
}

static void size(struct peer *peer, int i, uint16_t rows, uint16_t columns)
{
	struct winsize ws = { .ws_row = rows, .ws_col = columns };

	if (peer->options->serve && peer->end[i].in >= 0)
		ioctl(peer->end[i].in, TIOCSWINSZ, &ws);
}

/* A program has ended: what it wrote is sent before that is told. */
static void reap(struct peer *peer)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < MUX_CHANNELS; i++) {
			if (peer->end[i].used && peer->end[i].pid == pid) {
				peer->end[i].pid = 0;
				peer->end[i].status = WIFSIGNALED(status)
							      ? 128 + (uint32_t)WTERMSIG(status)
							      : (uint32_t)WEXITSTATUS(status);
			}
		}
	}
}

static void signalled(struct peer *peer, int number)
{
	if (number == SIGCHLD)
		reap(peer);
	else if (number == SIGWINCH && !peer->options->serve)
		tell_size(peer);
}

static void closed(struct peer *peer, int i, uint32_t status, const char *reason)
{
	(void)i;
	if (peer->options->serve)
		return;
	terminal_back();
	if (status && *reason)
		say("peer 0x%016llx: %s", (unsigned long long)peer->other, reason);
	/* What does not fit into an exit status is not to become success. */
	peer_over(peer, status > 255 ? 255 : (int)status);
}

const struct service service_console = {
	.name = "console",
	.up = up,
	.opened = opened,
	.size = size,
	.closed = closed,
	.watch = watch,
	.watched = watched,
	.signalled = signalled,
};
