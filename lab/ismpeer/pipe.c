// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipe.c - ismpeer pipe: stdin and stdout, or connections of a Unix socket.
 */
#include "ismpeer/end.h"
#include "ismpeer/peer.h"
#include "ismpeer/say.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static bool by_socket(const struct peer *peer)
{
	return peer->options->listen || peer->options->connect;
}

/* Whether stdin and stdout are a channel's already. */
static bool in_use(const struct peer *peer)
{
	int i;

	for (i = 0; i < MUX_CHANNELS; i++) {
		if (peer->end[i].used)
			return true;
	}
	return false;
}

/* Both sides have one stdin: of the two, one opens the channel. */
static void up(struct peer *peer)
{
	if (!by_socket(peer) && !in_use(peer) && peer->ism.gid > peer->link.peer &&
	    peer_open(peer, STDIN_FILENO, STDOUT_FILENO) < 0)
		peer_over(peer, 1);
}

static int opened(struct peer *peer, int i)
{
	int fd;

	if (!by_socket(peer)) {
		if (in_use(peer))
			return -EBUSY;
		return end_init(&peer->end[i], STDIN_FILENO, STDOUT_FILENO);
	}
	if (!peer->options->connect)
		return -ECONNREFUSED;
	fd = socket_connect(peer->options->connect);
	return fd < 0 ? fd : end_init(&peer->end[i], fd, fd);
}

static void closed(struct peer *peer, int i, uint32_t status, const char *reason)
{
	(void)i;
	if (status && *reason)
		say("peer 0x%016llx: %s", (unsigned long long)peer->other, reason);
	/* A socket will have other connections. */
	if (!by_socket(peer))
		peer_over(peer, !status ? 0 : status == EXIT_GONE ? EXIT_GONE : 1);
}

const struct service service_pipe = {
	.name = "pipe",
	.up = up,
	.opened = opened,
	.closed = closed,
};
