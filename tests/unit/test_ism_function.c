// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's ISM function: commands, and stores of one function into a DMB of
 * another one.  Its protocol is plain C, so no machine is needed.
 */
#include "ism-core.h"

#include <stdlib.h>

#include "ism-bytes.h"
#include "unit.h"

/* Each function has this much memory, from this address on. */
#define MEMORY_AT  0x10000
#define MEMORY_LEN 0x100000
#define SBA	   MEMORY_AT
#define IEQ	   (MEMORY_AT + 0x1000)
#define DMB	   (MEMORY_AT + 0x4000)

#define GID_A 0x1014040000000001
#define GID_B 0x1014040000000002

struct function {
	IsmCore core;
	uint8_t area[ISM_PAGE];
	uint8_t memory[MEMORY_LEN];
	uint64_t hole; /* a page that is not mapped, if not 0 */
	unsigned int interrupts;
};

static bool mapped(void *opaque, uint64_t iova, uint64_t len)
{
	struct function *fn = opaque;

	if (iova < MEMORY_AT || len > MEMORY_LEN || iova - MEMORY_AT > MEMORY_LEN - len)
		return false;
	return !fn->hole || iova + len <= fn->hole || iova >= fn->hole + ISM_PAGE;
}

static bool write_memory(void *opaque, uint64_t iova, const void *data, size_t len)
{
	struct function *fn = opaque;

	if (!mapped(fn, iova, len))
		return false;
	memcpy(fn->memory + (iova - MEMORY_AT), data, len);
	return true;
}

static bool set_bits(void *opaque, uint64_t iova, uint8_t bits, uint8_t *was)
{
	struct function *fn = opaque;

	if (!mapped(fn, iova, 1))
		return false;
	*was = fn->memory[iova - MEMORY_AT];
	fn->memory[iova - MEMORY_AT] |= bits;
	return true;
}

static void interrupt(void *opaque)
{
	((struct function *)opaque)->interrupts++;
}

static uint64_t now(void *opaque)
{
	return 0x1234;
}

static const IsmHost host = { mapped, write_memory, set_bits, interrupt, now };

static IsmFabric fabric;
static struct function a, b;

static void function_up(struct function *fn, uint64_t gid)
{
	memset(fn, 0, sizeof(*fn));
	ok(ism_core_join(&fn->core, &fabric, gid, 0, &host, fn), "a function joins");
	ism_core_enable(&fn->core);
}

static void both_up(void)
{
	memset(&fabric, 0, sizeof(fabric));
	function_up(&a, GID_A);
	function_up(&b, GID_B);
}

static void both_down(void)
{
	ism_core_leave(&a.core);
	ism_core_leave(&b.core);
}

/* The payload's fields are given as they follow one another. */
struct field {
	unsigned int size;
	uint64_t value;
};

static unsigned int command_of(struct function *fn, uint32_t code, unsigned int len,
			       const struct field *field, unsigned int count)
{
	unsigned int at = 8;

	memset(fn->area, 0x5a, 64);
	ism_put(fn->area, 4, code);
	ism_put(fn->area + 4, 2, 0);
	ism_put(fn->area + 6, 2, len);
	while (count--) {
		ism_put(fn->area + at, field->size, field->value);
		at += field->size;
		field++;
	}
	ism_core_command(&fn->core, fn->area);
	return (unsigned int)ism_get(fn->area + 4, 2);
}

#define command(fn, code, len, ...)                                      \
	command_of(fn, code, len, (const struct field[]){ __VA_ARGS__ }, \
		   sizeof((const struct field[]){ __VA_ARGS__ }) / sizeof(struct field))
#define simple(fn, code) command_of(fn, code, 8, NULL, 0)

static unsigned int sba(struct function *fn, uint64_t at)
{
	return command(fn, 0x1, 16, { 8, at });
}

static unsigned int ieq(struct function *fn, uint64_t at, uint64_t len)
{
	return command(fn, 0x2, 24, { 8, at }, { 8, len });
}

static unsigned int dmb(struct function *fn, uint64_t at, uint32_t len, uint32_t idx,
			uint64_t writer)
{
	return command(fn, 0xa, 40, { 8, at }, { 4, len }, { 4, idx }, { 4, 0 }, { 4, 0 },
		       { 8, writer });
}

/* The token in the response to dmb(). */
static uint64_t token(const struct function *fn)
{
	return ism_get(fn->area + 8, 8);
}

