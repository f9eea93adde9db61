/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake_ism.h - lab/ism/ism.h for two functions of one process, whose DMBs are its memory:
 * for tests of what is built on it.
 */
#ifndef ISMT_UNIT_FAKE_ISM_H
#define ISMT_UNIT_FAKE_ISM_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ism/ism.h"
#include "ismpeer/say.h"

#define FAKES	    2
#define FAKE_DMBS   8
#define FAKE_EVENTS 14

static struct fake {
	struct ism ism;
	struct ism_event event[FAKE_EVENTS];
	unsigned int events;
	bool signalled, gone;
	bool broken; /* it carries out nothing */
} fakes[FAKES];

static struct fake_dmb {
	struct ism_dmb dmb;
	struct fake *owner;
} fake_dmbs[FAKE_DMBS];

static uint64_t fake_tokens;
static char fake_said[512]; /* the last line of say() */
/* Done once, before the next event is taken: what others do while a side looks at its news. */
static void (*fake_meanwhile)(void);

static struct fake *fake_of_gid(uint64_t gid)
{
	unsigned int i;

	for (i = 0; i < FAKES; i++) {
		if (fakes[i].ism.gid == gid && !fakes[i].gone)
			return &fakes[i];
	}
	return NULL;
}

static bool fake_event(struct fake *to, uint32_t type, uint32_t code, uint64_t tok, uint64_t info)
{
	if (!to || to->events == FAKE_EVENTS)
		return false;
	to->event[to->events++] = (struct ism_event){ type, code, tok, 0, info };
	return true;
}

int ism_dmb_register(struct ism *ism, uint32_t len, uint64_t gid, struct ism_dmb *dmb)
{
	unsigned int i;

	if (!fake_of_gid(gid))
		return -ENOENT;
	for (i = 0; i < FAKE_DMBS; i++) {
		if (!fake_dmbs[i].owner)
			break;
	}
	if (i == FAKE_DMBS)
		return -ENOSPC;
	*dmb = (struct ism_dmb){
		.memory = calloc(1, len),
		.len = len,
		.gid = gid,
		.tok = ++fake_tokens << 28,
	};
	fake_dmbs[i] = (struct fake_dmb){ *dmb, (struct fake *)ism };
	return 0;
}

int ism_dmb_unregister(struct ism *ism, struct ism_dmb *dmb)
{
	unsigned int i;

	(void)ism;
	for (i = 0; dmb->memory && i < FAKE_DMBS; i++) {
		if (fake_dmbs[i].owner && fake_dmbs[i].dmb.tok == dmb->tok) {
			fake_event(fake_of_gid(dmb->gid), ISM_EVENT_DMB, ISM_DMB_GONE, dmb->tok, 0);
			fake_dmbs[i].owner = NULL;
			free(dmb->memory);
		}
	}
	*dmb = (struct ism_dmb){ 0 };
	return 0;
}

int ism_move(struct ism *ism, uint64_t tok, uint32_t offset, const void *data, uint32_t len,
	     bool signal)
{
	unsigned int i;

	ism->blocks++;
	if (((struct fake *)ism)->broken)
		return -EIO;
	for (i = 0; i < FAKE_DMBS; i++) {
		struct fake_dmb *to = &fake_dmbs[i];

		if (!to->owner || to->dmb.tok != tok || to->dmb.gid != ism->gid)
			continue;
		if (!len || offset % 4096 + len > 4096 || len > to->dmb.len ||
		    offset > to->dmb.len - len)
			return -EINVAL;
		memcpy(to->dmb.memory + offset, data, len);
		to->owner->signalled |= signal;
		return 0;
	}
	return -EIO;
}

int ism_query(struct ism *ism, struct ism_info *info)
{
	(void)info;
	return ((struct fake *)ism)->broken ? -EIO : 0;
}

int ism_signal(struct ism *ism, uint64_t gid, uint32_t code, uint64_t info)
{
	if (((struct fake *)ism)->broken)
		return -EIO;
	return fake_event(fake_of_gid(gid), ISM_EVENT_SIGNAL, code, ism->gid, info) ? 0 : -ENOENT;
}

void ism_news_begin(struct ism *ism)
{
	(void)ism;
}

bool ism_dmb_signalled(struct ism *ism, const struct ism_dmb *dmb)
{
	struct fake *fake = (struct fake *)ism;
	bool was = fake->signalled;

	(void)dmb;
	fake->signalled = false;
	return was;
}

bool ism_event_next(struct ism *ism, struct ism_event *event)
{
	struct fake *fake = (struct fake *)ism;
	void (*meanwhile)(void) = fake_meanwhile;

	fake_meanwhile = NULL;
	if (meanwhile)
		meanwhile();
	if (!fake->events)
		return false;
	*event = fake->event[0];
	memmove(fake->event, fake->event + 1, --fake->events * sizeof(*event));
	return true;
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fake_said, sizeof(fake_said), format, args);
	va_end(args);
}

void say_more(const char *format, ...)
{
	(void)format;
}

#endif /* ISMT_UNIT_FAKE_ISM_H */
