// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_ismpeer.c - the protocol of two ismpeers: frames, the ring, and two whole sides that
 * send one another random bytes in random channels, lose one another and begin anew.
 */
#include "fake_ism.h"
#include "random.h"
#include "unit.h"

#include "ism/bytes.h"
#include "ismpeer/link.h"
#include "ismpeer/mux.h"

#define RING (64u << 10)

static void test_frames(void)
{
	uint8_t bytes[FRAME_MAX], data[100];
	struct frame in = { FRAME_OPEN, 0, 7, sizeof(data), 0x12345678, data }, out;
	struct hello hello;
	unsigned int i;

	memset(data, 0xa5, sizeof(data));
	is_int(frame_put(bytes, &in, true), 128, "a frame is padded to 16");
	is_int(frame_get(bytes, 15, true, &out), 0, "half a header is no frame yet");
	is_int(frame_get(bytes, 127, true, &out), 0, "nor is one without its padding");
	is_int(frame_get(bytes, sizeof(bytes), true, &out), 128, "its length");
	ok(out.type == FRAME_OPEN && out.channel == 7 && out.len == 100 && out.arg == 0x12345678 &&
		   !memcmp(out.data, data, 100),
	   "what was put comes out");
	for (i = 0; i < 128; i++) {
		bytes[i] ^= 1;
		/* The length decides how much is looked at. */
		if (frame_get(bytes, 128, true, &out) > 0)
			break;
		bytes[i] ^= 1;
	}
	is_int(i, 128, "a changed bit anywhere is seen by the checksum");
	put32(bytes + 4, FRAME_DATA + 1);
	is_int(frame_get(bytes, sizeof(bytes), false, &out), -EPROTO,
	       "one that is too long is none");

	hello_put(data, &(struct hello){ 1, 3, HELLO_CHECKSUM });
	in = (struct frame){ .type = FRAME_HELLO, .len = HELLO_LEN, .data = data };
	is_int(hello_get(&in, &hello), 0, "versions 1 to 3 have 1 in common");
	is_int(hello.features, HELLO_CHECKSUM, "features");
	hello_put(data, &(struct hello){ 2, 3, 0 });
	is_int(hello_get(&in, &hello), -EPROTONOSUPPORT, "2 to 3 have not");
	data[0] ^= 1;
	is_int(hello_get(&in, &hello), -EPROTO, "another magic is no hello");
}

static void test_ring(void)
{
	struct ring in = { .size = RING }, out = { .size = RING, .written = 1000 };

	is_int(ring_piece(&in, 0, 9000, 4096), 4096, "a page at most");
	is_int(ring_piece(&in, 4000, 9000, 4096), 96, "to the end of the page");
	is_int(ring_piece(&in, RING - 16, 9000, 4096), 16, "to the end of the ring");
	is_int(ring_piece(&in, 0, 9000, 8), 8, "as many as was asked for");
	is_int(ring_offset(&in, RING + 5), RING_PAGE + 5, "it goes round");
	is_int(ring_take(&in, &out, RING, 1000), 0, "all of it at once");
	is_int(ring_room(&in), 0, "it is full");
	is_int(ring_take(&in, &out, RING + 1, 1000), -EPROTO, "more than there is room for");
	is_int(ring_take(&in, &out, RING, 1001), -EPROTO, "read what was not written");
	is_int(ring_take(&in, &out, RING - 1, 1000), -EPROTO, "written back");
	is_int(ring_take(&in, &out, RING, 999), -EPROTO, "read back");
	is_int(ring_take(&in, &out, UINT64_MAX, UINT64_MAX), -EPROTO, "far beyond");
}

/* A channel's bytes, each told by its channel's id, its direction and its place. */
static uint8_t byte_at(uint16_t id, unsigned int from, uint64_t place)
{
	return (uint8_t)((place * 2654435761u >> 13) + id * 7u + from * 31u);
}

static struct side {
	struct link link;
	struct mux mux;
	unsigned int number, ups, downs, opens, closes, wrong;
	uint64_t sent[MUX_CHANNELS], came[MUX_CHANNELS], total;
	uint32_t held[MUX_CHANNELS]; /* came and was not taken yet */
} sides[FAKES];

static void side_put(void *user, const struct frame *frame)
{
	link_put(&((struct side *)user)->link, frame);
}

static void begin_channel(struct side *side, int i)
{
	side->sent[i] = side->came[i] = 0;
	side->held[i] = 0;
}

static int side_opened(void *user, int i, const char *service)
{
	struct side *side = user;

	if (!strcmp(service, "none"))
		return -ENOENT;
	side->opens++;
	begin_channel(side, i);
	return 0;
}