static unsigned int signal_ieq(struct function *fn, uint64_t to, uint32_t irq, uint32_t code,
			       uint64_t info)
{
	return command(fn, 0xe, 32, { 8, to }, { 4, irq }, { 4, code }, { 8, info });
}

static uint64_t at(const struct function *fn, uint64_t iova, unsigned int size)
{
	return ism_get(fn->memory + (iova - MEMORY_AT), size);
}

static void commands(void)
{
	unsigned int i;

	both_up();
	is_int(simple(&a, 0x3), ISM_OK, "read GID");
	is_int(ism_get(a.area + 8, 8), GID_A, "which it is");
	is_int(ism_get(a.area + 6, 2), 16, "a response of 16 bytes");
	is_int(ism_get(a.area, 4), 0x3, "to this command");
	is_int(command_of(&a, 0x3, 16, NULL, 0), ISM_ERROR, "a length that is not the command's");
	is_int(simple(&a, 0x1), ISM_ERROR, "no payload where there has to be one");
	is_int(simple(&a, 0x0), ISM_ERROR, "command 0");
	is_int(simple(&a, 0xc), ISM_ERROR, "a code between others");
	is_int(simple(&a, 0x13), ISM_ERROR, "a code behind the last");
	is_int(simple(&a, 0x80000001), ISM_ERROR, "a large code");
	is_int(ism_get(a.area + 6, 2), 8, "a refusal has no payload");

	is_int(simple(&a, 0x11), ISM_ERROR, "no SBA to unregister");
	is_int(sba(&a, 0), ISM_ERROR, "an SBA at 0");
	is_int(sba(&a, SBA + 8), ISM_ERROR, "an SBA that is no page");
	is_int(sba(&a, MEMORY_AT - ISM_PAGE), ISM_ERROR, "an SBA that is not mapped");
	is_int(sba(&a, SBA), ISM_OK, "an SBA");
	is_int(sba(&a, SBA + ISM_PAGE), ISM_ERROR, "a second one");
	is_int(ieq(&a, IEQ, 511), ISM_ERROR, "a queue that is too short");
	is_int(ieq(&a, IEQ, 4097), ISM_ERROR, "a queue that is too long");
	is_int(ieq(&a, IEQ, 512), ISM_OK, "a queue");
	is_int(simple(&a, 0x8), ISM_OK, "query info");
	is_int(ism_get(a.area + 6, 2), 200, "its length");
	is_int(ism_get(a.area + 24, 8), GID_A, "its GID");
	is_int(ism_get(a.area + 32, 8), SBA, "the SBA stays the first");
	is_int(ism_get(a.area + 40, 8), IEQ, "the queue");
	is_int(ism_get(a.area + 48, 4), 512, "its length");
	is_int(simple(&a, 0x12), ISM_OK, "unregister the queue");
	is_int(simple(&a, 0x12), ISM_ERROR, "again");
	is_int(simple(&a, 0x11), ISM_OK, "unregister the SBA");

	is_int(command(&a, 0x4, 16, { 8, 0 }), ISM_ERROR, "VLAN 0");
	is_int(command(&a, 0x4, 16, { 8, 0x10000 }), ISM_ERROR, "a VLAN id that is too large");
	for (i = 1; i <= ISM_VLAN_IDS; i++)
		if (command(&a, 0x4, 16, { 8, i }))
			break;
	is_int(i, ISM_VLAN_IDS + 1, "64 VLAN ids");
	is_int(command(&a, 0x4, 16, { 8, 1 }), ISM_OK, "one that is there");
	is_int(command(&a, 0x4, 16, { 8, 999 }), ISM_ERROR, "one too many");
	is_int(command(&a, 0x5, 16, { 8, 999 }), ISM_ERROR, "delete one that is not there");
	is_int(command(&a, 0x5, 16, { 8, 64 }), ISM_OK, "delete the last");
	simple(&a, 0x8);
	is_int(ism_get(a.area + 68, 4), ISM_VLAN_IDS - 1, "how many are left");
	is_int(ism_get(a.area + 72 + 2 * 62, 2), 63, "the last of them");
	both_down();
}

static unsigned int query(struct function *fn, uint64_t gid, uint32_t valid, uint32_t vlan)
{
	return command(fn, 0x9, 24, { 8, gid }, { 4, valid }, { 4, vlan });
}

