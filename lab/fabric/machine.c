// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - requests of one machine's functions to another's.  What a request may do
 * is decided by the machine that it is for; here it is decided whose it is, and that
 * there is always an answer.
 */
#include "fabric.h"

#include <stdlib.h>
#include <string.h>

#include "ism-bytes.h"
#include "ism-core.h"
#include "ism-wire.h"

/*
 * A machine that has not answered for so long is taken for one that does not: it has so
 * long to begin, and a little more to answer.
 */
#define BEGIN_MS  3000
#define ANSWER_MS (BEGIN_MS + 300)

struct machine {
	struct stream stream;
	unsigned int number; /* 0: it has not said hello */
	bool silent;	     /* it owes answers for too long: none are waited for */
};

/* A function, by its number. */
struct joined {
	uint64_t gid; /* 0: none */
	struct machine *machine;
};

/* A request that is not answered yet. */
struct pending {
	struct pending *next;
	uint64_t id;	       /* ours, by which its receiver answers */
	uint64_t asker_id;     /* by which the asker knows it */
	struct machine *asker; /* NULL: gone meanwhile */
	struct machine *asked;
	uint32_t kind;
	int64_t deadline;
};

static struct machine machines[MACHINES_MAX];
static struct joined joined[NUMBERS];
static struct pending *pending;
static unsigned int next_number = 1;
static uint64_t next_id = 1;

static void send_head(struct machine *m, uint32_t kind, uint64_t id, uint64_t from, uint32_t a)
{
	uint8_t head[WIRE_HEADER] = { 0 };

	ism_put(head + WIRE_LEN, 4, WIRE_HEADER);
	ism_put(head + WIRE_KIND, 4, kind);
	ism_put(head + WIRE_ID, 8, id);
	ism_put(head + WIRE_FROM, 8, from);
	ism_put(head + WIRE_A, 4, a);
	stream_write(&m->stream, head, sizeof(head));
}

static void answer(struct machine *m, uint64_t id, uint32_t result)
{
	send_head(m, WIRE_ANSWER, id, 0, result);
}

/* What a request ends in whose receiver does not answer. */
static uint32_t unreachable(uint32_t kind)
{
	return kind == WIRE_MOVE ? ISM_UNREACHABLE : ISM_ERROR;
}

static struct machine *owner_of(uint64_t gid)
{
	unsigned int n;

	for (n = 1; n < NUMBERS; n++)
		if (joined[n].gid == gid)
			return joined[n].machine;
	return NULL;
}

static void gid_tell(uint64_t gid, uint32_t code, const struct machine *whose)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++)
		if (machines[i].number && &machines[i] != whose)
			send_head(&machines[i], WIRE_DOWN, 0, gid, code);
}

/* Numbers are given out in turn: tokens that begin with an old one stay unknown for long. */
static unsigned int function_join(struct machine *m, uint64_t gid)
{
	unsigned int tries, n = 0;

	if (!gid || owner_of(gid))
		return 0;
	for (tries = 1; tries < NUMBERS; tries++) {
		n = next_number;
		next_number = next_number % (NUMBERS - 1) + 1;
		if (!joined[n].gid)
			break;
	}
	if (tries == NUMBERS)
		return 0;
	joined[n] = (struct joined){ gid, m };
	return n;
}

static void function_leave(uint64_t gid)
{
	unsigned int n;

	for (n = 1; n < NUMBERS; n++)
		if (joined[n].gid == gid)
			joined[n] = (struct joined){ 0 };
}

static void hello(struct machine *m, const uint8_t *head)
{
	unsigned int number, i;

	if (m->number || ism_get(head + WIRE_C, 8) != WIRE_MAGIC) {
		m->stream.broken = true;
		return;
	}
	/* The first that is free: one that comes back is who it was. */
	for (number = 1;; number++) {
		for (i = 0; i < MACHINES_MAX && machines[i].number != number; i++)
			;
		if (i == MACHINES_MAX)
			break;
	}
	m->number = number;
	answer(m, ism_get(head + WIRE_ID, 8), number);
}

static void forward(struct machine *m, uint8_t *message, size_t len)
{
	uint32_t kind = (uint32_t)ism_get(message + WIRE_KIND, 4);
	uint64_t id = ism_get(message + WIRE_ID, 8), to = ism_get(message + WIRE_TO, 8);
	uint64_t number = to >> (ISM_TOKEN_SHIFT + ISM_SLOT_BITS);
	struct machine *asked;
	struct pending *p;

	if (kind == WIRE_MOVE)
		asked = number < NUMBERS ? joined[number].machine : NULL;
	else
		asked = owner_of(to);
	if (kind == WIRE_EVENT) {
		if (asked)
			stream_write(&asked->stream, message, len);
		return;
	}
	if (!asked) {
		answer(m, id, kind == WIRE_MOVE ? ISM_NO_DMB : ISM_ERROR);
		return;
	}
	if (asked->silent) {
		answer(m, id, unreachable(kind));
		return;
	}
	p = malloc(sizeof(*p));
	if (!p)
		abort();
	*p = (struct pending){ pending, next_id++, id, m, asked, kind, now_ms() + ANSWER_MS };
	pending = p;
	ism_put(message + WIRE_ID, 8, p->id);
	ism_put(message + WIRE_UNTIL, 8, (uint64_t)now_ms() + BEGIN_MS);
	stream_write(&asked->stream, message, len);
}

