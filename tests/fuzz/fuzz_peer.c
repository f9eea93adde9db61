// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_peer.c - an ismpeer whose other side says anything.  An input is a sequence of steps:
 * a byte that says what (bits 0 to 2), a byte of length, and so many bytes:
 *
 *	0 to 3	stored where the stream goes on, and the cursor set behind them; what is less than
 *		a frame is filled up, and for 0 and 1 its type and channel are likely ones
 *	4	stored at the beginning of the DMB: cursors
 *	5	an event
 *	6	this side sends, opens or closes channels
 *	7	a second goes by
 *
 * Whatever is said, no channel gets more than it has room for, and what is sent stays in its ring.
 */
#include "../unit/fake_ism.h"
#include "must.h"

#include "ism/bytes.h"
#include "ismpeer/link.h"
#include "ismpeer/mux.h"

#define RING (64u << 10)

static struct link link_here;
static struct mux mux;
static uint32_t held[MUX_CHANNELS];
static bool up;

static void put(void *user, const struct frame *frame)
{
	(void)user;
	MUST(frame->len <= MUX_REASON);
	link_put(&link_here, frame);
}

static int opened(void *user, int i, const char *service)
{
	(void)user;
	MUST(i >= 0 && i < MUX_CHANNELS && strlen(service) < MUX_SERVICE);
	held[i] = 0;
	return service[0] == 'n' ? -ENOENT : 0;
}

static void accepted(void *user, int i)
{
	(void)user;
	held[i] = 0;
}

static void data(void *user, int i, const uint8_t *bytes, uint32_t len)
{
	volatile uint8_t last = bytes[len - 1];

	(void)user;
	(void)last;
	held[i] += len;
	MUST(len && held[i] <= MUX_WINDOW && mux.channel[i].state == MUX_OPEN);
}

static void eof(void *user, int i)
{
	(void)user;
	MUST(mux.channel[i].eof_came);
}

static void size(void *user, int i, uint16_t rows, uint16_t columns)
{
	(void)user;
	(void)rows;
	(void)columns;
	MUST(mux.channel[i].state == MUX_OPEN);
}

static void closed(void *user, int i, uint32_t status, const char *reason)
{
	(void)user;
	(void)status;
	for (; *reason; reason++)
		MUST(*reason >= ' ' && *reason < 0x7f);
	mux_release(&mux, i);
}

static const struct mux_ops mux_ops = { put, opened, accepted, data, eof, size, closed };

static void link_up(void *user)
{
	(void)user;
	MUST(!up);
	up = true;
	mux_init(&mux, true, &mux_ops, NULL);
}

static void link_down(void *user)
{
	(void)user;
	MUST(up);
	up = false;
}

static int link_frame(void *user, const struct frame *frame)
{
	(void)user;
	return mux_frame(&mux, frame);
}

static const struct link_ops link_ops = { link_up, link_down, link_frame };

/* So many bytes of the input behind a header that is likely to be taken. */
static void say_frame(const uint8_t *bytes, uint32_t len, unsigned int what)
{
	static uint8_t out[2 * FRAME_MAX];
	struct link *l = &link_here;
	uint32_t whole = frame_bytes(len), n, piece;
	uint8_t cursors[RING_CURSORS];
	uint64_t at = l->in.written;

	if (!l->dmb.memory || l->state < LINK_GREETED)
		return;
	if (l->state == LINK_GREETED && what != 2) {
		uint8_t hello[HELLO_LEN];

		/* Nobody finds the magic by trying. */
		hello_put(hello, &(struct hello){ 0, 9, what & 1 });
		whole = frame_put(
			out,
			&(struct frame){ .type = FRAME_HELLO, .len = HELLO_LEN, .data = hello },
			false);
	} else if (what < 2) {
		frame_put(out,
			  &(struct frame){ .type = len ? bytes[0] % 10 : FRAME_EOF,
					   .channel = len > 1 ? bytes[1] % 8 : 1,
					   .arg = len > 2 ? bytes[2] << 8 : 0,
					   .len = len,
					   .data = bytes },
			  l->options.checksum);
	} else {
		memset(out, 0, whole);
		memcpy(out, bytes, len);
	}
	for (n = 0; n < whole; n += piece) {
		piece = ring_piece(&l->in, at + n, whole - n, 4096);
		memcpy(l->dmb.memory + ring_offset(&l->in, at + n), out + n, piece);
	}
	put64(cursors, at + whole);
	put64(cursors + 8, what & 1 ? l->out.written : l->out.read);
	memcpy(l->dmb.memory, cursors, sizeof(cursors));
	link_news(l);
}