static void peers(void)
{
	both_up();
	is_int(query(&a, GID_B, 0, 0), ISM_OK, "the other one is there");
	is_int(query(&a, GID_A, 0, 0), ISM_ERROR, "no function is a peer of its own");
	is_int(query(&a, 7, 0, 0), ISM_ERROR, "nobody has this GID");
	is_int(query(&a, GID_B, 1, 5), ISM_ERROR, "neither is in this VLAN");
	command(&a, 0x4, 16, { 8, 5 });
	is_int(query(&a, GID_B, 1, 5), ISM_ERROR, "the other one is not");
	command(&b, 0x4, 16, { 8, 5 });
	is_int(query(&a, GID_B, 1, 5), ISM_OK, "both are");
	simple(&b, 0x6);
	is_int(query(&a, GID_B, 0, 0), ISM_ERROR, "the other one wants a VLAN");
	simple(&b, 0x7);
	is_int(query(&a, GID_B, 0, 0), ISM_OK, "not any more");
	ism_core_disable(&b.core);
	is_int(query(&a, GID_B, 0, 0), ISM_ERROR, "the other one is disabled");
	ism_core_enable(&b.core);
	is_int(query(&a, GID_B, 1, 5), ISM_ERROR, "its VLANs ended with that");
	both_down();
}

static void dmbs(void)
{
	uint64_t first, last = 0;
	unsigned int i;

	both_up();
	is_int(dmb(&a, DMB, 0, 32, GID_B), ISM_ERROR, "no length");
	is_int(dmb(&a, DMB, 100, 32, GID_B), ISM_ERROR, "no pages");
	is_int(dmb(&a, DMB + 8, 4096, 32, GID_B), ISM_ERROR, "not at a page");
	is_int(dmb(&a, MEMORY_AT, 0x801000, 32, GID_B), ISM_ERROR, "longer than 8 MiB");
	is_int(dmb(&a, MEMORY_AT, MEMORY_LEN + 4096, 32, GID_B), ISM_ERROR, "more than is mapped");
	is_int(dmb(&a, 0xfffffffffffff000, 8192, 32, GID_B), ISM_ERROR, "round the end");
	is_int(dmb(&a, DMB, 4096, 31, GID_B), ISM_ERROR, "an index in the first word");
	is_int(dmb(&a, DMB, 4096, 1920, GID_B), ISM_ERROR, "an index behind the last");
	is_int(dmb(&a, DMB, 4096, 32, GID_A), ISM_ERROR, "for itself");
	is_int(dmb(&a, DMB, 4096, 32, 99), ISM_ERROR, "for nobody");
	is_int(dmb(&a, DMB, 4096, 32, GID_B), ISM_OK, "a DMB");
	first = token(&a);
	ok(first && !(first & 0xfffffff) && first < 1ull << 48, "its token 0x%" PRIx64, first);
	is_int(dmb(&a, DMB, 4096, 32, GID_B), ISM_ERROR, "an index that is taken");
	simple(&b, 0x8);
	is_int(ism_get(b.area + 60, 4), 1, "the other one may use it");
	for (i = 33; i < ISM_DMBS; i++)
		if (dmb(&a, DMB, 4096, i, GID_B))
			break;
	is_int(i, ISM_DMBS, "as many as there are indexes");
	simple(&a, 0x8);
	is_int(ism_get(a.area + 56, 4), ISM_DMBS - 32, "it says how many it has");
	is_int(command(&b, 0xb, 16, { 8, first }), ISM_ERROR,
	       "another one's cannot be unregistered");
	is_int(command(&a, 0xb, 16, { 8, first | 1 }), ISM_ERROR, "nor what is nearly a token");
	is_int(command(&a, 0xb, 16, { 8, first }), ISM_OK, "one's own can");
	is_int(command(&a, 0xb, 16, { 8, first }), ISM_ERROR, "once");
	for (i = 0; i < 1000; i++) {
		if (dmb(&a, DMB, 4096, 32, GID_B) || token(&a) == last)
			break;
		last = token(&a);
		command(&a, 0xb, 16, { 8, last });
	}
	is_int(i, 1000, "the next token is another one");
	both_down();
}

static IsmMoved put(struct function *fn, uint64_t place, const char *text)
{
	return ism_core_move(&fn->core, place, (const uint8_t *)text, strlen(text));
}

