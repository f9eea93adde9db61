// SPDX-License-Identifier: GPL-2.0-only
/*
 * patterns.c - the table of patterns, and those that a function should take
 * without complaint.
 */
#include "patterns.h"

#include <string.h>

#define NSEC_PER_SEC 1000000000ull

/* mixed: lengths of its short accesses, and how much of a large BAR it uses. */
#define MIXED_SHORT 64
#define MIXED_ROOM  (1u << 20)

static uint64_t region_len(const struct plan *plan, uint64_t index)
{
	const struct function *fn = plan->fn;
	uint64_t reach = (uint64_t)1 << fn->shift, size;

	if (index >= REGIONS_MAX || !fn->region[index].known)
		return 0;
	/* A BAR can be larger than the driver's file offsets can say. */
	size = fn->region[index].size;
	return size < reach ? size : reach;
}

struct span plan_span(struct plan *plan, uint64_t need)
{
	struct span span = { 0, region_len(plan, plan->params.region) };
	uint64_t part;

	if (plan->workers < 2)
		return span;
	part = span.len / plan->workers;
	/* Whole 4 KiB blocks where there is room for them. */
	part &= part >= BLOCK_BOUNDARY ? ~(uint64_t)(BLOCK_BOUNDARY - 1) : ~(uint64_t)7;
	if (part < plan->params.offset + need) {
		plan->shared = true;
		return span;
	}
	span.base = part * plan->worker;
	span.len = part;
	return span;
}

uint32_t plan_size(const struct plan *plan)
{
	uint64_t size = plan->params.size, room;
	uint32_t max = plan->fn->maxstbl;

	if (size != SIZE_MAX_BLOCK)
		return (uint32_t)size;
	size = max && max < BLOCK_BOUNDARY ? max : BLOCK_BOUNDARY;
	room = region_len(plan, plan->params.region) / (plan->shared ? 1 : plan->workers);
	room = room > plan->params.offset ? room - plan->params.offset : 0;
	while (size > 8 && room && size > room)
		size /= 2;
	return (uint32_t)size;
}

int plan_emit(struct plan *plan, const struct op *op)
{
	const struct params *p = &plan->params;
	struct op wanted = *op;

	if ((plan->shared || plan->fn->works) && !(op->flags & OP_COMMAND))
		wanted.flags &= (uint8_t)~OP_VERIFY;
	if (p->wanted != WANTED_CONTRACT && op->role == ROLE_PATTERN && !(op->flags & OP_EXPECT)) {
		wanted.flags |= OP_EXPECT;
		switch (p->wanted) {
		case WANTED_OK:
			wanted.expect.kind = EXPECT_RET;
			wanted.expect.ret = op->len;
			wanted.expect.data = true;
			break;
		case WANTED_ERRNO:
			wanted.expect.kind = EXPECT_RET;
			wanted.expect.ret = -p->wanted_errno;
			break;
		case WANTED_REFUSED:
			wanted.expect.kind = EXPECT_REFUSED;
			break;
		default:
			wanted.expect.kind = EXPECT_ANY;
			break;
		}
	}
	return plan->emit(plan, &wanted);
}

int plan_prepare(struct plan *plan, uint64_t offset, uint64_t len)
{
	uint32_t max = plan->fn->maxstbl && plan->fn->maxstbl < BLOCK_BOUNDARY ? plan->fn->maxstbl
									       : BLOCK_BOUNDARY;
	uint64_t size = region_len(plan, plan->params.region);
	uint64_t end = offset + len < size ? offset + len : size;
	struct op op = {
		.kind = OP_WRITE,
		.role = ROLE_SETUP,
		.flags = OP_VERIFY,
		.region = (uint32_t)plan->params.region,
	};
	uint64_t room;
	int ret = 0;

	/* Where workers meet, nothing stays known. */
	if (plan->shared)
		return 0;
	/* Whole words only: a strict function takes nothing else. */
	end &= ~(uint64_t)7;
	for (offset &= ~(uint64_t)7; offset < end && !ret; offset += op.len) {
		room = BLOCK_BOUNDARY - offset % BLOCK_BOUNDARY;
		op.offset = offset;
		op.len = room < max ? (uint32_t)room : max;
		if (op.len > end - offset)
			op.len = (uint32_t)(end - offset);
		ret = plan_emit(plan, &op);
	}
	return ret;
}

/* The place of access number i: stride apart, and round again at the end. */
static uint64_t stride_offset(const struct plan *plan, const struct span *span, uint32_t size,
			      uint64_t i)
{
	const struct params *p = &plan->params;
	uint64_t room, steps;

	if (!p->stride || span->len < p->offset + size)
		return span->base + p->offset;
	room = span->len - p->offset - size;
	steps = room / p->stride + 1;
	return span->base + p->offset + i % steps * p->stride;
}