static void act(const uint8_t *bytes, uint32_t len)
{
	static const uint8_t zeros[FRAME_DATA];
	int i = bytes[0] % MUX_CHANNELS;
	uint32_t room = link_room(&link_here);

	if (!up)
		return;
	if (len > 1 && bytes[1] & 1) {
		mux_open(&mux, "pipe");
	} else if (len > 1 && bytes[1] & 2 && mux.channel[i].state == MUX_OPEN) {
		mux_close(&mux, i, 1, "");
	} else if (mux.channel[i].state == MUX_OPEN) {
		mux_taken(&mux, i, held[i]);
		held[i] = 0;
		if (room > mux.channel[i].credit)
			room = mux.channel[i].credit;
		if (room && !mux.channel[i].eof_sent) {
			mux_sent(&mux, i, room);
			link_send(&link_here, &(struct frame){ .type = FRAME_DATA_BYTES,
							       .channel = mux.channel[i].id,
							       .len = room,
							       .data = zeros });
		}
	}
	link_flush(&link_here);
}

static void hear(const uint8_t *bytes, uint32_t len)
{
	uint8_t event[24] = { 0 };

	memcpy(event, bytes, len < sizeof(event) ? len : sizeof(event));
	/* The likely ones: a call of the other side, with a DMB that there is. */
	if (event[0] & 1)
		fake_event(&fakes[0], ISM_EVENT_SIGNAL, 0x69730101 + (event[1] & 1), 101,
			   (event[0] & 2 ? 0 : fake_dmbs[FAKE_DMBS - 1].dmb.tok) |
				   (16 + event[2] % 2));
	else
		fake_event(&fakes[0], event[0] >> 1 & 3, get32(event + 4), get64(event + 8) % 200,
			   get64(event + 16));
	link_news(&link_here);
}

static void step(unsigned int what, const uint8_t *bytes, uint32_t len, int64_t *now)
{
	if (what < 4) {
		say_frame(bytes, len, what);
	} else if (what == 4 && link_here.dmb.memory) {
		memcpy(link_here.dmb.memory, bytes, len < 64 ? len : 64);
		link_news(&link_here);
	} else if (what == 5) {
		hear(bytes, len);
	} else if (what == 6 && len) {
		act(bytes, len);
	} else {
		*now += 1000;
		link_tick(&link_here, *now);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const struct link_options options = { .peer = 101, .ring = RING, .checksum = false };
	struct fake_dmb *theirs = &fake_dmbs[FAKE_DMBS - 1];
	int64_t now = 0;
	size_t at = 0;

	memset(fakes, 0, sizeof(fakes));
	fakes[0].ism = (struct ism){ .gid = 100, .block = 4096 };
	fakes[1].ism = (struct ism){ .gid = 101, .block = 4096 };
	/* What the other side has lent: 17 pages at most are written to. */
	*theirs = (struct fake_dmb){
		.dmb = { .memory = malloc(17 * 4096),
			 .len = 17 * 4096,
			 .tok = 1ull << 60,
			 .gid = 100 },
		.owner = &fakes[1],
	};
	up = false;
	memset(&mux, 0, sizeof(mux));
	MUST(!link_init(&link_here, &fakes[0].ism, &options, &link_ops, NULL));
	while (at + 2 <= size) {
		uint32_t len = input[at + 1];

		if (len > size - at - 2)
			len = (uint32_t)(size - at - 2);
		step(input[at] & 7, input + at + 2, len, &now);
		at += 2 + len;
	}
	link_free(&link_here);
	free(theirs->dmb.memory);
	theirs->owner = NULL;
	return 0;
}