static void moves(void)
{
	uint64_t tok;

	both_up();
	sba(&a, SBA);
	dmb(&a, DMB, 8192, 40, GID_B);
	tok = token(&a);
	is_int(put(&b, tok, "hello"), ISM_MOVED, "a store");
	ok(!memcmp(a.memory + (DMB - MEMORY_AT), "hello", 5), "is where it should be");
	is_int(a.interrupts, 0, "without an interrupt");
	is_int(put(&b, tok | 8190, "xx"), ISM_MOVED, "up to the end");
	is_int(put(&b, tok | 8190, "xxx"), ISM_BEYOND, "beyond the end");
	is_int(put(&b, tok | 8192, "x"), ISM_BEYOND, "at the end");
	is_int(put(&a, tok, "own"), ISM_NO_DMB, "its owner is not its writer");
	is_int(put(&b, tok ^ 1ull << 28, "x"), ISM_NO_DMB, "no such slot");
	is_int(put(&b, tok ^ 1ull << 47, "x"), ISM_NO_DMB, "no such owner");
	is_int(put(&b, 0, "x"), ISM_NO_DMB, "no token");
	is_int(put(&b, UINT64_MAX, "x"), ISM_NO_DMB, "outside the window");
	ok(!memcmp(a.memory + (DMB - MEMORY_AT), "hello\0\0", 7) && !at(&a, DMB + 8192, 4),
	   "nothing else was stored");

	is_int(put(&b, tok | 1ull << 24 | 1 << 23, "HI"), ISM_MOVED, "with a signal");
	is_int(at(&a, SBA, 4), 0x80000000, "the summary bit");
	is_int(at(&a, SBA + 4 + 40 / 8, 1), 0x80, "the DMB's bit");
	is_int(at(&a, SBA + 256 + 80, 2), 0x0800, "the element's bit");
	is_int(a.interrupts, 1, "an interrupt");
	put(&b, tok | 1ull << 24 | 1 << 23, "HI");
	is_int(a.interrupts, 1, "one until the summary bit is cleared");
	a.memory[0] = 0;
	put(&b, tok | 6ull << 24 | 1 << 23, "HI");
	is_int(at(&a, SBA + 256 + 80, 2), 0x0840, "another element's bit");
	is_int(a.interrupts, 2, "and the next interrupt");
	put(&b, tok | 13ull << 24 | 1 << 23, "HI");
	is_int(at(&a, SBA + 256 + 80, 2), 0x8840, "the bits go round");

	a.hole = DMB + 4096;
	is_int(put(&b, tok | 4094, "1234"), ISM_UNMAPPED, "half of it is not mapped");
	is_int(at(&a, DMB + 4094, 4), 0, "nothing was stored");
	a.hole = SBA;
	is_int(put(&b, tok | 1 << 23, "HI"), ISM_MOVED, "the SBA is not mapped: the data moves");
	is_int(a.interrupts, 2, "nobody is told");
	a.hole = 0;
	command(&a, 0xb, 16, { 8, tok });
	is_int(put(&b, tok, "late"), ISM_NO_DMB, "a token of before");
	both_down();
}

static void events(void)
{
	unsigned int i;

	both_up();
	is_int(signal_ieq(&a, GID_B, 1, 7, 8), ISM_ERROR, "the other one has no queue");
	ieq(&b, IEQ, 512);
	sba(&b, SBA);
	is_int(signal_ieq(&a, GID_A, 1, 7, 8), ISM_ERROR, "no signal to oneself");
	is_int(signal_ieq(&a, GID_B, 1, 7, 8), ISM_OK, "a signal");
	is_int(at(&b, IEQ, 8), 1, "one entry");
	is_int(at(&b, IEQ + 32, 8), 0x0000000200000007, "its type and code");
	is_int(at(&b, IEQ + 40, 8), GID_A, "whose it is");
	is_int(at(&b, IEQ + 48, 8), 0x1234, "when it was");
	is_int(at(&b, IEQ + 56, 8), 8, "what it says");
	is_int(at(&b, SBA, 1), 0xc0, "summary and event bit");
	is_int(b.interrupts, 1, "an interrupt");
	b.memory[0] = 0;
	is_int(signal_ieq(&a, GID_B, 0, 7, 9), ISM_OK, "a signal without an interrupt");
	is_int(at(&b, SBA, 1), 0x40, "event bit alone");
	is_int(b.interrupts, 1, "no interrupt");
	for (i = 0; i < 20; i++)
		if (signal_ieq(&a, GID_B, 1, i, i))
			break;
	is_int(i, 13, "a queue at which nobody looks is full some time");
	is_int(at(&b, IEQ, 8), 15, "and ends there");
	b.memory[0] = 0;
	is_int(signal_ieq(&a, GID_B, 1, 99, 0), ISM_OK, "somebody has looked");
	is_int(at(&b, IEQ, 8), 1, "it begins again");
	is_int(at(&b, IEQ + 36, 4), 99, "in the first entry");
	both_down();
}

