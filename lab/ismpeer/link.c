// SPDX-License-Identifier: GPL-2.0-only
/*
 * link.c - how two sides find one another, and lose one another.
 *
 * A token is told by an event: code 0x69730100 with the kind of call in the last byte,
 * information the token, whose low 24 bits, which no token has, are the DMB's pages.
 */
#include "ismpeer/link.h"

#include "ism/bytes.h"
#include "ismpeer/say.h"

#include <errno.h>
#include <stdlib.h>

#define CALL	    0x69730100u /* protocol version 1 of the call itself */
#define CALL_HELLO  1u		/* this is my DMB; and yours? */
#define CALL_ANSWER 2u		/* this is mine */
#define CALL_PAGES  0xffffffull

#define CALL_MS	      1000
#define CALLS_PER_DMB 10
/* Whoever has called says HELLO at once; one that only calls must not keep others away. */
#define HELLO_MS 5000
/*
 * Whoever hears nothing for so long looks by itself: an event is not kept for one whose queue
 * is full, and others may fill it while it is stopped.
 */
#define LOOK_MS 10000
/* Not at once: whoever breaks the protocol may do so again. */
#define LATER	 INT64_MAX
#define LATER_MS 10000

#define QUEUE_SIZE 65536u

static void came_up(struct link *link, uint64_t info);
static void receive(struct link *link);
static bool store_page(struct link *link);
static void store_cursors(struct link *link);

int link_init(struct link *link, struct ism *ism, const struct link_options *options,
	      const struct link_ops *ops, void *user)
{
	*link = (struct link){
		.ism = ism,
		.ops = ops,
		.user = user,
		.options = *options,
		.peer = options->peer,
		.part = malloc(2 * FRAME_MAX),
		.queue = malloc(QUEUE_SIZE),
		.page = malloc(RING_PAGE),
	};
	if (!link->options.block || link->options.block > ism->block)
		link->options.block = ism->block;
	return link->part && link->queue && link->page ? 0 : -ENOMEM;
}

void link_free(struct link *link)
{
	ism_dmb_unregister(link->ism, &link->dmb);
	free(link->part);
	free(link->queue);
	free(link->page);
	link->part = link->queue = link->page = NULL;
}

void link_reset(struct link *link, const char *reason)
{
	bool was_up = link->state == LINK_UP;

	/* Whose channels it breaks off tells of it; one that just goes is no trouble. */
	if (link->state != LINK_WAITING)
		say_more("peer 0x%016llx: %s", (unsigned long long)link->peer, reason);
	/* The other side hears of it, and can store nothing more. */
	ism_dmb_unregister(link->ism, &link->dmb);
	link->state = LINK_WAITING;
	link->tok = 0;
	link->part_len = link->queue_len = link->queue_at = 0;
	link->next_call = link->hello_by = 0;
	link->calls = 0;
	/* Who it was is told by name. */
	if (was_up)
		link->ops->down(link->user);
	link->peer = link->options.peer;
}

/* Our DMB, for the peer that there is; 0 or -errno, which is said unless the peer is just not there. */
static int lend(struct link *link)
{
	int ret;

	if (link->dmb.memory)
		return 0;
	ret = ism_dmb_register(link->ism, link->options.ring + RING_PAGE, link->peer, &link->dmb);
	if (ret == -ENOMEM || ret == -ENOSPC)
		link_cannot_lend(&link->options, ret);
	return ret;
}

void link_cannot_lend(const struct link_options *options, int err)
{
	say("cannot lend %u bytes to the peer: %s%s", options->ring + RING_PAGE, strerror(-err),
	    err == -ENOMEM ? "; see ulimit -l, or make --ring less" : "");
}

/* Something has failed: is it because our own function carries out nothing any more? */
static void look_at_function(struct link *link)
{
	struct ism_info info;
	int ret = ism_query(link->ism, &info);

	/* One that refuses a command works. */
	if (ret == -EIO || ret == -ENXIO || ret == -ENODEV)
		link->broken = ret;
}

static int call(struct link *link, uint32_t kind)
{
	int ret = lend(link);

	if (!ret)
		ret = ism_signal(link->ism, link->peer, CALL | kind,
				 link->dmb.tok | link->dmb.len / RING_PAGE);
	if (ret && ret != -ENOENT)
		look_at_function(link);
	return ret;
}