static int emit_many(struct plan *plan, enum op_kind kind)
{
	const struct params *p = &plan->params;
	uint64_t i, count = p->count, step_ns = 0;
	uint32_t size = plan_size(plan);
	struct span span = plan_span(plan, size);
	struct op op = { .kind = (uint8_t)kind, .region = (uint32_t)p->region, .len = size };
	int ret = 0;

	if (p->rate) {
		step_ns = NSEC_PER_SEC / p->rate;
		if (p->seconds)
			count = p->rate * p->seconds;
	}
	for (i = 0; i < count && !ret; i++) {
		op.offset = stride_offset(plan, &span, size, i);
		op.flags = 0;
		if (kind == OP_WRITE && p->verify && i % p->verify == 0)
			op.flags = OP_VERIFY;
		op.at_ns = step_ns ? i * step_ns + 1 : 0;
		ret = plan_emit(plan, &op);
	}
	return ret;
}

static int pattern_block(struct plan *plan)
{
	return emit_many(plan, OP_WRITE);
}

static int pattern_read(struct plan *plan)
{
	return emit_many(plan, OP_READ);
}

static int pattern_rate(struct plan *plan)
{
	return emit_many(plan, plan->params.write ? OP_WRITE : OP_READ);
}

/* Lengths 1 to 64 at offsets 0 to 16, over data that was put there first. */
#define WIDTHS_LEN    64
#define WIDTHS_OFFSET 16

static int pattern_widths(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct span span = plan_span(plan, WIDTHS_OFFSET + WIDTHS_LEN);
	struct op op = {
		.kind = p->write ? OP_WRITE : OP_READ,
		.region = (uint32_t)p->region,
		.flags = p->write && p->verify ? OP_VERIFY : 0,
	};
	unsigned int offset, len;
	int ret;

	ret = plan_prepare(plan, span.base + p->offset, WIDTHS_OFFSET + WIDTHS_LEN);
	for (offset = 0; offset <= WIDTHS_OFFSET; offset++) {
		for (len = 1; len <= WIDTHS_LEN && !ret; len++) {
			op.offset = span.base + p->offset + offset;
			op.len = len;
			ret = plan_emit(plan, &op);
		}
	}
	return ret;
}

static int pattern_split(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct span span = plan_span(plan, p->total);
	uint32_t size = plan_size(plan);
	struct op op = { .kind = OP_WRITE, .region = (uint32_t)p->region };
	uint64_t run, at;
	int ret = 0;

	if (!size)
		return 0;
	for (run = 0; run < p->count; run++) {
		for (at = 0; at < p->total && !ret; at += op.len) {
			op.offset = span.base + p->offset + at;
			op.len = p->total - at < size ? (uint32_t)(p->total - at) : size;
			ret = plan_emit(plan, &op);
		}
		/* Read back afterwards: a read in between would end the run. */
		if (p->verify && run % p->verify == 0 && !ret) {
			op.offset = span.base + p->offset;
			op.len = (uint32_t)p->total;
			op.kind = OP_READ;
			ret = plan_emit(plan, &op);
			op.kind = OP_WRITE;
		}
	}
	return ret;
}

/*
 * All workers write the same block, each one value all over, and one of them
 * looks whether it finds one value all over: blocks must not interleave.
 */
static int pattern_overlap(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct op write = {
		.kind = OP_WRITE,
		.flags = OP_UNIFORM,
		.region = (uint32_t)p->region,
		.offset = p->offset,
	};
	struct op barrier = { .kind = OP_BARRIER };
	struct op read;
	uint64_t round, i;
	int ret = 0;

	plan->shared = true;
	write.len = plan_size(plan) & ~7u;
	read = write;
	read.kind = OP_READ;
	for (round = 0; round < p->count && !ret; round++) {
		for (i = 0; i < p->total && !ret; i++)
			ret = plan_emit(plan, &write);
		if (!ret)
			ret = plan_emit(plan, &barrier);
		if (!ret && !plan->worker)
			ret = plan_emit(plan, &read);
		if (!ret)
			ret = plan_emit(plan, &barrier);
	}
	return ret;
}

/*
 * A bit of everything, the same for the same seed.  Each piece is one of the
 * other patterns with one access, or nearly, at a place drawn by lot.
 */