static void ieq_again(struct function *fn)
{
	simple(fn, 0x12);
	ieq(fn, IEQ, 512);
}

static void ends(void)
{
	uint64_t old;

	both_up();
	ieq(&a, IEQ, 512);
	sba(&a, SBA);
	dmb(&b, DMB, 4096, 40, GID_A);
	old = token(&b);
	command(&b, 0xb, 16, { 8, old });
	is_int(at(&a, IEQ + 32, 8), 0x0000000000000004, "the writer hears that a DMB is gone");
	is_int(at(&a, IEQ + 40, 8), old, "which one");

	dmb(&b, DMB, 4096, 40, GID_A);
	ism_core_fail(&b.core);
	is_int(at(&a, IEQ + 64, 8), 0x0000000100000001, "a peer is in error state");
	is_int(at(&a, IEQ + 72, 8), GID_B, "which one");
	is_int(put(&a, token(&b), "go on"), ISM_MOVED, "which ends nothing here");
	ieq_again(&a);

	dmb(&a, DMB, 4096, 40, GID_B);
	old = token(&a);
	ism_core_disable(&b.core);
	is_int(at(&a, IEQ + 32, 8), 0x0000000100000007, "a peer hears of the end");
	is_int(at(&a, IEQ + 40, 8), GID_B, "of which one");
	ism_core_enable(&b.core);
	is_int(put(&b, old, "again"), ISM_NO_DMB, "who comes back has no right to what was");
	is_int(at(&a, IEQ, 8), 1, "there was one event");
	ism_core_disable(&b.core);
	is_int(at(&a, IEQ, 8), 1, "who has nothing to do with it hears nothing");
	is_int(command(&a, 0xb, 16, { 8, old }), ISM_OK, "its owner can unregister it");

	ism_core_enable(&b.core);
	dmb(&b, DMB, 4096, 40, GID_A);
	old = token(&b);
	ism_core_disable(&b.core);
	ism_core_enable(&b.core);
	is_int(put(&a, old, "late"), ISM_NO_DMB, "a reset ends DMBs");
	is_int(dmb(&b, DMB, 4096, 40, GID_A), ISM_OK, "the index is free again");
	ok(token(&b) != old, "the token is another one");
	ism_core_disable(&b.core);
	is_int(simple(&b, 0x3), ISM_ERROR, "no commands while it is disabled");
	both_down();
}

static void numbers(void)
{
	struct function *fn = calloc(ISM_NUMBERS, sizeof(*fn));
	unsigned int i;

	memset(&fabric, 0, sizeof(fabric));
	for (i = 0; i < ISM_NUMBERS; i++)
		if (!ism_core_join(&fn[i].core, &fabric, i + 1, 0, &host, &fn[i]))
			break;
	is_int(i, ISM_NUMBERS - 1, "as many functions as there are numbers");
	ok(!ism_core_join(&a.core, &fabric, 0, 0, &host, &a), "no GID");
	ism_core_leave(&fn[7].core);
	ok(!ism_core_join(&a.core, &fabric, 1, 0, &host, &a), "a GID that is taken");
	ok(!ism_core_join(&a.core, &fabric, GID_A, 9, &host, &a), "a number that is taken");
	ok(ism_core_join(&a.core, &fabric, GID_A, 0, &host, &a), "the number that became free");
	is_int(a.core.number, 8, "which it is");
	ism_core_leave(&a.core);
	for (i = 0; i < ISM_NUMBERS - 1; i++)
		if (i != 7)
			ism_core_leave(&fn[i].core);
	free(fn);
}

int main(void)
{
	commands();
	peers();
	dmbs();
	moves();
	events();
	ends();
	numbers();
	return unit_end();
}