/* Whoever has called and is greeted has not said anything in time. */
static void hello_tick(struct link *link, int64_t now)
{
	if (!link->hello_by)
		link->hello_by = now + HELLO_MS;
	if (now < link->hello_by)
		return;
	say("peer 0x%016llx has called and says nothing", (unsigned long long)link->peer);
	link_reset(link, "begun anew");
	link->next_call = now + LATER_MS;
}

/* Nothing was heard for long; when up, a store tells whether the other side is there. */
static void look_tick(struct link *link, int64_t now)
{
	if (!link->look_by)
		link->look_by = now + LOOK_MS;
	if (now < link->look_by)
		return;
	link_news(link);
	if (link->state == LINK_UP && store_page(link))
		store_cursors(link);
	link->look_by = now + LOOK_MS;
}

void link_tick(struct link *link, int64_t now)
{
	if (link->next_call == LATER)
		link->next_call = now + LATER_MS;
	look_tick(link, now);
	if (link->state == LINK_GREETED)
		hello_tick(link, now);
	if (link->state >= LINK_GREETED || now < link->next_call)
		return;
	link->next_call = now + CALL_MS;
	if (!link->peer)
		return;
	/* What was lent to one that went and came back is nobody's. */
	if (++link->calls % CALLS_PER_DMB == 0)
		ism_dmb_unregister(link->ism, &link->dmb);
	link->state = call(link, CALL_HELLO) ? LINK_WAITING : LINK_CALLED;
}

int link_timeout(const struct link *link, int64_t now)
{
	int64_t then = link->look_by;

	if (link->state == LINK_GREETED && link->hello_by < then)
		then = link->hello_by;
	if (link->state < LINK_GREETED && link->peer && link->next_call < then)
		then = link->next_call;
	return then > now ? (int)(then - now) : 0;
}

/* The other side takes nothing more; what it sent before it went is here, and counts. */
static void lost(struct link *link)
{
	look_at_function(link);
	receive(link);
	if (link->state >= LINK_GREETED)
		link_reset(link, "its buffer is gone");
}

static void store_cursors(struct link *link)
{
	uint8_t cursors[RING_CURSORS];
	int ret;

	put64(cursors, link->out.written);
	put64(cursors + 8, link->in.read);
	ret = ism_move(link->ism, link->tok, 0, cursors, sizeof(cursors), true);
	if (ret) {
		lost(link);
		return;
	}
	link->pending = link->out.written;
	link->told = link->in.read;
}

/* Store what waits for its page to be full; false when the link is down. */
static bool store_page(struct link *link)
{
	uint32_t offset, piece;

	for (; link->stored != link->out.written; link->stored += piece) {
		offset = ring_offset(&link->out, link->stored);
		piece = ring_piece(&link->out, link->stored, link->out.written - link->stored,
				   link->options.block);
		if (ism_move(link->ism, link->tok, offset, link->page + offset % RING_PAGE, piece,
			     false)) {
			lost(link);
			return false;
		}
	}
	return true;
}

/*
 * Frames go into the page, and the page into one store block when it is full, or when there is
 * nothing more to send (link_flush()): several small frames are one store.
 */
static void store(struct link *link, const uint8_t *bytes, uint32_t len)
{
	uint32_t at, some;

	for (; len; len -= some, bytes += some) {
		at = ring_offset(&link->out, link->out.written) % RING_PAGE;
		some = len < RING_PAGE - at ? len : RING_PAGE - at;
		memcpy(link->page + at, bytes, some);
		link->out.written += some;
		if (at + some == RING_PAGE && !store_page(link))
			return;
	}
}

/* What had to wait, as far as there is room. */
static void store_queue(struct link *link)
{
	uint64_t room = ring_room(&link->out);
	size_t len = link->queue_len - link->queue_at;

	if (len > room)
		len = (size_t)room;
	if (!len)
		return;
	link->queue_at += len;
	store(link, link->queue + link->queue_at - len, (uint32_t)len);
	if (link->queue_at == link->queue_len)
		link->queue_at = link->queue_len = 0;
}

void link_put(struct link *link, const struct frame *frame)
{
	if (link->state < LINK_GREETED)
		return;
	if (link->queue_len + frame_bytes(frame->len) > QUEUE_SIZE) {
		link_reset(link, "it asks much and reads nothing");
		return;
	}
	link->queue_len += frame_put(link->queue + link->queue_len, frame, link->checksum_out);
}