static void side_accepted(void *user, int i)
{
	(void)i;
	((struct side *)user)->opens++;
}

static void side_data(void *user, int i, const uint8_t *bytes, uint32_t len)
{
	struct side *side = user;
	uint32_t n;

	for (n = 0; n < len; n++)
		side->wrong += bytes[n] !=
			       byte_at(side->mux.channel[i].id, !side->number, side->came[i] + n);
	side->came[i] += len;
	side->held[i] += len;
	side->total += len;
	side->wrong += side->held[i] > MUX_WINDOW;
}

static void side_eof(void *user, int i)
{
	(void)user;
	(void)i;
}

static void side_size(void *user, int i, uint16_t rows, uint16_t columns)
{
	(void)i;
	((struct side *)user)->wrong += rows != 50 || columns != 132;
}

static void side_closed(void *user, int i, uint32_t status, const char *reason)
{
	struct side *side = user;

	(void)reason;
	side->wrong += status > 1;
	side->closes++;
	mux_release(&side->mux, i);
}

static const struct mux_ops mux_ops = {
	.put = side_put,
	.opened = side_opened,
	.accepted = side_accepted,
	.data = side_data,
	.eof = side_eof,
	.size = side_size,
	.closed = side_closed,
};

static void side_up(void *user)
{
	struct side *side = user;

	side->ups++;
	mux_init(&side->mux, side->number, &mux_ops, side);
}

static void side_down(void *user)
{
	((struct side *)user)->downs++;
}

static int side_frame(void *user, const struct frame *frame)
{
	return mux_frame(&((struct side *)user)->mux, frame);
}

static const struct link_ops link_ops = { side_up, side_down, side_frame };

static void side_begin(unsigned int i, bool checksum, uint32_t block)
{
	const struct link_options options = {
		/* One of them waits to be called. */
		.peer = i ? 100 : 0,
		.ring = RING,
		.block = block,
		.checksum = checksum,
	};

	fakes[i] = (struct fake){ .ism = { .gid = 100 + i, .block = 4096 } };
	link_init(&sides[i].link, &fakes[i].ism, &options, &link_ops, &sides[i]);
	sides[i].number = i;
}

/* The process dies: nothing is said, the function tells of it. */
static void side_die(unsigned int i)
{
	link_free(&sides[i].link);
	fakes[i].gone = true;
	fake_event(fake_of_gid(100 + !i), ISM_EVENT_GID, ISM_GID_GONE, 100 + i, 0);
}

static void send_bytes(struct side *side, int i, uint32_t len)
{
	static uint8_t bytes[FRAME_MAX];
	struct mux_channel *ch = &side->mux.channel[i];
	uint32_t n;

	for (n = 0; n < len; n++)
		bytes[n] = byte_at(ch->id, side->number, side->sent[i] + n);
	side->sent[i] += len;
	mux_sent(&side->mux, i, len);
	link_send(&side->link,
		  &(struct frame){
			  .type = FRAME_DATA_BYTES, .channel = ch->id, .len = len, .data = bytes });
}

static void send_some(struct side *side, int i)
{
	struct mux_channel *ch = &side->mux.channel[i];
	uint32_t room = link_room(&side->link), len;

	if (ch->state != MUX_OPEN || ch->eof_sent)
		return;
	len = room < ch->credit ? room : ch->credit;
	if (len && any(4))
		len = 1 + (uint32_t)any(len);
	if (len)
		send_bytes(side, i, len);
}

static void step(struct side *side, int64_t now)
{
	int i = (int)any(MUX_CHANNELS / 8), n;

	link_tick(&side->link, now);
	if (any(3))
		link_news(&side->link);
	if (side->link.state != LINK_UP)
		return;
	switch (any(40)) {
	case 0:
		n = mux_open(&side->mux, any(10) ? "pipe" : "none");
		if (n >= 0)
			begin_channel(side, n);
		break;
	case 1:
		if (side->mux.channel[i].state == MUX_OPEN && !any(4))
			mux_close(&side->mux, i, 0, "enough");
		break;
	case 2:
		if (side->mux.channel[i].state == MUX_OPEN)
			mux_size(&side->mux, i, 50, 132);
		break;
	case 3:
		if (!any(8))
			mux_eof(&side->mux, i);
		break;
	}
	send_some(side, i);
	for (n = 0; n < MUX_CHANNELS; n++) {
		uint32_t some = side->held[n] ? 1 + (uint32_t)any(side->held[n]) : 0;

		if (side->mux.channel[n].state == MUX_OPEN && some && any(2)) {
			side->held[n] -= some;
			mux_taken(&side->mux, n, some);
		}
	}
	link_flush(&side->link);
}

