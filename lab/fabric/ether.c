// SPDX-License-Identifier: GPL-2.0-only
/*
 * ether.c - the network of the fabric's machines: a hub.  A frame comes with its length in
 * front, 4 bytes, big-endian, as QEMU's stream netdev has it.
 */
#include "fabric.h"

#include <string.h>

#include "ism-bytes.h"

#define HEAD	  4
#define FRAME_MAX 65536
/* A card that is this far behind loses frames, as on any network. */
#define BEHIND_MAX (512 * 1024)

static struct stream cards[MACHINES_MAX];

void ethers_init(void)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++)
		cards[i].fd = -1;
}

bool ether_add(int fd)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++) {
		if (cards[i].fd < 0) {
			stream_open(&cards[i], fd);
			return true;
		}
	}
	return false;
}

static void frame_send(const struct stream *from, const uint8_t *frame, size_t len)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++)
		if (&cards[i] != from && cards[i].fd >= 0 && cards[i].out_len < BEHIND_MAX)
			stream_write(&cards[i], frame, len);
}

static void card_take(struct stream *s)
{
	size_t at = 0, len;

	while (!s->broken && s->in_len - at >= HEAD) {
		len = HEAD + ism_get(s->in + at, HEAD);
		if (len > HEAD + FRAME_MAX) {
			s->broken = true;
			break;
		}
		if (s->in_len - at < len)
			break;
		frame_send(s, s->in + at, len);
		at += len;
	}
	if (at)
		stream_drop(s, at);
}

unsigned int ethers_poll(struct pollfd *pfds)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++)
		stream_poll(&cards[i], &pfds[i]);
	return MACHINES_MAX;
}

void ethers_move(const struct pollfd *pfds)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++) {
		if (pfds[i].fd < 0)
			continue;
		stream_move(&cards[i], &pfds[i]);
		card_take(&cards[i]);
	}
	for (i = 0; i < MACHINES_MAX; i++)
		if (cards[i].broken)
			stream_close(&cards[i]);
}
