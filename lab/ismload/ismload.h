/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ismload.h - what the parts of ismload share: the function that is driven,
 * and the one read or write that patterns make and the engine carries out.
 */
#ifndef ISMLOAD_H
#define ISMLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "0011:00:00.0" and the NUL. */
#define ADDRESS_LEN 16
#define NAME_LEN    32

/* Indexes of VFIO regions, as <linux/vfio.h> numbers them for PCI. */
#define REGION_BAR0   0
#define REGION_BAR2   2
#define REGION_BAR5   5
#define REGION_ROM    6
#define REGION_CONFIG 7
#define REGION_VGA    8
#define REGIONS_KNOWN 9
/* Asked about with VFIO_DEVICE_GET_REGION_INFO; device-specific ones too. */
#define REGIONS_MAX 16

/* The command register in configuration space, and the bits used here. */
#define CONFIG_COMMAND 0x04
#define COMMAND_MEMORY 0x0002
#define COMMAND_MASTER 0x0004

/* Where a store block must not cross. */
#define BLOCK_BOUNDARY 4096

/* The longest single read or write that can be asked for. */
#define LEN_MAX (64u << 20)

/* What a driver promises; the table of these is in contract.c. */
struct contract {
	const char *name;
	const char *driver; /* bound driver that it is chosen for, or NULL */
	const char *help;
	bool known; /* false: every outcome is expected */
	bool one_block; /* a write is one store block or -EINVAL */
	bool write_clamps; /* a write is cut at the end of the region */
	bool ignores_memory; /* accesses go on while memory is disabled */
	bool stores_arrive; /* what was written to a BAR can be read back */
	bool maps_late; /* a BAR is mapped at the first access to it */
	unsigned int shift; /* region index in a file offset, for --dry-run */
};

struct region {
	bool known; /* the driver answered for it */
	uint32_t flags; /* VFIO_REGION_INFO_FLAG_* */
	uint64_t size;
	uint64_t offset; /* of the device's file */
};

/* The function that is driven, as the driver describes it. */
struct function {
	char address[ADDRESS_LEN];
	char driver[NAME_LEN];
	const char *interface; /* "group", "cdev" or "none" */
	const struct contract *contract;
	bool strict; /* refuses store blocks off 8-byte alignment */
	unsigned int num_regions;
	unsigned int num_irqs;
	struct region region[REGIONS_MAX];
	unsigned int shift; /* region index = file offset >> shift */
	/* From the zPCI capabilities; 0 if there is none. */
	unsigned int base_version;
	unsigned int group_version;
	uint16_t cap_maxstbl;
	uint16_t cap_imaxstbl;
	uint16_t vfn;
	uint8_t pft;
	uint8_t pci_version;
	/* What one store block may hold; 0 if nobody said. */
	uint32_t maxstbl;
	uint16_t command; /* virtual command register, once set up */
};

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
	EXPECT_RET, /* exactly .ret */
	EXPECT_REFUSED, /* the machine refuses: -EIO or -ENXIO */
};

struct expect {
	enum expect_kind kind;
	int64_t ret;
	bool data; /* what is written must be read back */
};

struct op {
	uint8_t kind; /* enum op_kind */
	uint8_t role; /* enum op_role */
	uint8_t flags; /* OP_* */
	uint16_t value; /* with OP_COMMAND */
	uint32_t region;
	uint64_t offset; /* in the region */
	uint32_t len;
	uint64_t at_ns; /* not before this long after the start; 0 at once */
	struct expect expect; /* with OP_EXPECT */
};

/* The name of a region as the trace has it, too: "bar2", "config", "dev9". */
const char *region_name(unsigned int index, char *buf, size_t size);

#endif /* ISMLOAD_H */
