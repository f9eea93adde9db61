// SPDX-License-Identifier: GPL-2.0-only
/*
 * function A B - two ISM functions, driven by VFIO, of which one writes to the other's
 * memory: what of it is the machine's, and not the protocol's, which has a unit test.
 * Prints "ok" or "not ok" for each.
 */
#include <time.h>

#include "ism.h"

static void moves(struct fn *a, struct fn *b, uint64_t tok)
{
	uint8_t *there = a->memory + 4 * PAGE, block[PAGE], back[8];
	unsigned int i;

	for (i = 0; i < PAGE; i++)
		block[i] = (uint8_t)(i * 7 + 1);
	is_int(store(b, 0, tok, block, PAGE), PAGE, "a page in one store");
	ok(!memcmp(there, block, PAGE), "it is in the other's memory");
	is_int(store(b, 0, tok | 5003, block, 13), 13, "13 bytes at an odd place");
	ok(!memcmp(there + 5003, block, 13) && !there[5002] && !there[5016], "and nothing else");
	is_int(irqs(a, 0), 0, "no interrupt was asked for");
	is_int(store(b, 0, tok | 1ull << 24 | 1 << 23, block + 8, 8), 8, "with a signal");
	is_int(irqs(a, 5000), 1, "it interrupts");
	is_int(ism_get(a->memory, 1), 0x80, "the summary bit");
	is_int(ism_get(a->memory + 4 + 40 / 8, 1), 0x80, "the DMB's bit");
	ok(!memcmp(there, block + 8, 8), "the data was there before");
	a->memory[0] = 0;

	is_int(load(b, 0, tok, back, 8), -EIO, "the window is not for reading");
	is_int(store(b, 0, tok | DMB_LEN, block, 8), -EIO, "past the end");
	is_int(store(a, 0, tok, block, 8), -EIO, "the owner is not the writer");
	is_int(store(b, 0, tok + (1ull << 28), block, 8), -EIO, "no such token");
	is_int(store(b, 0, 0, block, 8), -EIO, "none at all");
	ok(!memcmp(there, block + 8, 8), "nothing was stored");
}

static void unmapped(struct fn *a, struct fn *b, uint64_t tok)
{
	uint8_t block[16] = "0123456789abcdef";
	uint8_t *there = a->memory + 4 * PAGE;

	/* Unmapping is by whole mappings: a DMB of its own in a mapping of its own. */
	is_int(unmap(a, IOVA, PAGES * PAGE), 0, "the owner takes its memory away");
	memset(there, 0, DMB_LEN);
	is_int(store(b, 0, tok, block, 16), -EIO, "a store to it");
	is_int(map(a, IOVA, a->memory, 5 * PAGE, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE),
	       0, "the first page is back");
	is_int(store(b, 0, tok | (PAGE - 8), block, 8), 8, "up to its end");
	is_int(store(b, 0, tok | PAGE, block, 8), -EIO, "the next page is not there");
	is_int(map(a, IOVA + 5 * PAGE, a->memory + 5 * PAGE, 11 * PAGE, VFIO_DMA_MAP_FLAG_READ), 0,
	       "it is, but for reading");
	is_int(store(b, 0, tok | PAGE, block, 8), -EIO, "a store to it");
	ok(!ism_get(there + PAGE, 8), "nothing was stored");
	is_int(command(a, 0x3, NULL, 0), 0, "the owner is none the worse");
}

static void events(struct fn *a, struct fn *b, const char *address)
{
	is_int(cmd(b, 0xe, a->gid, 1ull << 32 | 77, 88), 0, "signal IEQ");
	is_int(irqs(a, 5000), 1, "it interrupts");
	is_int(ism_get(a->memory, 1) & 0x40, 0x40, "the event bit");
	is_int(ism_get(a->memory + PAGE, 8), 1, "one event");
	is_int(ism_get(a->memory + PAGE + 32, 8), 2ull << 32 | 77, "type and code");
	is_int(ism_get(a->memory + PAGE + 40, 8), b->gid, "from whom");
	is_int(ism_get(a->memory + PAGE + 56, 8), 88, "what it says");
	a->memory[0] = 0;
	/* Closing resets the function. */
	vfio_close(&b->vfio);
	is_int(irqs(a, 5000), 1, "the other one's end interrupts");
	is_int(ism_get(a->memory + PAGE + 64, 8), 1ull << 32 | 7, "the GID is gone");
	is_int(ism_get(a->memory + PAGE + 72, 8), b->gid, "which one");
	a->memory[0] = 0;
	fn_open(b, address);
}