uint32_t link_room(const struct link *link)
{
	uint64_t room = ring_room(&link->out);
	uint32_t page;

	if (link->state != LINK_UP || link->queue_len || room < 2 * FRAME_HEADER)
		return 0;
	if (room > FRAME_MAX)
		room = FRAME_MAX;
	/* A frame that ends with a page leaves whole pages for those behind it. */
	page = ring_offset(&link->out, link->out.written) % RING_PAGE;
	if (room > RING_PAGE)
		room = (page + room) / RING_PAGE * RING_PAGE - page;
	return (uint32_t)(room / FRAME_ALIGN * FRAME_ALIGN) - FRAME_HEADER;
}

void link_send(struct link *link, const struct frame *frame)
{
	static uint8_t bytes[FRAME_MAX];

	store(link, bytes, frame_put(bytes, frame, link->checksum_out));
}

void link_flush(struct link *link)
{
	if (link->state < LINK_GREETED)
		return;
	store_queue(link);
	if (link->state < LINK_GREETED || !store_page(link))
		return;
	/* The reader's room is told of when it is worth an interrupt. */
	if (link->pending != link->out.written || link->in.read - link->told >= link->in.size / 4)
		store_cursors(link);
}

static void say_hello(struct link *link)
{
	uint8_t data[HELLO_LEN];
	struct frame frame = { .type = FRAME_HELLO, .len = HELLO_LEN, .data = data };

	hello_put(data, &(struct hello){ HELLO_VERSION, HELLO_VERSION,
					 link->options.checksum ? HELLO_CHECKSUM : 0 });
	link->checksum_out = false;
	link_put(link, &frame);
	link_flush(link);
}

/* Both have the other's DMB: the stream begins. */
static void came_up(struct link *link, uint64_t info)
{
	link->tok = info & ~CALL_PAGES;
	link->in = (struct ring){ .size = link->dmb.len - RING_PAGE };
	link->out = (struct ring){ .size = (uint32_t)((info & CALL_PAGES) - 1) * RING_PAGE };
	link->told = link->pending = link->stored = 0;
	link->part_len = link->queue_len = link->queue_at = 0;
	link->state = LINK_GREETED;
	say_hello(link);
}

static int hello_came(struct link *link, const struct frame *frame)
{
	struct hello hello;
	int ret = hello_get(frame, &hello);

	if (ret == -EPROTONOSUPPORT && !link->strange) {
		say("peer 0x%016llx speaks versions %u to %u, this is version %u",
		    (unsigned long long)link->peer, hello.lowest, hello.highest, HELLO_VERSION);
		link->strange = true;
	}
	if (ret)
		return ret;
	link->checksum_out = hello.features & HELLO_CHECKSUM;
	link->state = LINK_UP;
	link->strange = false;
	link->ops->up(link->user);
	return 0;
}

/* All whole frames of what came; 0 or -errno. */
static int frames(struct link *link)
{
	size_t at = 0;
	int ret = 1;

	while (ret > 0) {
		bool up = link->state == LINK_UP;
		struct frame frame;

		ret = frame_get(link->part + at, link->part_len - at, up && link->options.checksum,
				&frame);
		if (ret <= 0)
			break;
		at += (size_t)ret;
		ret = up ? link->ops->frame(link->user, &frame) : hello_came(link, &frame);
		/* Whoever was told may have reset the link. */
		if (link->state < LINK_GREETED)
			return 0;
		ret = ret ? ret : 1;
	}
	memmove(link->part, link->part + at, link->part_len - at);
	link->part_len -= at;
	return ret;
}

static const char *reason(int err)
{
	switch (err) {
	case EBADMSG:
		return "a checksum is wrong";
	case EPROTONOSUPPORT:
		return "no version in common";
	default:
		return "it does not keep to the protocol";
	}
}

