// SPDX-License-Identifier: GPL-2.0-only
/*
 * peer.c - the loop: what the function tells, what comes from descriptors, and signals.
 * It sleeps in poll() until one of them has something.
 */
#include "ismpeer/peer.h"

#include "ismpeer/end.h"
#include "ismpeer/ring.h"
#include "ismpeer/say.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The function, signals, the listener and the service's own come before the ends. */
enum { FD_IRQ, FD_SIGNALS, FD_LISTENER, FD_SERVICE, FD_ENDS };

/* How long connections wait when none can be taken, for lack of descriptors for example. */
#define DEAF_MS 1000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void peer_over(struct peer *peer, int status)
{
	if (!peer->over)
		peer->status = status;
	peer->over = true;
}

static void put(void *user, const struct frame *frame)
{
	struct peer *peer = user;

	link_put(&peer->link, frame);
}

static int opened(void *user, int i, const char *name)
{
	struct peer *peer = user;
	int ret;

	/* Nobody would serve it. */
	if (peer->over)
		return -ESHUTDOWN;
	if (strcmp(name, peer->service->name) || !peer->service->opened)
		return -EPROTONOSUPPORT;
	ret = peer->service->opened(peer, i);
	if (ret)
		end_free(&peer->end[i]);
	return ret;
}

static void accepted(void *user, int i)
{
	(void)user;
	(void)i;
}

static void data(void *user, int i, const uint8_t *bytes, uint32_t len)
{
	struct peer *peer = user;

	/* Nobody reads it any more: it counts as read. */
	if (peer->end[i].out < 0)
		mux_taken(&peer->mux, i, len);
	else
		end_put(&peer->end[i], bytes, len);
}

/* When the last byte is written, whoever reads shall know. */
static void finish_out(struct end *end)
{
	if (!end->out_over || end->len || end->out < 0)
		return;
	end->out_over = false;
	if (end->program) {
		/*
		 * A terminal has no other end of input than this key, which after the beginning of a
		 * line only sends that on.
		 */
		end_put(end, (const uint8_t *)"\004\004", end_in_line(end) ? 2 : 1);
		end_write(end);
	} else if (end->out == end->in) {
		shutdown(end->out, SHUT_WR);
	} else {
		end_close_out(end);
	}
}

static void eof(void *user, int i)
{
	struct peer *peer = user;

	peer->end[i].out_over = true;
	finish_out(&peer->end[i]);
}

static void size(void *user, int i, uint16_t rows, uint16_t columns)
{
	struct peer *peer = user;

	if (peer->service->size)
		peer->service->size(peer, i, rows, columns);
}

static void closed(void *user, int i, uint32_t status, const char *reason)
{
	struct peer *peer = user;
	struct end *end = &peer->end[i];

	/* What came before is still to be written: serve_ends(). */
	end->closing = true;
	end->status = status;
	snprintf(end->reason, sizeof(end->reason), "%s", reason);
	end->out_over = true;
}

/* The channel is over on both sides. */
static void finish(struct peer *peer, int i, uint32_t status, const char *reason)
{
	end_free(&peer->end[i]);
	mux_close(&peer->mux, i, status, "");
	if (peer->service->closed)
		peer->service->closed(peer, i, status, reason);
}

static const struct mux_ops mux_ops = {
	.put = put,
	.opened = opened,
	.accepted = accepted,
	.data = data,
	.eof = eof,
	.size = size,
	.closed = closed,
};

static void link_up(void *user)
{
	struct peer *peer = user;
	int i;

	peer->other = peer->link.peer;
	say_more("peer 0x%016llx is there", (unsigned long long)peer->other);
	mux_init(&peer->mux, peer->ism.gid > peer->link.peer, &mux_ops, peer);
	/* What a peer of before has sent and closed may not be written yet. */
	for (i = 0; i < MUX_CHANNELS; i++) {
		if (peer->end[i].used)
			mux_hold(&peer->mux, i);
	}
	if (peer->service->up)
		peer->service->up(peer);
}

