// SPDX-License-Identifier: GPL-2.0-only
/*
 * info.c - checks of what the driver says of the function, and of configuration
 * space, which it leaves to the vfio-pci core.
 */
#include "ismcheck.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#define CONFIG_BAR0 0x10
#define CONFIG_CAPS 0x34
#define CAP_MSI	    0x05
#define CAP_MSIX    0x11
#define CONFIG_SIZE 256

static bool is_bar(unsigned int index)
{
	return index == REGION_BAR0 || index == REGION_BAR2 || index == 4;
}

static void regions(struct check *c)
{
	const uint32_t rw = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	unsigned int i;

	CHECK(c, c->fn.num_regions >= REGIONS_KNOWN, "%u regions", c->fn.num_regions);
	for (i = 0; i < REGION_CONFIG; i++) {
		const struct region *r = &c->fn.region[i];

		CHECK(c, r->known, "no region info for %u", i);
		CHECK(c, r->offset == (uint64_t)i << 48, "region %u is at 0x%llx", i,
		      (unsigned long long)r->offset);
		CHECK(c, !r->size == !is_bar(i) && r->flags == (is_bar(i) ? rw : 0),
		      "region %u: %llu bytes, flags 0x%x", i, (unsigned long long)r->size,
		      r->flags);
	}
	CHECK(c,
	      c->fn.region[REGION_CONFIG].flags == rw &&
		      c->fn.region[REGION_CONFIG].offset == (uint64_t)REGION_CONFIG << 48,
	      "configuration space: flags 0x%x, at 0x%llx", c->fn.region[REGION_CONFIG].flags,
	      (unsigned long long)c->fn.region[REGION_CONFIG].offset);
}

static void regions_none(struct check *c)
{
	static const unsigned int none[] = { REGION_ROM, REGION_VGA, 9, 10, 200, 0x7fff };
	uint8_t byte = 0;
	int64_t r, w;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		r = dev_read(c, none[i], 0, &byte, 1);
		w = dev_write(c, none[i], 0, &byte, 1);
		CHECK(c, r < 0 && w < 0, "region %u: read %lld, write %lld", none[i], (long long)r,
		      (long long)w);
	}
	TRY(dev_works(c));
}

static void region_info_errors(struct check *c)
{
	struct vfio_region_info info = { .argsz = 8 };
	int ret = dev_ioctl(c, VFIO_DEVICE_GET_REGION_INFO, &info);

	CHECK(c, ret == -EINVAL, "a structure of 8 bytes: %d", ret);
	info = (struct vfio_region_info){ .argsz = sizeof(info), .index = 4711 };
	ret = dev_ioctl(c, VFIO_DEVICE_GET_REGION_INFO, &info);
	CHECK(c, ret == -EINVAL, "region 4711: %d", ret);
}

static void no_mmap(struct check *c)
{
	static const int modes[] = { PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE };
	unsigned int i;
	size_t m;
	void *p;

	for (i = 0; i < REGIONS_KNOWN; i++) {
		CHECK(c, !(c->fn.region[i].flags & VFIO_REGION_INFO_FLAG_MMAP),
		      "region %u says it can be mapped", i);
		for (m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
			p = mmap(NULL, 4096, modes[m], MAP_SHARED, c->vfio.device,
				 (off_t)((uint64_t)i << 48));
			CHECK(c, p == MAP_FAILED && errno == EINVAL, "region %u: mmap %s", i,
			      p == MAP_FAILED ? strerror(errno) : "succeeded");
		}
		p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, c->vfio.device,
			 (off_t)((uint64_t)i << 48));
		CHECK(c, p == MAP_FAILED, "region %u: private mmap succeeded", i);
	}
	TRY(dev_works(c));
}

static void capabilities(struct check *c)
{
	CHECK(c, c->fn.base_version >= 1, "no zPCI base capability");
	CHECK(c, c->fn.group_version >= 2, "zPCI group capability version %u", c->fn.group_version);
	CHECK(c, c->fn.cap_imaxstbl, "no imaxstbl");
	TRY(dev_fill(c, REGION_BAR2, 0, c->fn.cap_imaxstbl, 80));
	TRY(dev_refuses(c, REGION_BAR0, 0, c->fn.cap_imaxstbl + (size_t)1, EINVAL));
}

