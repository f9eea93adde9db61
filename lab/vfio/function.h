/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * function.h - the function that is driven, as its driver describes it.
 */
#ifndef VFIO_FUNCTION_H
#define VFIO_FUNCTION_H

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

/* What a driver promises; the table of these is in contract.c. */
struct contract {
	const char *name;
	const char *driver; /* bound driver that it is chosen for, or NULL */
	const char *help;
	bool known;	     /* false: every outcome is expected */
	bool one_block;	     /* a write is one store block or -EINVAL */
	bool write_clamps;   /* a write is cut at the end of the region */
	bool ignores_memory; /* accesses go on while memory is disabled */
	bool stores_arrive;  /* what was written to a BAR can be read back */
	bool maps_late;	     /* a BAR is mapped at the first access to it */
	unsigned int shift;  /* region index in a file offset, for --dry-run */
};

struct region {
	bool known;	/* the driver answered for it */
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
	bool works;  /* executes commands and moves data, so nothing can be read back */
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

/* The name of a region as the trace has it, too: "bar2", "config", "dev9". */
const char *region_name(unsigned int index, char *buf, size_t size);

#endif /* VFIO_FUNCTION_H */
