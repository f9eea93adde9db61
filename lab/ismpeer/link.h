/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * link.h - the connection to the other ismpeer: finds it, lends it a DMB, gets one lent,
 * and carries frames both ways.  When the other side goes it waits for it to come back.
 */
#ifndef ISMPEER_LINK_H
#define ISMPEER_LINK_H

#include "ism/ism.h"
#include "ismpeer/frame.h"
#include "ismpeer/ring.h"

enum link_state {
	LINK_WAITING, /* for the other side: nothing of it is known */
	LINK_CALLED,  /* it was sent our token and has not answered */
	LINK_GREETED, /* both have a DMB of the other; its HELLO is not there yet */
	LINK_UP,
};

/* What happens, told to whoever uses the link. */
struct link_ops {
	void (*up)(void *user);
	void (*down)(void *user); /* was up: nothing of before counts any more */
	/* Returns 0, or -errno for a frame that makes no sense: the link goes down. */
	int (*frame)(void *user, const struct frame *frame);
};

struct link_options {
	uint64_t peer;	/* GID; 0: the first that calls */
	uint32_t ring;	/* bytes lent to the other side, a multiple of the page */
	uint32_t block; /* bytes of a store at most; 0: as many as the function takes */
	bool checksum;	/* wanted in what comes */
};

struct link {
	struct ism *ism;
	const struct link_ops *ops;
	void *user;
	struct link_options options;
	enum link_state state;
	uint64_t peer;	    /* 0: none yet */
	bool strange;	    /* speaks no version of ours: was said once */
	struct ism_dmb dmb; /* ours */
	uint64_t tok;	    /* of the other side's */
	struct ring in, out;
	uint64_t told;	  /* in.read as the other side knows it */
	uint64_t pending; /* out.written as the other side knows it */
	uint64_t stored;  /* out.written as far as it is stored; the rest is of one page */
	uint8_t *page;	  /* that page: RING_PAGE bytes */
	bool checksum_out;
	unsigned int calls; /* without an answer */
	int64_t next_call;  /* ms of CLOCK_MONOTONIC */
	int64_t hello_by;   /* likewise; greeted, and its HELLO must be there by then; 0: not set */
	int64_t look_by;    /* likewise; it looks by itself whether there is news; 0: not set */
	int broken;	    /* -errno of our own function, which is of no use any more; 0 */
	uint8_t *part;	    /* what came and is no whole frame yet: 2 * FRAME_MAX bytes */
	size_t part_len;
	uint8_t *queue; /* small frames that have not been stored yet */
	size_t queue_len, queue_at;
};

/* Say why a ring of the size asked for cannot be lent; err is a -errno of ism_lendable(). */
void link_cannot_lend(const struct link_options *options, int err);

/* 0 or -ENOMEM.  ism, ops and user are borrowed. */
int link_init(struct link *link, struct ism *ism, const struct link_options *options,
	      const struct link_ops *ops, void *user);
void link_free(struct link *link);

/*
 * When ism->irq is readable.  After this and all below link->broken may be set: the function
 * carries out no command any more (its handle is stale, it is in error state), so that no
 * peer is to be blamed; nothing but opening it anew helps.
 */
void link_news(struct link *link);
/* To be called when link_timeout() ms have gone by; now is CLOCK_MONOTONIC in ms. */
void link_tick(struct link *link, int64_t now);
int link_timeout(const struct link *link, int64_t now);

/*
 * link_put - send a frame without much data (up to 256 bytes); kept until there is room.
 * Too many of them that the other side does not read take the link down.
 */
void link_put(struct link *link, const struct frame *frame);
/* How many bytes of data link_send() takes now, 0 when the other side has to read first. */
uint32_t link_room(const struct link *link);
/* Send a frame of up to link_room() bytes of data. */
void link_send(struct link *link, const struct frame *frame);
/* To be called when nothing more is to be sent for now: the other side is told. */
void link_flush(struct link *link);

/* The link is of no use any more: reason is said, and it begins anew. */
void link_reset(struct link *link, const char *reason);

#endif /* ISMPEER_LINK_H */
