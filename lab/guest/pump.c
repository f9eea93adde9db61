// SPDX-License-Identifier: GPL-2.0-only
/*
 * pump.c - carries CMD's streams to and from the ports until CMD has ended
 * and everything it wrote is on its way.
 */
#include "guest.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* How long to wait for writers that survived SIGKILL (stuck in the kernel). */
#define DRAIN_MS 1000

/*
 * A terminal has no end-of-file but the key for it, and a program that changes
 * the terminal's mode loses what was typed before: so press it until it helps.
 */
#define CTRL_D	  4
#define CTRL_D_MS 250

/* One direction of one stream: from is read only while nothing is pending. */
struct stream {
	int from, to;
	size_t len, done;
	uint64_t total; /* bytes handed to the other side */
	uint64_t end;	/* stdin: its length, once the host has said it */
	char buf[64 << 10];
};

static struct stream in, out, err;
static char line[LAB_LINE_MAX];
static size_t line_len;
static bool press_ctrl_d;

static bool stream_pending(const struct stream *s)
{
	return s->done < s->len;
}

/* Fills the buffer; 0 at the end of the stream, which closes it for good. */
static void stream_fill(struct stream *s)
{
	ssize_t n;

	if (s->from < 0 || stream_pending(s))
		return;
	n = read(s->from, s->buf, sizeof(s->buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	s->done = 0;
	s->len = n > 0 ? n : 0;
	/* A terminal whose last user is gone says EIO, not end-of-file. */
	if (n <= 0)
		s->from = -1;
}

/* Empties it as far as the reader takes it; false if there is no reader. */
static bool stream_drain(struct stream *s)
{
	while (stream_pending(s)) {
		ssize_t n = write(s->to, s->buf + s->done, s->len - s->done);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->done += n;
		s->total += n;
	}
	return true;
}

static void control_line(struct pump *p, const char *text)
{
	struct winsize size = { 0 };
	unsigned long long bytes;
	int n;

	if (sscanf(text, "signal %d", &n) == 1) {
		kill(-p->child, n);
	} else if (sscanf(text, "size %hu %hu", &size.ws_row, &size.ws_col) == 2) {
		if (p->terminal)
			ioctl(p->in, TIOCSWINSZ, &size);
	} else if (sscanf(text, "eof %llu", &bytes) == 1) {
		in.end = bytes;
	} else if (sscanf(text, "close %d", &n) == 1) {
		/* Now CMD gets the SIGPIPE that it would have got on the host. */
		struct stream *s = n == 1 ? &out : &err;

		if (s->from >= 0)
			close(s->from);
		s->from = -1;
		s->len = s->done = 0;
	}
}

static void control_read(struct pump *p)
{
	char *end;
	ssize_t n = read(p->port[LAB_CONTROL], line + line_len, sizeof(line) - line_len);

	if (n <= 0)
		return;
	line_len += n;
	while ((end = memchr(line, '\n', line_len))) {
		*end++ = 0;
		control_line(p, line);
		line_len -= end - line;
		memmove(line, end, line_len);
	}
	if (line_len == sizeof(line))
		line_len = 0;
}

/* What the host sent for CMD's stdin; without a reader it is thrown away. */
static void stdin_move(struct pump *p)
{
	stream_fill(&in);
	if (p->in < 0 || !stream_drain(&in)) {
		in.total += in.len - in.done;
		in.len = in.done = 0;
		if (p->in >= 0 && !p->terminal) {
			close(p->in);
			p->in = -1;
		}
	}
	if (in.total < in.end || p->in < 0)
		return;
	in.end = UINT64_MAX;
	if (p->terminal) {
		in.from = -1;
		press_ctrl_d = true;
	} else {
		close(p->in);
		p->in = -1;
	}
}

static int pump_timeout(bool ended)
{
	if (ended)
		return stream_pending(&out) || stream_pending(&err) ? -1 : DRAIN_MS;
	return press_ctrl_d ? CTRL_D_MS : -1;
}

/* Collects every child that ended; true once CMD is among them. */
static bool reap(struct pump *p, int sigfd, int *status)
{
	struct signalfd_siginfo info;
	bool ended = false;
	int ws;
	pid_t pid;

	while (read(sigfd, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &ws, WNOHANG)) > 0) {
		if (pid != p->child)
			continue;
		ended = true;
		*status = WIFSIGNALED(ws) ? 128 + WTERMSIG(ws) : WEXITSTATUS(ws);
	}
	return ended;
}

static struct pollfd want(int fd, short events)
{
	return (struct pollfd){ .fd = events ? fd : -1, .events = events };
}

static short want_in(const struct stream *s)
{
	return s->from >= 0 && !stream_pending(s) ? POLLIN : 0;
}

static short want_out(const struct stream *s)
{
	return stream_pending(s) ? POLLOUT : 0;
}

static bool finished(const struct stream *s)
{
	return s->from < 0 && !stream_pending(s);
}

int pump_run(struct pump *p)
{
	bool ended = false;
	int status = EXIT_LAB;
	sigset_t chld;
	int sigfd;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	sigfd = signalfd(-1, &chld, SFD_NONBLOCK | SFD_CLOEXEC);

	in.from = p->in < 0 ? -1 : p->port[LAB_STDIN];
	in.to = p->in;
	in.end = UINT64_MAX;
	out.from = p->out;
	out.to = p->port[LAB_STDOUT];
	err.from = p->err;
	err.to = p->port[LAB_STDERR];

	while (!ended || !finished(&out) || !finished(&err)) {
		struct pollfd fds[] = {
			want(sigfd, POLLIN),	       want(p->port[LAB_CONTROL], POLLIN),
			want(in.from, want_in(&in)),   want(p->in, want_out(&in)),
			want(out.from, want_in(&out)), want(out.to, want_out(&out)),
			want(err.from, want_in(&err)), want(err.to, want_out(&err)),
		};
		int n = poll(fds, sizeof(fds) / sizeof(fds[0]), pump_timeout(ended));

		if (!n && ended)
			break;
		if (!n && press_ctrl_d)
			dprintf(p->in, "%c", CTRL_D);
		if (!ended && reap(p, sigfd, &status)) {
			ended = true;
			/* The machine goes with CMD; so do those it left. */
			kill(-1, SIGKILL);
			in.from = -1;
			in.len = in.done = 0;
		} else if (ended) {
			reap(p, sigfd, &status);
		}
		if (fds[1].revents)
			control_read(p);
		if (!ended)
			stdin_move(p);
		stream_fill(&out);
		stream_drain(&out);
		stream_fill(&err);
		stream_drain(&err);
	}
	sync();
	/* The console holds back what is younger than a moment; the host reads it. */
	tcdrain(STDERR_FILENO);
	port_say("exit %d %llu %llu", status, (unsigned long long)out.total,
		 (unsigned long long)err.total);
	return status;
}