/* The mask that a BAR's register keeps of all ones is its size. */
static void config_bars(struct check *c)
{
	static const unsigned int bars[] = { REGION_BAR0, REGION_BAR2, 4 };
	uint64_t was, ones = ~0ull, mask;
	int64_t ret;
	size_t i;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		const uint64_t at = CONFIG_BAR0 + 4 * bars[i];

		ret = dev_read(c, REGION_CONFIG, at, &was, 8);
		CHECK(c, ret == 8, "bar%u: read returned %lld", bars[i], (long long)ret);
		ret = dev_write(c, REGION_CONFIG, at, &ones, 8);
		CHECK(c, ret == 8, "bar%u: write returned %lld", bars[i], (long long)ret);
		dev_read(c, REGION_CONFIG, at, &mask, 8);
		dev_write(c, REGION_CONFIG, at, &was, 8);
		mask = le64toh(mask);
		/* Without this bit the register has 32 bits; the next is another BAR's. */
		if (!(mask & PCI_BASE_ADDRESS_MEM_TYPE_64))
			mask |= ~0ull << 32;
		mask = ~(mask & ~0xfull) + 1;
		CHECK(c, mask == c->fn.region[bars[i]].size,
		      "bar%u: the register says 0x%llx bytes", bars[i], (unsigned long long)mask);
	}
	TRY(dev_works(c));
}

static void config_caps(struct check *c)
{
	uint8_t at = 0, id = 0, seen_msi = 0, seen_msix = 0;
	int hops = 0;

	dev_read(c, REGION_CONFIG, CONFIG_CAPS, &at, 1);
	while (at && hops++ < 48) {
		CHECK(c, dev_read(c, REGION_CONFIG, at, &id, 1) == 1, "no capability at %u", at);
		seen_msi |= id == CAP_MSI;
		seen_msix |= id == CAP_MSIX;
		dev_read(c, REGION_CONFIG, at + 1u, &at, 1);
	}
	CHECK(c, hops < 48, "the chain has no end");
	/* MSI is what tells a function from memory. */
	CHECK(c, seen_msi == c->fn.works && seen_msix, "MSI: %u, MSI-X: %u", seen_msi, seen_msix);
}

/* The registers that a client must not change for real: IDs and BARs. */
static void config_ids(struct check *c)
{
	uint32_t ids = 0, wrong = 0x12345678, after = 0;
	int64_t ret = dev_read(c, REGION_CONFIG, 0, &ids, 4);

	CHECK(c, ret == 4 && le32toh(ids) == 0x04ed1014, "IDs: %lld, 0x%x", (long long)ret,
	      le32toh(ids));
	dev_write(c, REGION_CONFIG, 0, &wrong, 4);
	dev_read(c, REGION_CONFIG, 0, &after, 4);
	CHECK(c, after == ids, "they became 0x%x", le32toh(after));
	ret = dev_read(c, REGION_CONFIG, c->fn.region[REGION_CONFIG].size, &after, 4);
	CHECK(c, ret < 0, "behind the end: %lld", (long long)ret);
	/* The core's region is 2^40 bytes: above it there must be no alias. */
	ret = dev_read(c, REGION_CONFIG, 1ull << 40, &after, 4);
	CHECK(c, ret < 0, "at 2^40: %lld", (long long)ret);
}

const struct check_type checks_info[] = {
	EACH(8, "regions", "sizes, flags and offsets of all regions", regions),
	EACH(8, "regions-none", "regions that are not there are errors", regions_none),
	EACH(8, "region-info-errors", "wrong arguments are -EINVAL", region_info_errors),
	EACH(9, "config-bars", "the size of each BAR, by its register", config_bars),
	EACH(9, "config-caps", "the capabilities are a chain, with MSI and MSI-X", config_caps),
	EACH(9, "config-ids", "IDs stay, and the end is an end", config_ids),
	EACH(10, "no-mmap", "mmap of every region fails", no_mmap),
	EACH(14, "capabilities", "the zPCI capabilities are there, and imaxstbl is true",
	     capabilities),
	{ .name = NULL },
};
