// SPDX-License-Identifier: GPL-2.0-only
/*
 * mux.c - channels on one link.
 */
#include "ismpeer/mux.h"

#include <errno.h>
#include <string.h>

void mux_init(struct mux *mux, bool first, const struct mux_ops *ops, void *user)
{
	*mux = (struct mux){ .ops = ops, .user = user, .next = first ? 1 : 2 };
}

static void put(struct mux *mux, uint8_t type, uint16_t id, uint32_t arg, const char *text)
{
	struct frame frame = { .type = type, .channel = id, .arg = arg };

	if (text) {
		frame.data = (const uint8_t *)text;
		frame.len = (uint32_t)strnlen(text, MUX_REASON);
	}
	mux->ops->put(mux->user, &frame);
}

/* The place of a channel, or -1. */
static int find(const struct mux *mux, uint16_t id)
{
	int i;

	for (i = 0; i < MUX_CHANNELS; i++) {
		enum mux_state state = mux->channel[i].state;

		if ((state == MUX_ASKED || state == MUX_OPEN) && mux->channel[i].id == id)
			return i;
	}
	return -1;
}

static int free_place(const struct mux *mux)
{
	int i;

	for (i = 0; i < MUX_CHANNELS; i++) {
		if (mux->channel[i].state == MUX_FREE)
			return i;
	}
	return -1;
}

/* Ids come again some time; 0 is the link's. */
static uint16_t id_after(uint16_t id)
{
	if (id + 2 > UINT16_MAX)
		return id % 2 ? 1 : 2;
	return (uint16_t)(id + 2);
}

int mux_open(struct mux *mux, const char *service)
{
	int i = free_place(mux);

	if (i < 0)
		return -ENOSPC;
	while (find(mux, mux->next) >= 0)
		mux->next = id_after(mux->next);
	mux->channel[i] = (struct mux_channel){
		.state = MUX_ASKED,
		.ours = true,
		.id = mux->next,
		.window = MUX_WINDOW,
	};
	mux->next = id_after(mux->next);
	put(mux, FRAME_OPEN, mux->channel[i].id, MUX_WINDOW, service);
	return i;
}

/* What a frame has as text, cut to fit and ended. */
static void text_of(const struct frame *frame, char *text, size_t size)
{
	size_t len = frame->len < size ? frame->len : size - 1, i;

	for (i = 0; i < len; i++) {
		/* It goes to a terminal. */
		text[i] =
			frame->data[i] >= ' ' && frame->data[i] < 0x7f ? (char)frame->data[i] : '?';
	}
	text[len] = '\0';
}

static int open_came(struct mux *mux, const struct frame *frame)
{
	char service[MUX_SERVICE];
	int i, ret;

	/* Ids that we give ourselves are not the other side's to open. */
	if (!frame->channel || frame->channel % 2 == mux->next % 2 ||
	    find(mux, frame->channel) >= 0 || frame->len >= MUX_SERVICE)
		return -EPROTO;
	i = free_place(mux);
	if (i < 0) {
		put(mux, FRAME_CLOSE, frame->channel, 1, "too many channels");
		return 0;
	}
	text_of(frame, service, sizeof(service));
	mux->channel[i] = (struct mux_channel){
		.state = MUX_OPEN,
		.id = frame->channel,
		.credit = frame->arg,
		.window = MUX_WINDOW,
	};
	ret = mux->ops->opened(mux->user, i, service);
	if (ret) {
		mux->channel[i].state = MUX_FREE;
		put(mux, FRAME_CLOSE, frame->channel, 1, strerror(-ret));
	} else {
		put(mux, FRAME_ACCEPT, frame->channel, MUX_WINDOW, NULL);
	}
	return 0;
}

static int data_came(struct mux *mux, int i, const struct frame *frame)
{
	struct mux_channel *ch = &mux->channel[i];

	if (frame->len > ch->window || ch->eof_came)
		return -EPROTO;
	ch->window -= frame->len;
	if (frame->len)
		mux->ops->data(mux->user, i, frame->data, frame->len);
	return 0;
}

static int close_came(struct mux *mux, int i, const struct frame *frame)
{
	char reason[MUX_REASON + 1];

	text_of(frame, reason, sizeof(reason));
	mux->channel[i].state = MUX_CLOSED;
	mux->ops->closed(mux->user, i, frame->arg, reason);
	return 0;
}

