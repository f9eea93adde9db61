// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream.c - connections that never wait: what cannot be sent yet is kept.
 */
#include "fabric.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536

void stream_open(struct stream *s, int fd)
{
	*s = (struct stream){ .fd = fd };
}

void stream_close(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->in);
	free(s->out);
	*s = (struct stream){ .fd = -1 };
}

/* There is room for so many bytes behind len. */
static void room_make(uint8_t **buf, size_t len, size_t *room, size_t more)
{
	if (*room - len >= more)
		return;
	*room = len + more + READ_SIZE;
	*buf = realloc(*buf, *room);
	if (!*buf)
		abort();
}

void stream_read(struct stream *s)
{
	ssize_t n;

	room_make(&s->in, s->in_len, &s->in_room, READ_SIZE);
	n = recv(s->fd, s->in + s->in_len, READ_SIZE, MSG_DONTWAIT);
	if (n > 0)
		s->in_len += (size_t)n;
	else if (!n || (errno != EAGAIN && errno != EINTR))
		s->broken = true;
}

void stream_drop(struct stream *s, size_t len)
{
	s->in_len -= len;
	memmove(s->in, s->in + len, s->in_len);
}

void stream_write(struct stream *s, const void *data, size_t len)
{
	if (s->broken)
		return;
	room_make(&s->out, s->out_len, &s->out_room, len);
	memcpy(s->out + s->out_len, data, len);
	s->out_len += len;
	if (s->out_len == len)
		stream_flush(s);
}

void stream_flush(struct stream *s)
{
	ssize_t n = send(s->fd, s->out, s->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0) {
		s->broken |= errno != EAGAIN && errno != EINTR;
		return;
	}
	s->out_len -= (size_t)n;
	memmove(s->out, s->out + n, s->out_len);
}

void stream_poll(const struct stream *s, struct pollfd *pfd)
{
	*pfd = (struct pollfd){ .fd = s->fd,
				.events = (short)(POLLIN | (s->out_len ? POLLOUT : 0)) };
}

void stream_move(struct stream *s, const struct pollfd *pfd)
{
	if (pfd->revents & POLLOUT)
		stream_flush(s);
	if (pfd->revents & (POLLIN | POLLHUP | POLLERR))
		stream_read(s);
}
