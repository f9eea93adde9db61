// SPDX-License-Identifier: GPL-2.0-only
/*
 * contract.c - which outcome of an access each driver promises.  Nothing here
 * touches a device, so the host's unit tests and --dry-run use it as well.
 */
#include "vfio/contract.h"

#include <errno.h>
#include <string.h>

const struct contract contracts[] = {
	{
		.name = "ism-vfio-pci",
		.driver = "ism-vfio-pci",
		.help = "a write is one store block, or -EINVAL with nothing sent",
		.known = true,
		.one_block = true,
		.stores_arrive = true,
		.shift = 48,
	},
	{
		.name = "ism-vfio-pci-upstream",
		.driver = "ism_vfio_pci",
		.help = "the same, but a write past the end is cut short, and no memory bit",
		.known = true,
		.one_block = true,
		.write_clamps = true,
		.ignores_memory = true,
		.stores_arrive = true,
		.shift = 48,
	},
	{
		.name = "vfio-pci",
		.driver = "vfio-pci",
		.help = "writes are split; an ISM function refuses them unnoticed",
		.known = true,
		.write_clamps = true,
		.maps_late = true,
		.shift = 40,
	},
	{
		.name = "any",
		.help = "every outcome is as expected",
		.maps_late = true,
		.shift = 40,
	},
	{ .name = NULL }
};

const struct contract *contract_find(const char *name)
{
	const struct contract *c;

	for (c = contracts; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

const struct contract *contract_of_driver(const char *driver)
{
	const struct contract *c;

	for (c = contracts; c->name; c++) {
		if (c->driver && !strcmp(c->driver, driver))
			return c;
	}
	return contract_find("any");
}

uint64_t place_position(const struct function *fn, uint32_t region, uint64_t offset)
{
	if (region < REGIONS_MAX && fn->region[region].known)
		return fn->region[region].offset + offset;
	return ((uint64_t)region << fn->shift) + offset;
}

void place_resolve(const struct function *fn, uint64_t pos, uint32_t *region, uint64_t *offset)
{
	*region = (uint32_t)(pos >> fn->shift);
	*offset = pos & (((uint64_t)1 << fn->shift) - 1);
}

bool contract_keeps(const struct function *fn)
{
	return fn->contract->stores_arrive && !fn->works;
}

static struct expect expect_ret(int64_t ret, bool data)
{
	struct expect expect = { .kind = EXPECT_RET, .ret = ret, .data = data };

	return expect;
}

/* Configuration space is the vfio-pci core's business under every driver. */
static struct expect expect_config(const struct op *op, uint64_t size, uint64_t offset)
{
	if (offset >= size || op->len > size - offset)
		return expect_ret(-EFAULT, false);
	return expect_ret(op->len, op->flags & OP_COMMAND);
}

/* Whether the access goes beyond what one store block can be. */
static bool block_impossible(const struct function *fn, const struct op *op, uint64_t offset)
{
	if (fn->maxstbl && op->len > fn->maxstbl)
		return true;
	return offset % BLOCK_BOUNDARY + op->len > BLOCK_BOUNDARY;
}

static struct expect expect_bar(const struct function *fn, const struct op *op, uint32_t region,
				uint64_t size, uint64_t offset)
{
	const struct expect any = { .kind = EXPECT_ANY };
	const struct contract *c = fn->contract;
	uint64_t done;

	if (offset >= size)
		return expect_ret(-EINVAL, false);
	/* The MSI-X table is in one of these, and memory is not all of it. */
	if (region != REGION_BAR0 && region != REGION_BAR2)
		return any;
	/* Which places of the window are somebody's memory is between the peers. */
	if (region == REGION_BAR0 && fn->works)
		return any;
	done = op->len < size - offset ? op->len : size - offset;
	if (op->flags & OP_FAULT)
		return expect_ret(-EFAULT, false);
	if (op->kind == OP_READ)
		return expect_ret((int64_t)done, true);
	if (done < op->len && !c->write_clamps)
		return expect_ret(-EINVAL, false);
	if (c->one_block) {
		struct op cut = *op;

		cut.len = (uint32_t)done;
		if (block_impossible(fn, &cut, offset))
			return expect_ret(-EINVAL, false);
		if (fn->strict && (offset % 8 || done % 8 || done <= 8)) {
			struct expect refused = { .kind = EXPECT_REFUSED };

			return refused;
		}
	}
	return expect_ret((int64_t)done, contract_keeps(fn));
}

struct expect contract_expect(const struct function *fn, const struct op *op, uint32_t region,
			      uint64_t offset)
{
	struct expect any = { .kind = EXPECT_ANY };
	const struct region *r;

	if (op->flags & OP_EXPECT)
		return op->expect;
	if (!fn->contract->known)
		return any;
	/* The core answers for accesses of no bytes before it looks at them. */
	if (!op->len)
		return expect_ret(0, false);
	if (region >= REGIONS_MAX || !fn->region[region].known || !fn->region[region].size)
		return expect_ret(-EINVAL, false);
	r = &fn->region[region];
	if (region == REGION_CONFIG)
		return expect_config(op, r->size, offset);
	if (region > REGION_BAR5)
		return any;
	return expect_bar(fn, op, region, r->size, offset);
}

bool expect_met(const struct expect *expect, int64_t ret)
{
	switch (expect->kind) {
	case EXPECT_RET:
		return ret == expect->ret;
	case EXPECT_REFUSED:
		return ret == -EIO || ret == -ENXIO;
	case EXPECT_ANY:
	default:
		return true;
	}
}
