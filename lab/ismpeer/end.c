// SPDX-License-Identifier: GPL-2.0-only
/*
 * end.c - bytes between a channel and the descriptors at its end.
 */
#include "ismpeer/end.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The flags of before; -1 if there is nothing to give back. */
static int nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return flags;
}

static void close_as_before(int fd, int flags)
{
	if (fd >= 0 && flags >= 0)
		fcntl(fd, F_SETFL, flags);
	if (fd >= 0)
		close(fd);
}

int end_init(struct end *end, int in, int out)
{
	*end = (struct end){ .used = true, .in = in, .out = out, .room = malloc(MUX_WINDOW) };
	end->in_flags = nonblocking(in);
	/* The same file may be behind both: then this has its flags as they are now. */
	end->out_flags = nonblocking(out);
	return end->room ? 0 : -ENOMEM;
}

void end_free(struct end *end)
{
	if (end->out != end->in)
		close_as_before(end->out, end->out_flags);
	close_as_before(end->in, end->in_flags);
	free(end->room);
	*end = (struct end){ .in = -1, .out = -1 };
}

void end_close_out(struct end *end)
{
	close_as_before(end->out, end->out_flags);
	end->out = -1;
}

void end_put(struct end *end, const uint8_t *bytes, uint32_t len)
{
	uint32_t at = (end->at + end->len) % MUX_WINDOW, first = MUX_WINDOW - at;

	if (first > len)
		first = len;
	memcpy(end->room + at, bytes, first);
	memcpy(end->room, bytes + first, len - first);
	end->len += len;
	end->came += len;
}

bool end_in_line(const struct end *end)
{
	uint8_t last = end->room[(end->at + end->len + MUX_WINDOW - 1) % MUX_WINDOW];

	/* The key that ends a line is a carriage return. */
	return end->came && last != '\n' && last != '\r';
}

short end_wants_in(const struct end *end, bool room)
{
	return end->in >= 0 && !end->in_over && room ? POLLIN : 0;
}

short end_wants_out(const struct end *end)
{
	return end->out >= 0 && end->len ? POLLOUT : 0;
}

int end_write(struct end *end)
{
	int total = 0;

	while (end->len) {
		uint32_t some = MUX_WINDOW - end->at;
		ssize_t done;

		if (some > end->len)
			some = end->len;
		done = write(end->out, end->room + end->at, some);
		if (done < 0) {
			if (errno == EAGAIN || errno == EINTR)
				break;
			/* What was written counts; the next call says the same. */
			return total ? total : -errno;
		}
		end->at = (end->at + (uint32_t)done) % MUX_WINDOW;
		end->len -= (uint32_t)done;
		total += (int)done;
	}
	return total;
}

int end_read(struct end *end, uint8_t *bytes, uint32_t len)
{
	ssize_t done = read(end->in, bytes, len);

	if (done > 0) {
		end->sent += (uint64_t)done;
		return (int)done;
	}
	/* A pty whose last program has closed it says EIO; a disk that cannot be read does as well. */
	if (!done || (end->program && errno == EIO))
		return 0;
	return errno == EINTR ? -EAGAIN : -errno;
}