static void link_down(void *user)
{
	struct peer *peer = user;
	/* When it is our function that does nothing more, loop() says so. */
	uint32_t status = peer->link.broken ? 1 : EXIT_GONE;
	const char *reason = peer->link.broken ? "" : "it is gone";
	int i;

	for (i = 0; i < MUX_CHANNELS; i++) {
		enum mux_state state = peer->mux.channel[i].state;

		/* One that it had closed before is not broken off. */
		if (state == MUX_ASKED || state == MUX_OPEN) {
			mux_release(&peer->mux, i);
			finish(peer, i, status, reason);
		}
	}
}

static int link_frame(void *user, const struct frame *frame)
{
	struct peer *peer = user;

	return mux_frame(&peer->mux, frame);
}

static const struct link_ops link_ops = {
	.up = link_up,
	.down = link_down,
	.frame = link_frame,
};

int peer_open(struct peer *peer, int in, int out)
{
	int i = mux_open(&peer->mux, peer->service->name);

	if (i >= 0 && end_init(&peer->end[i], in, out)) {
		mux_close(&peer->mux, i, 1, "out of memory");
		i = -ENOMEM;
	}
	return i;
}

void peer_close(struct peer *peer, int i, uint32_t status, const char *reason)
{
	end_free(&peer->end[i]);
	mux_close(&peer->mux, i, status, reason);
}

/*
 * A descriptor of this side is of no use: neither side is to believe that all was sent, or
 * has arrived.
 */
static void broken_off(struct peer *peer, int i, const char *what, int err)
{
	/* That a client's socket is closed is no news: it has closed it. */
	if (peer->end[i].in != peer->end[i].out)
		say("cannot %s: %s", what, strerror(err));
	mux_close(&peer->mux, i, 1, strerror(err));
	/* If there was no place to say that, the link is down, and so is the channel. */
	if (peer->end[i].used)
		finish(peer, i, 1, "");
}

/* One frame of what can be read, at most; false when there is no more for now. */
static bool read_once(struct peer *peer, int i)
{
	static uint8_t bytes[FRAME_MAX];
	struct mux_channel *ch = &peer->mux.channel[i];
	struct end *end = &peer->end[i];
	uint32_t room = link_room(&peer->link);
	struct frame frame = { .type = FRAME_DATA_BYTES, .channel = ch->id };
	int got;

	if (room > ch->credit)
		room = ch->credit;
	if (ch->state != MUX_OPEN || end->in_over || end->in < 0 || !room)
		return false;
	got = end_read(end, bytes, room);
	/* What a program has left running does not keep its terminal open. */
	if (got == -EAGAIN && end->program && !end->pid)
		got = 0;
	if (got == -EAGAIN)
		return false;
	if (got < 0) {
		broken_off(peer, i, "read stdin", -got);
		return false;
	}
	if (!got) {
		end->in_over = true;
		mux_eof(&peer->mux, i);
		return false;
	}
	frame.data = bytes;
	frame.len = (uint32_t)got;
	mux_sent(&peer->mux, i, frame.len);
	link_send(&peer->link, &frame);
	/* A short one is all that there was. */
	return frame.len == room && peer->link.state == LINK_UP;
}

static void write_once(struct peer *peer, int i)
{
	struct end *end = &peer->end[i];
	int done = end->out >= 0 ? end_write(end) : 0;

	/* What nobody on a terminal reads is lost there; its program still has a status to tell. */
	if (done < 0 && end->program) {
		done = (int)end->len;
		end->len = 0;
	}
	if (done < 0) {
		/* The reader is gone: as with a pipe, whoever writes learns of it. */
		broken_off(peer, i, "write to stdout", -done);
		return;
	}
	if (done)
		mux_taken(&peer->mux, i, (uint32_t)done);
	finish_out(end);
}