static void pending_end(struct pending **at, uint32_t result)
{
	struct pending *p = *at;

	*at = p->next;
	if (p->asker)
		answer(p->asker, p->asker_id, result);
	free(p);
}

static void answered(struct machine *m, const uint8_t *head)
{
	uint64_t id = ism_get(head + WIRE_ID, 8);
	struct pending **at;

	m->silent = false;
	for (at = &pending; *at; at = &(*at)->next) {
		if ((*at)->id == id && (*at)->asked == m) {
			pending_end(at, (uint32_t)ism_get(head + WIRE_A, 4));
			return;
		}
	}
}

/* One message, whole. */
static void message_take(struct machine *m, uint8_t *message, size_t len)
{
	uint32_t kind = (uint32_t)ism_get(message + WIRE_KIND, 4);
	uint64_t id = ism_get(message + WIRE_ID, 8), from = ism_get(message + WIRE_FROM, 8);

	if (kind == WIRE_HELLO) {
		hello(m, message);
		return;
	}
	/* Nobody speaks for functions of others. */
	if (!m->number || (kind != WIRE_JOIN && kind != WIRE_ANSWER && owner_of(from) != m)) {
		m->stream.broken = true;
		return;
	}
	switch (kind) {
	case WIRE_JOIN:
		answer(m, id, function_join(m, from));
		break;
	case WIRE_LEAVE:
		function_leave(from);
		break;
	case WIRE_DOWN:
		gid_tell(from, (uint32_t)ism_get(message + WIRE_A, 4), m);
		break;
	case WIRE_ANSWER:
		answered(m, message);
		break;
	case WIRE_QUERY:
	case WIRE_SIGNAL:
	case WIRE_MOVE:
	case WIRE_EVENT:
		forward(m, message, len);
		break;
	default:
		m->stream.broken = true;
	}
}

static void machine_take(struct machine *m)
{
	struct stream *s = &m->stream;
	size_t at = 0, len;

	while (!s->broken && s->in_len - at >= WIRE_HEADER) {
		len = ism_get(s->in + at + WIRE_LEN, 4);
		if (len < WIRE_HEADER || len > WIRE_MAX) {
			s->broken = true;
			break;
		}
		if (s->in_len - at < len)
			break;
		message_take(m, s->in + at, len);
		at += len;
	}
	if (at)
		stream_drop(s, at);
}

/* All its functions are gone with it, and nobody waits for it any more. */
static void machine_end(struct machine *m)
{
	struct pending **at = &pending;
	unsigned int n;

	stream_close(&m->stream);
	m->number = 0;
	m->silent = false;
	while (*at) {
		if ((*at)->asker == m)
			(*at)->asker = NULL;
		if ((*at)->asked == m)
			pending_end(at, unreachable((*at)->kind));
		else
			at = &(*at)->next;
	}
	for (n = 1; n < NUMBERS; n++) {
		if (joined[n].machine == m) {
			gid_tell(joined[n].gid, ISM_GID_GONE, m);
			joined[n] = (struct joined){ 0 };
		}
	}
}

void machines_init(void)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++)
		machines[i].stream.fd = -1;
}

bool machine_add(int fd)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++) {
		if (machines[i].stream.fd < 0) {
			stream_open(&machines[i].stream, fd);
			return true;
		}
	}
	return false;
}

unsigned int machines_count(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < MACHINES_MAX; i++)
		count += machines[i].number > 0;
	return count;
}

unsigned int machines_poll(struct pollfd *pfds)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++)
		stream_poll(&machines[i].stream, &pfds[i]);
	return MACHINES_MAX;
}

static void pending_expire(void)
{
	int64_t now = pending ? now_ms() : 0;
	struct pending **at = &pending;

	while (*at) {
		if ((*at)->deadline > now) {
			at = &(*at)->next;
			continue;
		}
		(*at)->asked->silent = true;
		pending_end(at, unreachable((*at)->kind));
	}
}

void machines_move(const struct pollfd *pfds)
{
	unsigned int i;

	for (i = 0; i < MACHINES_MAX; i++) {
		if (pfds[i].fd < 0)
			continue;
		stream_move(&machines[i].stream, &pfds[i]);
		machine_take(&machines[i]);
	}
	pending_expire();
	/* Only now, as each may have written to any other. */
	for (i = 0; i < MACHINES_MAX; i++)
		if (machines[i].stream.broken)
			machine_end(&machines[i]);
}

int machines_timeout(void)
{
	const struct pending *p;
	int64_t now, first = INT64_MAX;

	if (!pending)
		return -1;
	now = now_ms();
	for (p = pending; p; p = p->next)
		if (p->deadline < first)
			first = p->deadline;
	return first > now ? (int)(first - now) : 0;
}
