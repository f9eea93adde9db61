// SPDX-License-Identifier: GPL-2.0-only
/*
 * orders.c - hands orders for the machine's functions to QEMU's monitor: those
 * of programs in the machine, over a port, and those of programs beside us, over
 * a socket.  One order is under way at a time; the others wait unread.
 */
#define _GNU_SOURCE
#include "attach.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The monitor's lines are longer than ours: its greeting has all versions. */
#define QMP_LINE_MAX 4096

struct source {
	int fd;
	bool ended;
	size_t len;
	char line[LAB_LINE_MAX];
};

enum step {
	STEP_IDLE,
	STEP_DO,  /* the order itself */
	STEP_ASK, /* what came of it */
};

static int listener = -1;
static struct source inside = { .fd = -1 }, outside = { .fd = -1 };

/* The order that is under way. */
static struct source *asking;
static enum step step;
static unsigned int qmp_id;
static char tag[32], device[64];

static char reply[QMP_LINE_MAX];
static size_t reply_len;

/* Returns 0 or a negative errno; without a path there is nothing to do. */
int orders_open(struct machine *m)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!*m->orders_path)
		return 0;
	if (strlen(m->orders_path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, m->orders_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 16)) {
		int err = errno;

		/* Not ours to remove. */
		m->orders_path = "";
		return -err;
	}
	return 0;
}

void orders_close(const struct machine *m)
{
	if (*m->orders_path)
		unlink(m->orders_path);
}

static void qmp_say(const struct machine *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void qmp_say(const struct machine *m, const char *fmt, ...)
{
	char text[QMP_LINE_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* Lines are short and one at a time: the socket has room. */
	if (write(m->port[LAB_MONITOR], text, len) != len)
		return; /* it has stopped, which shows elsewhere */
}

static void answer(const char *how, const char *text)
{
	char line[QMP_LINE_MAX];
	int len;

	len = snprintf(line, LAB_LINE_MAX, "%s %s %s", tag, how, text);
	if (len > LAB_LINE_MAX - 2)
		len = LAB_LINE_MAX - 2;
	line[len++] = '\n';
	/* Who asked may be gone. */
	if (send(asking->fd, line, len, MSG_NOSIGNAL) != len)
		asking->ended = asking == &outside;
	asking = NULL;
	step = STEP_IDLE;
}

/* What may be put between quotes as it is. */
static bool plain(const char *text)
{
	for (; *text; text++)
		if (!isprint((unsigned char)*text) || *text == '"' || *text == '\\')
			return false;
	return true;
}

/*
 * lab/machine.sh names the device of the function 0011:00:00.0 "ism-0011", the
 * PCI domain being the function's UID.
 */
static void order_start(struct machine *m, struct source *s)
{
	char function[32], order[LAB_LINE_MAX] = "";
	unsigned int domain;

	asking = s;
	if (sscanf(s->line, "%31s %31s %511[^\n]", tag, function, order) != 3 ||
	    sscanf(function, "%x:00:00.0", &domain) != 1 || !plain(order)) {
		answer("error", "an order is: FUNCTION WORD...");
		return;
	}
	snprintf(device, sizeof(device), "ism-%04x", domain & 0xffff);
	step = STEP_DO;
	if (!strcmp(order, "unplug"))
		qmp_say(m, "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"%s\"},\"id\":%u}\n",
			device, ++qmp_id);
	else
		qmp_say(m,
			"{\"execute\":\"qom-set\",\"arguments\":{\"path\":\"/machine/peripheral/%s\",\"property\":\"order\",\"value\":\"%s\"},\"id\":%u}\n",
			device, order, ++qmp_id);
}

/* The string behind KEY, unescaped in place as far as QEMU's sentences go. */
static char *qmp_string(char *line, const char *key)
{
	char *from = strstr(line, key), *to, *text;

	if (!from)
		return NULL;
	text = to = from += strlen(key);
	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = 0;
	return text;
}

static void qmp_line(struct machine *m, char *line)
{
	char mine[32], *text;

	snprintf(mine, sizeof(mine), "\"id\": %u", qmp_id);
	if (!strncmp(line, "{\"QMP\"", 6)) {
		qmp_say(m, "{\"execute\":\"qmp_capabilities\"}\n");
		return;
	}
	if (step == STEP_IDLE || !strstr(line, mine))
		return; /* an event */
	text = qmp_string(line, "\"desc\": \"");
	if (text) {
		/* After an unplug that was quick there is nothing to ask. */
		if (step == STEP_DO)
			answer("error", text);
		else
			answer("ok", "");
	} else if (step == STEP_DO) {
		step = STEP_ASK;
		qmp_say(m,
			"{\"execute\":\"qom-get\",\"arguments\":{\"path\":\"/machine/peripheral/%s\",\"property\":\"order\"},\"id\":%u}\n",
			device, ++qmp_id);
	} else {
		text = qmp_string(line, "\"return\": \"");
		answer("ok", text ? text : "");
	}
}

static void qmp_read(struct machine *m)
{
	ssize_t n = read(m->port[LAB_MONITOR], reply + reply_len, sizeof(reply) - 1 - reply_len);
	char *end;

	if (n <= 0)
		return;
	reply_len += n;
	while ((end = memchr(reply, '\n', reply_len))) {
		*end++ = 0;
		qmp_line(m, reply);
		reply_len -= end - reply;
		memmove(reply, end, reply_len);
	}
	if (reply_len == sizeof(reply) - 1)
		reply_len = 0;
}

/* At most one line: the next one has to wait for this one's answer. */
static void source_read(struct machine *m, struct source *s)
{
	char *end;
	ssize_t n;

	if (s->fd < 0 || step != STEP_IDLE)
		return;
	if (!memchr(s->line, '\n', s->len)) {
		n = read(s->fd, s->line + s->len, sizeof(s->line) - 1 - s->len);
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
			s->ended = true;
		if (n > 0)
			s->len += n;
	}
	end = memchr(s->line, '\n', s->len);
	if (end) {
		*end++ = 0;
		order_start(m, s);
		s->len -= end - s->line;
		memmove(s->line, end, s->len);
	} else if (s->len == sizeof(s->line) - 1) {
		s->len = 0;
	}
}

void orders_poll(const struct machine *m, struct pollfd fds[ORDERS_FDS])
{
	bool idle = step == STEP_IDLE;

	inside.fd = m->port[LAB_ORDERS];
	fds[0] = (struct pollfd){ .fd = m->port[LAB_MONITOR], .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = idle && !inside.ended ? inside.fd : -1, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = idle ? outside.fd : -1, .events = POLLIN };
	fds[3] = (struct pollfd){ .fd = outside.fd < 0 ? listener : -1, .events = POLLIN };
}

void orders_move(struct machine *m)
{
	qmp_read(m);
	if (!inside.ended)
		source_read(m, &inside);
	source_read(m, &outside);
	if (outside.fd >= 0 && outside.ended && asking != &outside) {
		close(outside.fd);
		outside = (struct source){ .fd = -1 };
	}
	if (outside.fd < 0 && listener >= 0)
		outside.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
