// SPDX-License-Identifier: GPL-2.0-only
/*
 * patterns_odd.c - the patterns that go to the limits of what a driver takes,
 * and beyond them.
 */
#include "patterns.h"

#include <errno.h>

int pattern_oversized(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct op op = {
		.kind = OP_WRITE,
		.flags = OP_VERIFY,
		.region = (uint32_t)p->region,
	};
	uint32_t max = plan->fn->maxstbl ? plan->fn->maxstbl : BLOCK_BOUNDARY;
	struct span span;
	uint64_t i;
	int ret;

	op.len = p->size == SIZE_MAX_BLOCK ? max + 1 : (uint32_t)p->size;
	span = plan_span(plan, op.len);
	op.offset = span.base + p->offset;
	ret = plan_prepare(plan, op.offset, op.len);
	for (i = 0; i < p->count && !ret; i++)
		ret = plan_emit(plan, &op);
	return ret;
}

/* Evenly across the boundary, by one byte after it, and by one before. */
int pattern_crossing(struct plan *plan)
{
	const struct params *p = &plan->params;
	uint32_t size = plan_size(plan);
	const uint32_t before[] = { size / 2, size - 1, 1 };
	struct span span = plan_span(plan, 2 * BLOCK_BOUNDARY);
	struct op op = {
		.kind = OP_WRITE,
		.flags = OP_VERIFY,
		.region = (uint32_t)p->region,
		.len = size,
	};
	uint64_t i, boundary;
	unsigned int j;
	int ret;

	if (size < 2)
		return 0;
	boundary = span.base + p->offset + BLOCK_BOUNDARY;
	boundary &= ~(uint64_t)(BLOCK_BOUNDARY - 1);
	ret = plan_prepare(plan, boundary - size, 2 * (uint64_t)size);
	for (i = 0; i < p->count; i++) {
		for (j = 0; j < sizeof(before) / sizeof(before[0]) && !ret; j++) {
			op.offset = boundary - before[j];
			ret = plan_emit(plan, &op);
		}
	}
	return ret;
}

int pattern_misaligned(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct span span = plan_span(plan, 64);
	struct op op = {
		.kind = OP_WRITE,
		.region = (uint32_t)p->region,
		.flags = p->verify ? OP_VERIFY : 0,
	};
	uint64_t i;
	int ret = 0;

	/* Offsets 1 to 15, lengths 1 to 31, both odd and out of step. */
	for (i = 0; i < p->count && !ret; i++) {
		op.offset = span.base + p->offset + 1 + 2 * (i % 8);
		op.len = 1 + 2 * (uint32_t)((i * 7 + 6) % 16);
		ret = plan_emit(plan, &op);
	}
	return ret;
}

int pattern_odd(struct plan *plan)
{
	const struct params *p = &plan->params;
	uint32_t len, max = plan_size(plan);
	struct span span = plan_span(plan, (uint64_t)max + 7);
	struct op op = { .kind = OP_READ, .region = (uint32_t)p->region };
	unsigned int offset;
	uint64_t i;
	int ret = 0;

	for (i = 0; i < p->count; i++) {
		for (offset = 1; offset < 8; offset += 2) {
			for (len = 1; len <= max && !ret; len++) {
				op.offset = span.base + p->offset + offset;
				op.len = len;
				ret = plan_emit(plan, &op);
			}
		}
	}
	return ret;
}

static int command_write(struct plan *plan, uint16_t value, enum op_role role)
{
	struct op op = {
		.kind = OP_WRITE,
		.role = (uint8_t)role,
		.flags = OP_COMMAND | OP_VERIFY,
		.value = value,
		.region = REGION_CONFIG,
		.offset = CONFIG_COMMAND,
		.len = 2,
	};

	return plan_emit(plan, &op);
}

int pattern_config(struct plan *plan)
{
	static const uint32_t widths[] = { 4, 2, 1, 256 };
	const struct params *p = &plan->params;
	struct op op = { .kind = OP_READ, .region = REGION_CONFIG };
	unsigned int w;
	uint64_t i;
	int ret = 0;

	for (i = 0; i < p->count && !ret; i++) {
		for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
			op.len = widths[w];
			for (op.offset = 0; op.offset < 256 && !ret; op.offset += op.len)
				ret = plan_emit(plan, &op);
		}
		/* Bus mastering can be turned over without harm: nothing is mapped. */
		if (!ret && p->write && !plan->worker) {
			uint16_t command = plan->fn->command | COMMAND_MEMORY;

			ret = command_write(plan, command ^ COMMAND_MASTER, ROLE_PATTERN);
			if (!ret)
				ret = command_write(plan, command, ROLE_PATTERN);
		}
	}
	return ret;
}

int pattern_badregion(struct plan *plan)
{
	/* Device-specific regions that nobody has, up to the last 8-bit index. */
	static const uint32_t beyond[] = { REGIONS_KNOWN, REGIONS_KNOWN + 1, 15, 100, 255 };
	const struct function *fn = plan->fn;
	struct op op = { .len = plan_size(plan) };
	unsigned int r, n = sizeof(beyond) / sizeof(beyond[0]);
	uint64_t i;
	int ret = 0;

	for (i = 0; i < plan->params.count; i++) {
		for (r = 0; r < REGIONS_KNOWN + n && !ret; r++) {
			op.region = r < REGIONS_KNOWN ? r : beyond[r - REGIONS_KNOWN];
			if (op.region < REGIONS_MAX && fn->region[op.region].known &&
			    fn->region[op.region].size)
				continue;
			op.kind = OP_READ;
			ret = plan_emit(plan, &op);
			op.kind = OP_WRITE;
			if (!ret)
				ret = plan_emit(plan, &op);
		}
	}
	return ret;
}