static int pattern_mixed(struct plan *plan)
{
	const struct params all = plan->params;
	bool last = plan->worker + 1 == plan->workers;
	uint32_t block = plan->fn->maxstbl ? plan->fn->maxstbl : BLOCK_BOUNDARY;
	uint32_t max = plan_size(plan);
	struct span span = plan_span(plan, max);
	uint64_t state = plan->seed ^ (uint64_t)plan->worker << 32;
	uint64_t i, room;
	int ret = 0;

	if (!max)
		return 0;
	for (i = 0; i < all.count && !ret; i++) {
		uint64_t lot = random_next(&state) % 100;
		uint64_t where = random_next(&state);
		uint64_t length = random_next(&state);
		struct op op = { .kind = OP_WRITE, .region = (uint32_t)all.region };

		/* As many short ones as long ones, and always some room. */
		op.len = 1 + (uint32_t)(length % (length & 1 << 20 ? max : MIXED_SHORT));
		if (op.len > max)
			op.len = max;
		room = span.len > op.len ? span.len - op.len : 0;
		if (room > MIXED_ROOM)
			room = MIXED_ROOM;
		op.offset = span.base + where % (room + 1);
		if (all.verify && i % all.verify == 0 && lot < 45)
			op.flags = OP_VERIFY;

		if (lot < 35) { /* aligned blocks */
			op.len = (op.len + 7) & ~7u;
			op.offset &= ~(uint64_t)7;
		} else if (lot < 45) { /* blocks of any length anywhere */
		} else if (lot < 70) { /* reads */
			op.kind = OP_READ;
		} else if (lot < 78) { /* longer than a store block */
			op.len += block;
		} else if (lot < 84 && last) { /* past the end */
			op.offset = region_len(plan, all.region) - where % 64;
			op.len = 64;
			op.kind = lot & 1 ? OP_READ : OP_WRITE;
		} else if (lot < 88) { /* no such region */
			op.region = REGIONS_KNOWN + (uint32_t)(where % 4);
			op.kind = lot & 1 ? OP_READ : OP_WRITE;
			op.offset = 0;
			op.len = 8;
		} else { /* configuration space */
			op.kind = OP_READ;
			op.region = REGION_CONFIG;
			op.offset = where % 64 * 4;
			op.len = 4;
		}
		ret = plan_emit(plan, &op);
	}
	return ret;
}

const struct pattern patterns[] = {
	{ "block", "aligned store blocks, each read back",
	  "region=bar2,offset=0,size=max,count=16,stride=0,verify=1", pattern_block, 0 },
	{ "read", "reads of one length", "region=bar2,offset=0,size=8,count=16,stride=0",
	  pattern_read, 0 },
	{ "rate", "store blocks at a fixed rate a second",
	  "region=bar2,offset=0,size=256,rate=1000,seconds=1,stride=0,write=1,verify=0",
	  pattern_rate, 0 },
	{ "widths", "every length 1 to 64 at every offset 0 to 16, read or written",
	  "region=bar2,offset=0,write=0,verify=1", pattern_widths, 0 },
	{ "split", "a block sent as adjacent pieces",
	  "region=bar2,offset=0,total=4096,size=512,count=1,verify=1", pattern_split, 0 },
	{ "oversized", "writes one byte longer than a store block may be, or of size=",
	  "region=bar2,offset=0,size=max,count=1", pattern_oversized, 0 },
	{ "crossing", "writes across a 4 KiB boundary", "region=bar0,offset=0,size=64,count=1",
	  pattern_crossing, 0 },
	{ "misaligned", "writes of odd lengths at odd offsets",
	  "region=bar2,offset=0,count=8,verify=1", pattern_misaligned, 0 },
	{ "odd", "reads of lengths 1 to size at odd offsets",
	  "region=bar2,offset=0,size=16,count=1", pattern_odd, 0 },
	{ "config", "configuration space by 4, 2, 1 and 256 bytes; the command register",
	  "write=1,count=1", pattern_config, 0 },
	{ "badregion", "reads and writes of regions that do not exist", "size=8,count=1",
	  pattern_badregion, 0 },
	{ "beyond", "across, at and past the end of a region", "region=bar2,size=16,count=1",
	  pattern_beyond, 0 },
	{ "window", "high places of a large BAR, its last bytes among them",
	  "region=bar0,size=8,count=1,write=1,verify=1", pattern_window, 0 },
	{ "fault", "reads and writes with a buffer that is not mapped",
	  "region=bar2,offset=0,size=64,count=1", pattern_fault, 0 },
	{ "empty", "reads and writes of no bytes", "region=bar2,offset=0,count=1", pattern_empty,
	  0 },
	{ "disabled", "accesses while memory is disabled in the command register",
	  "region=bar2,offset=0,size=8,count=1", pattern_disabled, PATTERN_ALONE },
	{ "overlap", "all workers write one block; it must be wholly of one of them",
	  "region=bar2,offset=0,size=max,total=4,count=16", pattern_overlap, PATTERN_TOGETHER },
	{ "mixed", "a mix of everything, drawn by --seed",
	  "region=bar2,size=max,count=1000,verify=1", pattern_mixed, 0 },
	{ NULL, NULL, NULL, NULL, 0 }
};