/* Nothing is left to be done with it on this side. */
static bool is_done(const struct peer *peer, int i)
{
	const struct end *end = &peer->end[i];

	if (end->program)
		return end->closing || (end->in_over && !end->pid);
	if (end->len)
		return false;
	/* Whoever was asked for it closes it, as only that side has a status to tell. */
	return end->closing || (!peer->mux.channel[i].ours && mux_over(&peer->mux, i));
}

static void serve_ends(struct peer *peer)
{
	int n, k;

	/* Another one is the first each time, as the first takes what room there is. */
	peer->turn = (peer->turn + 1) % MUX_CHANNELS;
	for (k = 0; k < MUX_CHANNELS; k++) {
		int i = (peer->turn + k) % MUX_CHANNELS;

		if (!peer->end[i].used)
			continue;
		write_once(peer, i);
		/* Others have their turn after so many frames. */
		for (n = 0; n < 4 && peer->end[i].used && read_once(peer, i); n++)
			;
		if (peer->end[i].used && is_done(peer, i)) {
			char reason[MUX_REASON + 1];

			memcpy(reason, peer->end[i].reason, sizeof(reason));
			peer->closed_last = !peer->end[i].closing;
			finish(peer, i, peer->end[i].status, reason);
		}
	}
}

static void take_connection(struct peer *peer)
{
	int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC), i;

	if (fd < 0) {
		/* Whoever waits there still does, and poll() would say so without end. */
		if (errno != EAGAIN && errno != EINTR) {
			say("cannot take a connection: %s", strerror(errno));
			peer->deaf_by = now_ms() + DEAF_MS;
		}
		return;
	}
	i = peer->link.state == LINK_UP ? peer_open(peer, fd, fd) : -ENOTCONN;
	if (i < 0) {
		say("a connection is refused: %s",
		    i == -ENOTCONN ? "the peer is not there" : strerror(-i));
		close(fd);
	}
}

static void take_signal(struct peer *peer)
{
	struct signalfd_siginfo info;

	while (read(peer->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ||
		    info.ssi_signo == SIGHUP)
			peer_over(peer, 128 + (int)info.ssi_signo);
		else if (peer->service->signalled)
			peer->service->signalled(peer, (int)info.ssi_signo);
	}
}

/* Connections for which there is no channel wait until one ends, as at any busy server. */
static bool listens(const struct peer *peer, int64_t now)
{
	return now >= peer->deaf_by && (peer->link.state != LINK_UP || mux_has_place(&peer->mux));
}

static int timeout(const struct peer *peer, int64_t now)
{
	int left = link_timeout(&peer->link, now);
	int deaf = peer->deaf_by > now ? (int)(peer->deaf_by - now) : -1;

	return deaf >= 0 && (left < 0 || deaf < left) ? deaf : left;
}

/* Fill in what to wait for; how many descriptors. */
static nfds_t watch(struct peer *peer, struct pollfd *fd, int64_t now)
{
	bool room = link_room(&peer->link) > 0;
	nfds_t n = FD_ENDS;
	int i;

	fd[FD_IRQ] = (struct pollfd){ .fd = peer->ism.irq, .events = POLLIN };
	fd[FD_SIGNALS] = (struct pollfd){ .fd = peer->signals, .events = POLLIN };
	fd[FD_LISTENER] = (struct pollfd){ .fd = -1, .events = POLLIN };
	if (listens(peer, now))
		fd[FD_LISTENER].fd = peer->listener;
	fd[FD_SERVICE] = (struct pollfd){ .fd = -1 };
	if (peer->service->watch)
		peer->service->watch(peer, &fd[FD_SERVICE]);
	for (i = 0; i < MUX_CHANNELS; i++) {
		const struct mux_channel *ch = &peer->mux.channel[i];
		const struct end *end = &peer->end[i];
		short in, out;

		if (!end->used)
			continue;
		in = end_wants_in(end, room && ch->state == MUX_OPEN && ch->credit);
		out = end_wants_out(end);
		if (in)
			fd[n++] = (struct pollfd){ .fd = end->in, .events = in };
		if (out)
			fd[n++] = (struct pollfd){ .fd = end->out, .events = out };
	}
	return n;
}

