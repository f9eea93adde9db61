/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * op.h - one read or write that a client makes, and what has to come of it.
 */
#ifndef VFIO_OP_H
#define VFIO_OP_H

#include <stdbool.h>
#include <stdint.h>

/* The longest single read or write that can be asked for. */
#define LEN_MAX (64u << 20)

enum op_kind {
	OP_READ,
	OP_WRITE,
	OP_BARRIER, /* wait for all workers; no access */
};

/* Why an access is made: only the first kind is the pattern itself. */
enum op_role {
	ROLE_PATTERN,
	ROLE_SETUP,
	ROLE_VERIFY,
};

#define OP_VERIFY  0x01 /* write: read it back and compare */
#define OP_FAULT   0x02 /* the buffer is not mapped */
#define OP_UNIFORM 0x04 /* write: one value all over; read: expect that */
#define OP_EXPECT  0x08 /* .expect is set, do not ask the contract */
#define OP_COMMAND 0x10 /* write: two bytes, .value in PCI's byte order */

enum expect_kind {
	EXPECT_ANY,
	EXPECT_RET,	/* exactly .ret */
	EXPECT_REFUSED, /* the machine refuses: -EIO or -ENXIO */
};

struct expect {
	enum expect_kind kind;
	int64_t ret;
	bool data; /* what is written must be read back */
};

struct op {
	uint8_t kind;	/* enum op_kind */
	uint8_t role;	/* enum op_role */
	uint8_t flags;	/* OP_* */
	uint16_t value; /* with OP_COMMAND */
	uint32_t region;
	uint64_t offset; /* in the region */
	uint32_t len;
	uint64_t at_ns;	      /* not before this long after the start; 0 at once */
	struct expect expect; /* with OP_EXPECT */
};

#endif /* VFIO_OP_H */
