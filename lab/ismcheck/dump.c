// SPDX-License-Identifier: GPL-2.0-only
/*
 * dump.c - what the driver says of the function, so that two drivers can be
 * compared: regions, interrupts, capabilities, and configuration space byte for
 * byte, with the sizes of the BARs as their registers tell them.
 */
#include "ismcheck.h"

#include <endian.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vfio.h>
#include <linux/vfio_zdev.h>

#define CONFIG_BAR0 0x10
#define INFO_MAX    1024

/* Hexadecimal, two digits a byte. */
static json_t *hex(const uint8_t *bytes, size_t len)
{
	char text[2 * INFO_MAX + 1] = "";
	size_t i;

	for (i = 0; i < len && i < INFO_MAX; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

static json_t *regions(const struct check *c)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < c->fn.num_regions && i < REGIONS_MAX; i++) {
		const struct region *r = &c->fn.region[i];

		json_array_append_new(list, json_pack("{sb sI si}", "known", r->known, "size",
						      (json_int_t)r->size, "flags", (int)r->flags));
	}
	return list;
}

static json_t *interrupts(const struct check *c)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < c->fn.num_irqs; i++) {
		struct vfio_irq_info info = { .argsz = sizeof(info), .index = i };
		int ret = dev_ioctl(c, VFIO_DEVICE_GET_IRQ_INFO, &info);

		json_array_append_new(list, json_pack("{si si si}", "ret", ret, "flags",
						      ret ? 0 : (int)info.flags, "count",
						      ret ? 0 : (int)info.count));
	}
	return list;
}

/* The handle is another one each time the function is opened. */
static void handle_blank(uint8_t *bytes, uint32_t at)
{
	struct vfio_device_info_cap_zpci_base base;

	while (at && at + sizeof(base) <= INFO_MAX) {
		memcpy(&base, bytes + at, sizeof(base));
		if (base.header.id == VFIO_DEVICE_INFO_CAP_ZPCI_BASE) {
			base.fh = 0;
			memcpy(bytes + at, &base, sizeof(base));
		}
		at = base.header.next;
	}
}

/* All of it, capabilities included. */
static json_t *device_info(const struct check *c)
{
	union {
		struct vfio_device_info info;
		uint8_t bytes[INFO_MAX];
	} arg;

	memset(&arg, 0, sizeof(arg));
	arg.info.argsz = sizeof(arg);
	if (dev_ioctl(c, VFIO_DEVICE_GET_INFO, &arg))
		return json_null();
	handle_blank(arg.bytes, arg.info.cap_offset);
	return hex(arg.bytes, sizeof(arg));
}

static json_t *config(const struct check *c)
{
	uint8_t bytes[256];

	if (dev_read(c, REGION_CONFIG, 0, bytes, sizeof(bytes)) != sizeof(bytes))
		return json_null();
	return hex(bytes, sizeof(bytes));
}

static json_t *bar_registers(const struct check *c)
{
	json_t *list = json_array();
	uint32_t was, ones = ~0u, mask;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		dev_read(c, REGION_CONFIG, CONFIG_BAR0 + 4 * i, &was, 4);
		dev_write(c, REGION_CONFIG, CONFIG_BAR0 + 4 * i, &ones, 4);
		mask = 0;
		dev_read(c, REGION_CONFIG, CONFIG_BAR0 + 4 * i, &mask, 4);
		dev_write(c, REGION_CONFIG, CONFIG_BAR0 + 4 * i, &was, 4);
		json_array_append_new(list, json_integer(le32toh(mask)));
	}
	return list;
}

/* What each bit of the command register does when it is written. */
static json_t *command_bits(const struct check *c)
{
	json_t *list = json_array();
	uint16_t was, one, back;
	unsigned int i;

	dev_read(c, REGION_CONFIG, CONFIG_COMMAND, &was, 2);
	for (i = 0; i < 16; i++) {
		one = htole16((uint16_t)(1u << i));
		dev_write(c, REGION_CONFIG, CONFIG_COMMAND, &one, 2);
		back = 0;
		dev_read(c, REGION_CONFIG, CONFIG_COMMAND, &back, 2);
		json_array_append_new(list, json_integer(le16toh(back)));
	}
	dev_write(c, REGION_CONFIG, CONFIG_COMMAND, &was, 2);
	return list;
}

int dump(struct check *c)
{
	json_t *line;
	int ret;

	if (dev_open(c)) {
		fprintf(stderr, "ismcheck: %s: %s\n", c->fn.address, c->detail);
		dev_close(c);
		return EXIT_FAILURE;
	}
	line = json_pack("{ss so so so so so so}", "driver", c->fn.driver, "info", device_info(c),
			 "regions", regions(c), "irqs", interrupts(c), "config", config(c), "bars",
			 bar_registers(c), "command", command_bits(c));
	ret = line && !json_dumpf(line, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(line);
	dev_close(c);
	return ret ? EXIT_SUCCESS : EXIT_FAILURE;
}
