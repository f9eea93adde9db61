// SPDX-License-Identifier: GPL-2.0-only
/*
 * relay.c - carries the streams and signals between the caller and the
 * machine's ports.
 */
#define _GNU_SOURCE
#include "attach.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CTRL_RBRACKET 0x1d

/* Two of one signal closer than this are one: timeout(1) sends it twice. */
#define BOUNCE_MS 300

/* What is waited for, the orders' files apart. */
#define RELAY_FDS 7

struct stream {
	int from, to;
	bool polite; /* write no more than is sure not to block */
	bool closed; /* the caller does not read it any more */
	size_t len, done;
	uint64_t total;
	char buf[64 << 10];
};

static struct stream in, out, err;
static char line[LAB_LINE_MAX];
static size_t line_len;
static bool control_ended;
static uint64_t want_out_bytes, want_err_bytes;

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000 + now.tv_nsec / 1000000;
}

static bool stream_pending(const struct stream *s)
{
	return s->done < s->len;
}

static void control_say(struct machine *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* These lines are few and short; the socket has room for hundreds. */
static void control_say(struct machine *m, const char *fmt, ...)
{
	char text[LAB_LINE_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text) - 1, fmt, ap);
	va_end(ap);
	text[len++] = '\n';
	if (write(m->port[LAB_CONTROL], text, len) != len)
		return; /* it has stopped, which shows elsewhere */
}

static void send_size(struct machine *m)
{
	int rows, cols;

	if (m->terminal && terminal_size(&rows, &cols))
		control_say(m, "size %d %d", rows, cols);
}

static void control_line(struct machine *m, const char *text)
{
	unsigned long long o, e;
	long ms;
	int status;

	if (sscanf(text, "start %ld", &ms) == 1) {
		m->started = true;
		/* QEMU has read it; it is the one big file. */
		unlink("initramfs");
		send_size(m);
		if (m->verbose)
			fprintf(stderr, "%s: up after %ld ms (%ld ms in the kernel and init)\n",
				m->name, (long)(now_ms() - m->begin_ms), ms);
	} else if (!strncmp(text, "fail ", 5)) {
		snprintf(m->failure, sizeof(m->failure), "%s", text + 5);
	} else if (sscanf(text, "exit %d %llu %llu", &status, &o, &e) == 3) {
		m->status = status;
		want_out_bytes = o;
		want_err_bytes = e;
	}
}

static void control_read(struct machine *m)
{
	ssize_t n = read(m->port[LAB_CONTROL], line + line_len, sizeof(line) - line_len);
	char *end;

	if (n <= 0) {
		control_ended = !n || (errno != EAGAIN && errno != EINTR);
		return;
	}
	line_len += n;
	while ((end = memchr(line, '\n', line_len))) {
		*end++ = 0;
		control_line(m, line);
		line_len -= end - line;
		memmove(line, end, line_len);
	}
	if (line_len == sizeof(line))
		line_len = 0;
}

/* Returns false at the end of the stream. */
static bool stream_fill(struct stream *s)
{
	ssize_t n;

	if (s->from < 0 || stream_pending(s))
		return true;
	n = read(s->from, s->buf, sizeof(s->buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	s->done = 0;
	s->len = n > 0 ? n : 0;
	if (n > 0)
		return true;
	s->from = -1;
	return false;
}

/* Returns false when there is nobody to read it. */
static bool stream_drain(struct stream *s)
{
	while (stream_pending(s)) {
		struct pollfd pfd = { .fd = s->to, .events = POLLOUT };
		size_t len = s->len - s->done;
		ssize_t n;

		if (s->polite) {
			/* A pipe that is writable has room for this much. */
			if (poll(&pfd, 1, 0) <= 0)
				return true;
			if (len > 4096)
				len = 4096;
		}
		n = write(s->to, s->buf + s->done, len);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->done += n;
		s->total += n;
	}
	return true;
}

/* What comes from the machine; without a reader it is counted and dropped. */
static void output_move(struct machine *m, struct stream *s, int nr)
{
	stream_fill(s);
	if (!s->closed && !stream_drain(s)) {
		s->closed = true;
		control_say(m, "close %d", nr);
	}
	if (s->closed) {
		s->total += s->len - s->done;
		s->len = s->done = 0;
	}
}

static void input_move(struct machine *m)
{
	if (in.from < 0 && !stream_pending(&in))
		return;
	if (!stream_fill(&in))
		control_say(m, "eof %llu", (unsigned long long)in.total);
	if (m->terminal && isatty(STDIN_FILENO) && stream_pending(&in) &&
	    memchr(in.buf, CTRL_RBRACKET, in.len))
		m->killed_by = SIGTERM;
	stream_drain(&in);
}

/*
 * A first signal is CMD's, so that it can end as it would without us; a
 * second one, or one before CMD runs, is for the machine.
 */
static void signals_pass(struct machine *m)
{
	static const int passed[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	static int64_t first;
	size_t i;

	for (i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		int sig = passed[i];

		if (!m->seen[sig])
			continue;
		m->seen[sig] = 0;
		if (!m->started || m->terminal) {
			m->killed_by = sig;
		} else if (!first) {
			first = now_ms();
			control_say(m, "signal %d", sig);
		} else if (now_ms() - first > BOUNCE_MS) {
			m->killed_by = sig;
		}
	}
	if (m->seen[SIGWINCH]) {
		m->seen[SIGWINCH] = 0;
		send_size(m);
	}
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

static bool done(const struct machine *m)
{
	if (m->killed_by || m->timed_out || *m->failure)
		return true;
	if (stream_pending(&out) || stream_pending(&err))
		return false;
	if (m->status >= 0)
		return out.total >= want_out_bytes && err.total >= want_err_bytes;
	/* Without a status, the end is where QEMU's sockets end. */
	return out.from < 0 && err.from < 0;
}

static bool regular(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

void relay_run(struct machine *m, const sigset_t *asleep)
{
	int64_t deadline = m->timeout ? m->begin_ms + m->timeout * (int64_t)1000 : 0;

	in.from = m->terminal || !isatty(STDIN_FILENO) ? STDIN_FILENO : -1;
	in.to = m->port[LAB_STDIN];
	out.from = m->port[LAB_STDOUT];
	out.to = STDOUT_FILENO;
	out.polite = !regular(STDOUT_FILENO);
	err.from = m->port[LAB_STDERR];
	err.to = STDERR_FILENO;
	err.polite = !regular(STDERR_FILENO);

	while (!done(m)) {
		struct pollfd fds[] = {
			want(m->port[LAB_CONTROL], control_ended ? 0 : POLLIN),
			want(in.from, want_in(&in)),
			want(in.to, want_out(&in)),
			want(out.from, want_in(&out)),
			want(out.to, want_out(&out)),
			want(err.from, want_in(&err)),
			want(err.to, want_out(&err)),
			[RELAY_FDS] = { .fd = -1 },
			[RELAY_FDS + ORDERS_FDS - 1] = { .fd = -1 },
		};
		int64_t left = deadline ? deadline - now_ms() : 0;
		struct timespec ts = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };

		if (deadline && left <= 0) {
			m->timed_out = true;
			break;
		}
		orders_poll(m, fds + RELAY_FDS);
		if (ppoll(fds, sizeof(fds) / sizeof(fds[0]), deadline ? &ts : NULL, asleep) < 0 &&
		    errno != EINTR)
			break;
		signals_pass(m);
		control_read(m);
		if (fds[1].revents || fds[2].revents)
			input_move(m);
		output_move(m, &out, 1);
		output_move(m, &err, 2);
		orders_move(m);
	}
}