static void order(const char *address, const char *order)
{
	char line[200];

	snprintf(line, sizeof(line), "lab-inject %s %s >/dev/null", address, order);
	ok(!system(line), "order: %s", order);
}

static int64_t ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void orders(struct fn *a, struct fn *b, uint64_t tok)
{
	const uint64_t signal = tok | 1 << 23;
	uint8_t block[8] = "orders";
	int64_t begin;

	order(a->fn.address, "refuse skip=1 count=2 ret=0x77");
	is_int(command(a, 0x3, NULL, 0), 0, "a command that is skipped");
	is_int(command(a, 0x3, NULL, 0), 0x77, "one that is refused");
	is_int(ism_get(a->area + 6, 2), 8, "without a payload");
	is_int(cmd(a, 0xb, tok), 0x77, "another one");
	is_int(store(b, 0, tok, block, 8), 8, "which was not carried out");
	is_int(command(a, 0x3, NULL, 0), 0, "the next is");

	order(a->fn.address, "interrupt-drop");
	is_int(store(b, 0, signal, block, 8), 8, "a signal");
	is_int(irqs(a, 300), 0, "whose interrupt is lost");
	is_int(ism_get(a->memory, 1), 0x80, "the bit is set");
	a->memory[0] = 0;
	order(a->fn.address, "interrupt-delay ms=300");
	begin = ms();
	is_int(store(b, 0, signal, block, 8), 8, "a signal");
	is_int(irqs(a, 5000), 1, "whose interrupt comes");
	ok(ms() - begin >= 290, "late, after %lld ms", (long long)(ms() - begin));
	a->memory[0] = 0;
	order(b->fn.address, "move-delay skip=1 ms=300");
	is_int(store(b, 0, tok, block, 8), 8, "a store that is skipped");
	begin = ms();
	is_int(store(b, 0, tok, "slow", 4), 4, "one that takes time");
	ok(ms() - begin >= 290, "%lld ms", (long long)(ms() - begin));
	ok(!memcmp(a->memory + 4 * PAGE, "slow", 4), "and is carried out");
}

/* The last of all: Linux resets the function to have it back. */
static void failed(struct fn *a, struct fn *b)
{
	uint64_t entry = PAGE + 32 + ism_get(b->memory + PAGE, 8) % 15 * 32;

	b->memory[0] = 0;
	irqs(b, 0);
	order(a->fn.address, "error");
	ok(irqs(b, 5000) > 0, "the other one hears of an error");
	is_int(ism_get(b->memory + entry, 8), 1ull << 32 | 1, "which it is");
	is_int(ism_get(b->memory + entry + 8, 8), a->gid, "and whose");
}

int main(int argc, char **argv)
{
	struct fn a, b;
	uint64_t tok;

	if (argc != 3) {
		fprintf(stderr, "usage: function A B\n");
		return 2;
	}
	fn_open(&a, argv[1]);
	fn_open(&b, argv[2]);
	ok(a.gid != b.gid, "the GIDs differ");
	is_int(cmd(&a, 0x9, b.gid, 0), 0, "query remote GID");
	is_int(cmd(&a, 0x9, a.gid, 0), 0xffff, "its own is none");
	is_int(cmd(&a, 0xa, IOVA + PAGES * PAGE, (uint64_t)PAGE << 32 | 40, 0, b.gid), 0xffff,
	       "a DMB outside what is mapped");
	tok = dmb(&a, DMB, b.gid);
	moves(&a, &b, tok);
	events(&a, &b, argv[2]);
	is_int(store(&b, 0, tok, "again", 5), -EIO, "who was gone has lost its DMB");
	is_int(cmd(&a, 0xb, tok), 0, "unregister DMB");
	tok = dmb(&a, DMB, b.gid);
	orders(&a, &b, tok);
	unmapped(&a, &b, tok);
	failed(&a, &b);
	return unit_end();
}