static void test_sides(bool checksum, uint32_t block, const char *what)
{
	unsigned int i, n, deaths = 0;
	int64_t now = 0;

	memset(sides, 0, sizeof(sides));
	for (i = 0; i < FAKES; i++)
		side_begin(i, checksum, block);
	for (n = 0; n < 60000; n++) {
		now += 5;
		step(&sides[any(FAKES)], now);
		if (!any(6000)) {
			i = (unsigned int)any(FAKES);
			side_die(i);
			side_begin(i, checksum, block);
			deaths++;
		}
	}
	for (i = 0; i < FAKES; i++) {
		is_int(sides[i].wrong, 0, what);
		ok(sides[i].ups > 2 && sides[i].opens > 50 && sides[i].total > 1000000,
		   "%s: side %u was up %u times, %u channels, %llu bytes, %u deaths", what, i,
		   sides[i].ups, sides[i].opens, (unsigned long long)sides[i].total, deaths);
		link_free(&sides[i].link);
	}
	is_str(fake_said, "", "nobody has anything to complain of");
}

/* A peer that does not keep to the protocol: the link goes down, and is up again later. */
static void test_nonsense(void)
{
	static const uint8_t nonsense[FRAME_HEADER] = { FRAME_ACCEPT, 0, 0, 9 };
	uint8_t cursors[RING_CURSORS];
	struct link *link = &sides[0].link;
	unsigned int n;

	memset(sides, 0, sizeof(sides));
	side_begin(0, false, 0);
	side_begin(1, false, 0);
	for (n = 0; n < 10; n++) {
		link_tick(&sides[n % 2].link, n * 1000);
		link_news(&sides[n % 2].link);
	}
	is_int(link->state, LINK_UP, "up");
	/* There is no such channel: it may just have been closed. */
	ism_move(&fakes[1].ism, link->dmb.tok,
		 ring_offset(&sides[1].link.out, sides[1].link.out.written), nonsense, FRAME_HEADER,
		 false);
	put64(cursors, sides[1].link.out.written + FRAME_HEADER);
	put64(cursors + 8, sides[1].link.in.read);
	ism_move(&fakes[1].ism, link->dmb.tok, 0, cursors, sizeof(cursors), true);
	link_news(link);
	is_int(link->state, LINK_UP, "a frame for a channel that is closed");
	put64(cursors, 1ull << 40);
	ism_move(&fakes[1].ism, link->dmb.tok, 0, cursors, sizeof(cursors), true);
	link_news(link);
	is_int(link->state, LINK_WAITING, "a cursor beyond the ring");
	is_int(sides[0].downs, 1, "that is told");
	has_str(fake_said, "does not keep to the protocol", "and said");
	for (n = 0; n < 40; n++) {
		link_tick(&sides[n % 2].link, 10000 + n * 1000);
		link_news(&sides[n % 2].link);
	}
	is_int(link->state, LINK_UP, "up again");
	link_free(&sides[0].link);
	link_free(&sides[1].link);
}

/* Until both are up. */
static void meet(void)
{
	unsigned int n;

	memset(sides, 0, sizeof(sides));
	side_begin(0, false, 0);
	side_begin(1, false, 0);
	for (n = 0; n < 10; n++) {
		link_tick(&sides[n % 2].link, n * 1000);
		link_news(&sides[n % 2].link);
	}
	is_int(sides[0].link.state, LINK_UP, "up");
}

static void speak_and_go(void)
{
	mux_close(&sides[1].mux, 0, 0, "done");
	link_flush(&sides[1].link);
	link_free(&sides[1].link);
}

/* Whoever has sent everything knows when it was taken, not only that it was stored. */
static void test_taken(void)
{
	struct mux *one = &sides[0].mux, *two = &sides[1].mux;

	meet();
	is_int(mux_open(one, "pipe"), 0, "a channel");
	link_flush(&sides[0].link);
	link_news(&sides[1].link);
	link_flush(&sides[1].link);
	link_news(&sides[0].link);
	is_int(one->channel[0].state, MUX_OPEN, "is open");
	mux_eof(one, 0);
	link_flush(&sides[0].link);
	link_news(&sides[1].link);
	ok(!mux_over(two, 0), "one direction is at its end");
	send_bytes(&sides[1], 0, 1000);
	mux_eof(two, 0);
	link_flush(&sides[1].link);
	link_news(&sides[0].link);
	is_int(sides[0].came[0], 1000, "all of it came");
	ok(!mux_over(two, 0), "and is not written yet");
	mux_taken(one, 0, 999);
	link_flush(&sides[0].link);
	link_news(&sides[1].link);
	ok(!mux_over(two, 0), "nor is the last byte");
	mux_taken(one, 0, 1);
	link_flush(&sides[0].link);
	link_news(&sides[1].link);
	ok(mux_over(two, 0), "now it is");
	link_free(&sides[0].link);
	link_free(&sides[1].link);
}