/* Take what is in the ring. */
static void receive(struct link *link)
{
	const uint64_t *cursors = (const void *)link->dmb.memory;
	uint64_t written = be64toh(__atomic_load_n(&cursors[0], __ATOMIC_ACQUIRE));
	uint64_t read = be64toh(__atomic_load_n(&cursors[1], __ATOMIC_ACQUIRE));
	int ret = ring_take(&link->in, &link->out, written, read);

	while (!ret && link->in.read != link->in.written) {
		uint32_t offset = ring_offset(&link->in, link->in.read);
		uint64_t len = link->in.written - link->in.read;

		if (len > link->dmb.len - offset)
			len = link->dmb.len - offset;
		if (len > 2 * FRAME_MAX - link->part_len)
			len = 2 * FRAME_MAX - link->part_len;
		memcpy(link->part + link->part_len, link->dmb.memory + offset, len);
		link->part_len += len;
		link->in.read += len;
		ret = frames(link);
		if (link->state < LINK_GREETED)
			return;
	}
	if (ret) {
		say("peer 0x%016llx: %s", (unsigned long long)link->peer, reason(-ret));
		link_reset(link, "begun anew");
		link->next_call = LATER;
	}
}

static void called(struct link *link, const struct ism_event *event)
{
	uint32_t kind = event->code & 0xff;
	uint64_t pages = event->info & CALL_PAGES;
	bool same = link->state >= LINK_GREETED && (event->info & ~CALL_PAGES) == link->tok;

	if ((event->code & ~0xffu) != CALL || (link->peer && event->tok != link->peer) ||
	    pages < 2 || pages > ISM_DMB_MAX / RING_PAGE)
		return;
	if (kind == CALL_ANSWER) {
		if (link->state == LINK_CALLED)
			came_up(link, event->info);
		else if (link->state >= LINK_GREETED && !same)
			link_reset(link, "it has begun anew");
		return;
	}
	if (kind != CALL_HELLO)
		return;
	if (!same) {
		if (link->state >= LINK_GREETED)
			link_reset(link, "it has begun anew");
		link->peer = event->tok;
	}
	if (call(link, CALL_ANSWER)) {
		/* It was only there to call: others may, and what was lent to it is not theirs. */
		if (!same)
			link_reset(link, "it is not there");
		return;
	}
	if (!same)
		came_up(link, event->info);
}

/* As many as a queue has. */
#define EVENTS_MAX 15

/*
 * A call that what came after it has overtaken: its DMB or its caller is gone, or he has called with
 * another one.  To answer it all the same would begin a stream that ends at once, which the other
 * side hears of: after a lost interrupt there are many such calls, and the two would never meet.
 */
static bool stale(const struct ism_event *event, const struct ism_event *end)
{
	const struct ism_event *later = event + 1;
	uint64_t tok = event->info & ~CALL_PAGES;

	for (; later < end; later++) {
		if (later->type == ISM_EVENT_DMB && later->code == ISM_DMB_GONE &&
		    later->tok == tok)
			return true;
		if (later->type == ISM_EVENT_GID && later->code == ISM_GID_GONE &&
		    later->tok == event->tok)
			return true;
		if (later->type == ISM_EVENT_SIGNAL && (later->code & ~0xffu) == CALL &&
		    later->tok == event->tok && (later->info & ~CALL_PAGES) != tok)
			return true;
	}
	return false;
}

static void happened(struct link *link, const struct ism_event *event)
{
	bool gone = (event->type == ISM_EVENT_DMB && event->code == ISM_DMB_GONE &&
		     event->tok == link->tok) ||
		    (event->type == ISM_EVENT_GID && event->code == ISM_GID_GONE &&
		     event->tok == link->peer);

	if (!gone)
		return;
	/* It may have stored its last words since receive() in link_news(). */
	if (link->state >= LINK_GREETED)
		receive(link);
	link_reset(link, "it has gone");
}

/* The events that there are; how many. */
static int events_take(struct link *link)
{
	struct ism_event event[EVENTS_MAX];
	int n = 0, i;

	while (n < EVENTS_MAX && ism_event_next(link->ism, &event[n]))
		n++;
	for (i = 0; i < n; i++) {
		if (event[i].type != ISM_EVENT_SIGNAL)
			happened(link, &event[i]);
		else if (!stale(&event[i], event + n))
			called(link, &event[i]);
	}
	return n;
}

void link_news(struct link *link)
{
	link->look_by = 0;
	ism_news_begin(link->ism);
	/* What it sent before it went is there, and is taken first. */
	if (link->dmb.memory)
		ism_dmb_signalled(link->ism, &link->dmb);
	if (link->state >= LINK_GREETED)
		receive(link);
	while (events_take(link))
		;
	if (link->state >= LINK_GREETED)
		receive(link);
}