static void loop(struct peer *peer)
{
	struct pollfd fd[FD_ENDS + 2 * MUX_CHANNELS];

	while (!peer->over) {
		int64_t now = now_ms();
		nfds_t n;

		link_tick(&peer->link, now);
		serve_ends(peer);
		link_flush(&peer->link);
		if (peer->link.broken) {
			vfio_complain(&peer->ism.fn,
				      "it carries out no commands any more: %s; see dmesg",
				      strerror(-peer->link.broken));
			peer_over(peer, 1);
		}
		if (peer->over)
			break;
		n = watch(peer, fd, now);
		if (poll(fd, n, timeout(peer, now)) < 0 && errno != EINTR) {
			say("poll: %s", strerror(errno));
			peer_over(peer, 1);
		}
		if (fd[FD_IRQ].revents)
			link_news(&peer->link);
		if (fd[FD_SIGNALS].revents)
			take_signal(peer);
		if (fd[FD_LISTENER].revents)
			take_connection(peer);
		if (fd[FD_SERVICE].revents)
			peer->service->watched(peer, fd[FD_SERVICE].revents);
	}
}

/* What is queued is stored before the function is closed, if the other side reads. */
static void last_words(struct peer *peer)
{
	int64_t now = now_ms(), until = now + 5000, linger = now + (peer->closed_last ? 2000 : 0);

	link_flush(&peer->link);
	/*
	 * Whoever has closed the last channel waits for the other side to go: it may be about to
	 * tell how far it has read, and a store into a buffer that is gone is an error.
	 */
	while (peer->link.state == LINK_UP &&
	       ((peer->link.queue_len && now_ms() < until) || now_ms() < linger)) {
		struct pollfd fd = { .fd = peer->ism.irq, .events = POLLIN };

		if (poll(&fd, 1, 100) > 0)
			link_news(&peer->link);
		link_flush(&peer->link);
	}
}

static int signals_open(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	/* nohup stays nohup. */
	if (signal(SIGHUP, SIG_DFL) == SIG_IGN)
		signal(SIGHUP, SIG_IGN);
	else
		sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int peer_run(struct peer *peer, const struct service *service, const struct peer_options *options)
{
	int i;

	peer->service = service;
	peer->options = options;
	peer->listener = -1;
	for (i = 0; i < MUX_CHANNELS; i++)
		peer->end[i] = (struct end){ .in = -1, .out = -1 };
	if (ism_open(&peer->ism, options->function, options->interface)) {
		ism_close(&peer->ism);
		return 1;
	}
	say_more("this is GID 0x%016llx", (unsigned long long)peer->ism.gid);
	/* It would be waited for without end. */
	if (options->link.peer == peer->ism.gid) {
		say("--peer is the GID of %s itself, not of the other side", peer->ism.fn.address);
		ism_close(&peer->ism);
		return 1;
	}
	/* What is not to be had now will not be when a peer comes. */
	i = ism_lendable(&peer->ism, options->link.ring + RING_PAGE);
	if (i) {
		link_cannot_lend(&options->link, i);
		ism_close(&peer->ism);
		return 1;
	}
	peer->signals = signals_open();
	if (options->listen)
		peer->listener = socket_listen(options->listen);
	if (peer->signals < 0 || (options->listen && peer->listener < 0) ||
	    link_init(&peer->link, &peer->ism, &options->link, &link_ops, peer)) {
		ism_close(&peer->ism);
		return 1;
	}
	loop(peer);
	/* Whose channels end with us, and not by themselves, must not believe that all went well. */
	for (i = 0; i < MUX_CHANNELS; i++) {
		if (peer->end[i].used)
			peer_close(peer, i, peer->status ? EXIT_GONE : 0,
				   peer->status ? "it was ended" : "");
	}
	last_words(peer);
	if (options->listen)
		unlink(options->listen);
	link_free(&peer->link);
	ism_close(&peer->ism);
	return peer->status;
}