/* The end of a channel, and of the link, come while the other side looks at its news. */
static void test_last_words(void)
{
	meet();
	mux_open(&sides[1].mux, "pipe");
	link_flush(&sides[1].link);
	link_news(&sides[0].link);
	is_int(sides[0].opens, 1, "a channel");
	fake_meanwhile = speak_and_go;
	link_news(&sides[0].link);
	is_int(sides[0].downs, 1, "the other side is gone");
	is_int(sides[0].closes, 1, "but not before its last word was heard");
	link_free(&sides[0].link);
}

/* One that calls and then says nothing, or is gone, does not keep others away. */
static void test_only_calls(void)
{
	struct link *link = &sides[0].link;

	memset(sides, 0, sizeof(sides));
	side_begin(0, false, 0);
	side_begin(1, false, 0);
	fake_event(&fakes[0], ISM_EVENT_SIGNAL, 0x69730101, 999, 7ull << 28 | 16);
	link_news(link);
	is_int(link->state, LINK_WAITING, "a caller that is gone");
	is_int(link->peer, 0, "is not waited for");
	ok(!link->dmb.memory, "and nothing is lent to it");
	fake_event(&fakes[0], ISM_EVENT_SIGNAL, 0x69730101, 101, 7ull << 28 | 16);
	/* The first store, of HELLO, finds that there is no such DMB. */
	link_news(link);
	is_int(link->state, LINK_WAITING, "a caller that has lent nothing");
	is_int(link->broken, 0, "is no fault of ours");
	link_tick(&sides[1].link, 0);
	link_news(link);
	is_int(link->state, LINK_GREETED, "a caller");
	link_tick(link, 1000);
	is_int(link_timeout(link, 1000), 5000, "has so long to say HELLO");
	link_tick(link, 6000);
	is_int(link->state, LINK_WAITING, "and not longer");
	has_str(fake_said, "says nothing", "that is said");
	link_free(link);
	link_free(&sides[1].link);
}

/* Neither an interrupt nor an event is heard: each side finds out by itself, later. */
static void test_lost_news(void)
{
	struct link *link = &sides[0].link;

	meet();
	link_tick(link, 20000);
	is_int(link_timeout(link, 20000), 10000, "it sleeps for so long at most");
	mux_open(&sides[1].mux, "pipe");
	link_flush(&sides[1].link);
	link_tick(link, 29999);
	is_int(sides[0].opens, 0, "nobody has said that there is something");
	link_tick(link, 30000);
	is_int(sides[0].opens, 1, "it looks");
	is_int(link->state, LINK_UP, "and the other side is there");
	link_free(&sides[1].link);
	fakes[1].gone = true;
	fakes[0].events = 0;
	link_tick(link, 39999);
	is_int(link->state, LINK_UP, "nobody has said that it is gone");
	link_tick(link, 40000);
	is_int(link->state, LINK_WAITING, "a store says it");
	is_int(sides[0].downs, 1, "and that is told");
	link_free(link);

	memset(sides, 0, sizeof(sides));
	side_begin(0, false, 0);
	side_begin(1, false, 0);
	link_tick(link, 0);
	link_tick(&sides[1].link, 0);
	link_tick(link, 9999);
	is_int(link->state, LINK_WAITING, "nor has anybody said that there is a call");
	link_tick(link, 10000);
	is_int(link->state, LINK_GREETED, "it is answered all the same");
	link_free(link);
	link_free(&sides[1].link);
}

/* The function itself is of no use any more: no peer is to be blamed. */
static void test_broken(void)
{
	meet();
	fakes[0].broken = true;
	mux_open(&sides[0].mux, "pipe");
	link_flush(&sides[0].link);
	is_int(sides[0].link.broken, -EIO, "a store that fails with the function");
	is_int(sides[0].downs, 1, "ends the link");
	side_die(0);
	side_begin(0, false, 0);
	fakes[0].broken = true;
	sides[0].link.peer = 101;
	link_tick(&sides[0].link, 0);
	is_int(sides[0].link.broken, -EIO, "and so does a call");
	link_free(&sides[0].link);
	link_free(&sides[1].link);
}

int main(void)
{
	test_frames();
	test_ring();
	test_sides(false, 0, "two sides");
	test_sides(true, 0, "two sides with checksums");
	test_sides(false, 8, "two sides in stores of 8 bytes");
	test_nonsense();
	test_taken();
	test_last_words();
	test_only_calls();
	test_lost_news();
	test_broken();
	return unit_end();
}