/* A frame other than these of a channel that is open. */
static int open_frame(struct mux *mux, int i, const struct frame *frame)
{
	struct mux_channel *ch = &mux->channel[i];

	switch (frame->type) {
	case FRAME_DATA_BYTES:
		return data_came(mux, i, frame);
	case FRAME_WINDOW:
		if (frame->arg > UINT32_MAX - ch->credit)
			return -EPROTO;
		ch->credit += frame->arg;
		ch->flight -= frame->arg < ch->flight ? frame->arg : ch->flight;
		return 0;
	case FRAME_EOF:
		if (ch->eof_came)
			return -EPROTO;
		ch->eof_came = true;
		mux->ops->eof(mux->user, i);
		/* What is owed is told now, unless something is still to be taken. */
		mux_taken(mux, i, 0);
		return 0;
	case FRAME_SIZE:
		mux->ops->size(mux->user, i, (uint16_t)(frame->arg >> 16), (uint16_t)frame->arg);
		return 0;
	default:
		return -EPROTO;
	}
}

int mux_frame(struct mux *mux, const struct frame *frame)
{
	int i;

	if (frame->type > FRAME_CLOSE || frame->type <= FRAME_HELLO)
		return frame->flags & FRAME_OPTIONAL ? 0 : -EPROTO;
	if (frame->type == FRAME_OPEN)
		return open_came(mux, frame);
	i = find(mux, frame->channel);
	/*
	 * What was sent before the other side knew that the channel is closed arrives late, for
	 * one that was ours or its own.
	 */
	if (i < 0)
		return frame->channel ? 0 : -EPROTO;
	if (frame->type == FRAME_CLOSE)
		return close_came(mux, i, frame);
	if (frame->type == FRAME_ACCEPT) {
		if (mux->channel[i].state != MUX_ASKED)
			return -EPROTO;
		mux->channel[i].state = MUX_OPEN;
		mux->channel[i].credit = frame->arg;
		mux->ops->accepted(mux->user, i);
		return 0;
	}
	return mux->channel[i].state == MUX_OPEN ? open_frame(mux, i, frame) : -EPROTO;
}

void mux_sent(struct mux *mux, int i, uint32_t len)
{
	mux->channel[i].credit -= len;
	mux->channel[i].flight += len;
}

void mux_taken(struct mux *mux, int i, uint32_t len)
{
	struct mux_channel *ch = &mux->channel[i];
	bool all;

	ch->owed += len;
	/* The other side has sent its last byte, and waits to hear that it was taken. */
	all = ch->eof_came && ch->owed && ch->window + ch->owed == MUX_WINDOW;
	/* Else one frame for many bytes. */
	if ((ch->owed < MUX_WINDOW / 4 && !all) || ch->state != MUX_OPEN)
		return;
	ch->window += ch->owed;
	put(mux, FRAME_WINDOW, ch->id, ch->owed, NULL);
	ch->owed = 0;
}

bool mux_over(const struct mux *mux, int i)
{
	const struct mux_channel *ch = &mux->channel[i];

	return ch->state == MUX_OPEN && ch->eof_sent && ch->eof_came && !ch->flight;
}

bool mux_has_place(const struct mux *mux)
{
	return free_place(mux) >= 0;
}

void mux_eof(struct mux *mux, int i)
{
	if (mux->channel[i].eof_sent || mux->channel[i].state != MUX_OPEN)
		return;
	mux->channel[i].eof_sent = true;
	put(mux, FRAME_EOF, mux->channel[i].id, 0, NULL);
}

void mux_size(struct mux *mux, int i, uint16_t rows, uint16_t columns)
{
	put(mux, FRAME_SIZE, mux->channel[i].id, (uint32_t)rows << 16 | columns, NULL);
}

void mux_close(struct mux *mux, int i, uint32_t status, const char *reason)
{
	if (mux->channel[i].state == MUX_ASKED || mux->channel[i].state == MUX_OPEN)
		put(mux, FRAME_CLOSE, mux->channel[i].id, status, reason);
	mux->channel[i].state = MUX_FREE;
}

void mux_release(struct mux *mux, int i)
{
	mux->channel[i].state = MUX_FREE;
}

void mux_hold(struct mux *mux, int i)
{
	mux->channel[i].state = MUX_CLOSED;
}
