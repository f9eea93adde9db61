/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contract.h - which outcome of an access each driver promises.
 */
#ifndef ISMLOAD_CONTRACT_H
#define ISMLOAD_CONTRACT_H

#include "vfio/function.h"
#include "vfio/op.h"

extern const struct contract contracts[];

/* By its name; NULL if there is none of that name. */
const struct contract *contract_find(const char *name);
/* For what is bound to the function; never NULL. */
const struct contract *contract_of_driver(const char *driver);

/* Where in the device's file the place is. */
uint64_t place_position(const struct function *fn, uint32_t region, uint64_t offset);

/*
 * Which region and offset the driver takes a file position for.  With 40 bits
 * of offset, a place high in a BAR of 2^48 bytes is one of another region.
 */
void place_resolve(const struct function *fn, uint64_t pos, uint32_t *region, uint64_t *offset);

/* What the driver has to answer.  region and offset are resolved ones. */
struct expect contract_expect(const struct function *fn, const struct op *op, uint32_t region,
			      uint64_t offset);

/* Whether what was written to a BAR can be read back. */
bool contract_keeps(const struct function *fn);

bool expect_met(const struct expect *expect, int64_t ret);

#endif /* ISMLOAD_CONTRACT_H */
