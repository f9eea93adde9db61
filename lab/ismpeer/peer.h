/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * peer.h - what the services of ismpeer share: one link, its channels, and the descriptors
 * at their ends.
 */
#ifndef ISMPEER_PEER_H
#define ISMPEER_PEER_H

#include <poll.h>
#include <sys/types.h>

#include "ismpeer/link.h"
#include "ismpeer/mux.h"

/* The end of a channel on this side. */
struct end {
	bool used;
	int in, out;		 /* read and written; -1 when it is over; may be the same */
	int in_flags, out_flags; /* as they were before, with F_GETFL */
	uint8_t *room;		 /* MUX_WINDOW bytes that came and are not written yet, a ring */
	uint32_t at, len;
	bool in_over;	 /* nothing more comes out of in */
	bool out_over;	 /* the other side has sent its last byte */
	bool program;	 /* there is, or was, a program behind it */
	pid_t pid;	 /* of which it is, 0 when it has ended */
	bool closing;	 /* the other side has closed: what came is still to be written */
	uint32_t status; /* of the program, or with closing the other side's */
	char reason[MUX_REASON + 1];
	uint64_t sent, came;
};

struct peer;

/* How a service differs from the others. */
struct service {
	const char *name;
	/* The link is up: open what we want to have open. */
	void (*up)(struct peer *peer);
	/* The other side opens a channel: fill in the end's in and out; 0 or -errno. */
	int (*opened)(struct peer *peer, int i);
	/* It has said how large its terminal is. */
	void (*size)(struct peer *peer, int i, uint16_t rows, uint16_t columns);
	/*
	 * A channel is over; status and reason are the other side's, or what link_down() says.
	 * There is no reason when it was said already, or ended well.
	 */
	void (*closed)(struct peer *peer, int i, uint32_t status, const char *reason);
	/* Descriptors of the service's own: fill in *fd, or leave its fd -1. */
	void (*watch)(struct peer *peer, struct pollfd *fd);
	void (*watched)(struct peer *peer, short events);
	/* A signal other than those that end us. */
	void (*signalled)(struct peer *peer, int signal);
};

struct peer_options {
	const char *function; /* PCI address, or NULL */
	enum interface interface;
	struct link_options link;
	const char *listen, *connect; /* Unix sockets, or NULL */
	const char *device;	      /* block: /dev/nbdN, or NULL */
	bool serve;
	char **command; /* console: what it runs, or NULL for a login shell */
};

struct peer {
	struct ism ism;
	struct link link;
	struct mux mux;
	const struct service *service;
	const struct peer_options *options;
	struct end end[MUX_CHANNELS];
	uint64_t other;	  /* GID of the peer that is or was there last, to be told by name */
	int turn;	  /* which end is the first to be served */
	int signals;	  /* signalfd */
	int listener;	  /* Unix socket, or -1 */
	int64_t deaf_by;  /* ms of CLOCK_MONOTONIC: it is not asked until then */
	bool closed_last; /* the last channel that ended was closed by this side */
	bool over;	  /* the loop ends, with this status */
	int status;
};

extern const struct service service_pipe, service_console, service_block;

/* Statuses of ismpeer: those of its own, as sysexits has no better. */
#define EXIT_USAGE 2
#define EXIT_GONE  3 /* the peer went in the middle */

/* Until it is over; the exit status. */
int peer_run(struct peer *peer, const struct service *service, const struct peer_options *options);
/* The loop ends after this round. */
void peer_over(struct peer *peer, int status);

/* Open a channel for these two descriptors, the end's from now on; its place or -errno. */
int peer_open(struct peer *peer, int in, int out);
/* Close the channel and its descriptors. */
void peer_close(struct peer *peer, int i, uint32_t status, const char *reason);

/* In socket.c: connected to a Unix socket, or listening at one; a descriptor or -errno, said. */
int socket_connect(const char *path);
int socket_listen(const char *path);

#endif /* ISMPEER_PEER_H */