int pattern_beyond(struct plan *plan)
{
	const struct params *p = &plan->params;
	const struct region *r;
	uint64_t i, end, reach = (uint64_t)1 << plan->fn->shift;
	struct op op = { .region = (uint32_t)p->region };
	unsigned int j;
	int ret = 0;

	if (p->region >= REGIONS_MAX)
		return 0;
	r = &plan->fn->region[p->region];
	end = r->size < reach ? r->size : reach;
	op.len = plan_size(plan);
	for (i = 0; i < p->count; i++) {
		/* Half in, one byte in, just past, well past. */
		const uint64_t at[] = {
			end - op.len / 2,
			end - 1,
			end,
			end + BLOCK_BOUNDARY,
		};

		for (j = 0; j < 2 * sizeof(at) / sizeof(at[0]) && !ret; j++) {
			op.offset = at[j / 2];
			op.kind = j % 2 ? OP_WRITE : OP_READ;
			/* A region smaller than the access: the offset is below 0 and has wrapped. */
			if (op.offset > end + BLOCK_BOUNDARY)
				continue;
			ret = plan_emit(plan, &op);
		}
	}
	return ret;
}

/*
 * Offsets on both sides of each power of two from 4 GiB on: where an offset
 * was cut to fewer bits on its way, two of these meet, and the data shows it.
 */
int pattern_window(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct op op = { .region = (uint32_t)p->region };
	uint32_t size = plan_size(plan);
	uint64_t i, len, at[64];
	unsigned int n = 0, bit, j;
	int ret = 0;

	if (p->region >= REGIONS_MAX)
		return 0;
	len = plan->fn->region[p->region].size;
	/* The same places for all: whose data is there, nobody knows. */
	if (plan->workers > 1)
		plan->shared = true;
	if (len < size || len > (uint64_t)1 << 62)
		return 0;
	at[n++] = 0;
	for (bit = 32; bit < 62 && (uint64_t)1 << bit < len; bit += 4) {
		at[n++] = ((uint64_t)1 << bit) - size;
		at[n++] = (uint64_t)1 << bit;
	}
	if (len > BLOCK_BOUNDARY)
		at[n++] = len - BLOCK_BOUNDARY;
	at[n++] = len - size;

	op.len = size;
	for (i = 0; i < p->count; i++) {
		/* All writes first: an alias would overwrite one before. */
		for (j = 0; j < n && p->write && !ret; j++) {
			op.kind = OP_WRITE;
			op.offset = at[j];
			op.flags = p->verify ? OP_VERIFY : 0;
			ret = plan_emit(plan, &op);
		}
		for (j = 0; j < n && !ret; j++) {
			op.kind = OP_READ;
			op.offset = at[j];
			op.flags = 0;
			ret = plan_emit(plan, &op);
		}
	}
	return ret;
}

int pattern_fault(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct op op = {
		.flags = OP_FAULT,
		.region = (uint32_t)p->region,
		.offset = p->offset,
		.len = plan_size(plan),
	};
	uint64_t i;
	int ret = 0;

	for (i = 0; i < 2 * p->count && !ret; i++) {
		op.kind = i % 2 ? OP_WRITE : OP_READ;
		ret = plan_emit(plan, &op);
	}
	return ret;
}

int pattern_empty(struct plan *plan)
{
	const struct params *p = &plan->params;
	struct op op = { .region = (uint32_t)p->region, .offset = p->offset };
	uint64_t i;
	int ret = 0;

	for (i = 0; i < 2 * p->count && !ret; i++) {
		op.kind = i % 2 ? OP_WRITE : OP_READ;
		ret = plan_emit(plan, &op);
	}
	return ret;
}

int pattern_disabled(struct plan *plan)
{
	const struct params *p = &plan->params;
	uint16_t command = plan->fn->command | COMMAND_MEMORY;
	struct op op = {
		.region = (uint32_t)p->region,
		.offset = p->offset,
		.len = plan_size(plan),
	};
	uint64_t i;
	int ret;

	/* A virtual function has no memory bit: the core lets accesses pass. */
	if (!plan->fn->vfn && plan->fn->contract->known && !plan->fn->contract->ignores_memory) {
		op.flags = OP_EXPECT;
		op.expect.kind = EXPECT_RET;
		op.expect.ret = -EIO;
	}
	ret = command_write(plan, command & (uint16_t)~COMMAND_MEMORY, ROLE_SETUP);
	for (i = 0; i < 2 * p->count && !ret; i++) {
		op.kind = i % 2 ? OP_WRITE : OP_READ;
		ret = plan_emit(plan, &op);
	}
	/* Also when interrupted: others may go on with the function. */
	if (command_write(plan, command, ROLE_SETUP) && !ret)
		ret = -ECANCELED;
	return ret;
}
