/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fabric.h - the daemon between the machines of a fabric: requests go to the machine
 * whose function they are for, Ethernet frames to all the others.
 */
#ifndef FABRIC_H
#define FABRIC_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINES_MAX 64
#define NUMBERS	     512 /* of functions; lab/qemu/ism-core.h has the same limit */

/* A connection, and what it has not yet read or been sent. */
struct stream {
	int fd; /* -1: none */
	uint8_t *in, *out;
	size_t in_len, in_room, out_len, out_room;
	bool broken; /* to be closed */
};

void stream_open(struct stream *s, int fd);
void stream_close(struct stream *s);
/* Reads what is there; a stream that ends is broken. */
void stream_read(struct stream *s);
/* Sends at once what can be, keeps the rest. */
void stream_write(struct stream *s, const void *data, size_t len);
void stream_flush(struct stream *s);
/* So many of the bytes that were read are done with. */
void stream_drop(struct stream *s, size_t len);
void stream_poll(const struct stream *s, struct pollfd *pfd);
void stream_move(struct stream *s, const struct pollfd *pfd);

/*
 * machine.c: requests.  Times are those of now_ms().  Returns false if there is no room for
 * another machine.
 */
void machines_init(void);
bool machine_add(int fd);
unsigned int machines_count(void);
/* Fills pfds, at most MACHINES_MAX, and returns how many. */
unsigned int machines_poll(struct pollfd *pfds);
void machines_move(const struct pollfd *pfds);
/* When to look again, in ms; -1: when something comes. */
int machines_timeout(void);

/* ether.c: frames, likewise. */
void ethers_init(void);
bool ether_add(int fd);
unsigned int ethers_poll(struct pollfd *pfds);
void ethers_move(const struct pollfd *pfds);

/* A clock that is never set, in ms. */
int64_t now_ms(void);

#endif /* FABRIC_H */
