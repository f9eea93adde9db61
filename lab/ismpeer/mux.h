/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mux.h - channels on one link: who has opened which, and how much each side may still
 * send in it.  Plain C without I/O.
 *
 * In a channel each side may send as many bytes as the other has said that it has room for,
 * so that one whose reader stands still does not hold up the others.
 */
#ifndef ISMPEER_MUX_H
#define ISMPEER_MUX_H

#include "ismpeer/frame.h"

#define MUX_CHANNELS 64
/* Bytes that a side has room for in each channel. */
#define MUX_WINDOW  (256u << 10)
#define MUX_SERVICE 32 /* bytes of a service's name, with its NUL */
#define MUX_REASON  200

enum mux_state {
	MUX_FREE,
	MUX_ASKED, /* we want it, the other side has not answered */
	MUX_OPEN,
	MUX_CLOSED, /* by the other side; the place is ours until mux_release() */
};

struct mux_channel {
	enum mux_state state;
	uint16_t id;	 /* as both sides call it */
	uint32_t credit; /* bytes that we may send */
	uint32_t window; /* bytes that the other side may send */
	uint32_t owed;	 /* bytes that were taken and the other side does not know of */
	uint64_t flight; /* bytes that we have sent and do not know to be taken */
	bool ours;	 /* we have opened it */
	bool eof_sent, eof_came;
};

/* What the mux wants done; i is a channel's place, 0 to MUX_CHANNELS - 1. */
struct mux_ops {
	void (*put)(void *user, const struct frame *frame);
	/* The other side wants a channel: 0, or -errno to refuse, told to it as strerror(). */
	int (*opened)(void *user, int i, const char *service);
	/* It has accepted ours. */
	void (*accepted)(void *user, int i);
	/* len bytes, no more than there is room for; to be answered by mux_taken(). */
	void (*data)(void *user, int i, const uint8_t *bytes, uint32_t len);
	void (*eof)(void *user, int i);
	void (*size)(void *user, int i, uint16_t rows, uint16_t columns);
	/* It is over; status and reason are the other side's.  To be answered by mux_release(). */
	void (*closed)(void *user, int i, uint32_t status, const char *reason);
};

struct mux {
	const struct mux_ops *ops;
	void *user;
	uint16_t next; /* id of the next channel that we open: odd on one side, even on the other */
	struct mux_channel channel[MUX_CHANNELS];
};

/* No channels.  first: of the two GIDs ours is the greater one. */
void mux_init(struct mux *mux, bool first, const struct mux_ops *ops, void *user);

/*
 * mux_frame - a frame from the other side, other than HELLO.  Returns 0, or -EPROTO: it
 * makes no sense, and nothing after it will.
 */
int mux_frame(struct mux *mux, const struct frame *frame);

/* Ask for a channel; its place, or -ENOSPC. */
int mux_open(struct mux *mux, const char *service);
/* A frame of up to channel.credit bytes was sent. */
void mux_sent(struct mux *mux, int i, uint32_t len);
/*
 * So many bytes that came are out of the way: written to where they belong, as far as we can
 * know.  The other side relies on it.
 */
void mux_taken(struct mux *mux, int i, uint32_t len);
/*
 * Both sides have said that they send no more, and everything that was sent here was taken
 * there: only then can whoever sent it say that all is well.
 */
bool mux_over(const struct mux *mux, int i);
/* Whether another channel can be opened. */
bool mux_has_place(const struct mux *mux);
/* There is no more to send. */
void mux_eof(struct mux *mux, int i);
void mux_size(struct mux *mux, int i, uint16_t rows, uint16_t columns);
/* It is over, closed() is not called, and the place is free. */
void mux_close(struct mux *mux, int i, uint32_t status, const char *reason);
/* The place of a channel that the other side has closed is free. */
void mux_release(struct mux *mux, int i);
/* After mux_init(): the place is not free until mux_release(), as with a channel of before. */
void mux_hold(struct mux *mux, int i);

#endif /* ISMPEER_MUX_H */
