/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the ISM protocol needs of the machine: its guest's memory, interrupts
 * and time.
 *
 * All of it is done with the big QEMU lock held, as are the guest's own PCI
 * instructions: no page is unmapped between the look at it and the write.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/atomic.h"
#include "qemu/timer.h"
#include "exec/address-spaces.h"
#include "exec/memory.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "tcg/s390-tod.h"
#include "ism.h"

#define ISM_GID_BASE        0x1014040000000000ull

/* The functions of this machine are one fabric. */
static IsmFabric fabric;

/* The place of an address, if there is memory that the function may use. */
static bool host_place(void *opaque, uint64_t iova, hwaddr *phys, size_t len)
{
    return zpci_function_translate(ZPCI_FUNCTION(opaque), iova, phys) &&
           address_space_access_valid(&address_space_memory, *phys, len, true,
                                      MEMTXATTRS_UNSPECIFIED);
}

static size_t within_page(uint64_t iova, uint64_t len)
{
    return MIN(len, ISM_PAGE - iova % ISM_PAGE);
}

static bool host_mapped(void *opaque, uint64_t iova, uint64_t len)
{
    hwaddr phys;
    size_t part;

    for (; len; iova += part, len -= part) {
        part = within_page(iova, len);
        if (!host_place(opaque, iova, &phys, part)) {
            return false;
        }
    }
    return true;
}

static bool host_write(void *opaque, uint64_t iova, const void *data,
                       size_t len)
{
    const uint8_t *bytes = data;
    hwaddr phys;
    size_t part;

    if (!host_mapped(opaque, iova, len)) {
        return false;
    }
    for (; len; iova += part, bytes += part, len -= part) {
        part = within_page(iova, len);
        host_place(opaque, iova, &phys, part);
        address_space_write(&address_space_memory, phys,
                            MEMTXATTRS_UNSPECIFIED, bytes, part);
    }
    return true;
}

/* The CPUs change other bits of the byte meanwhile, the lock held or not. */
static bool host_set_bits(void *opaque, uint64_t iova, uint8_t bits,
                          uint8_t *was)
{
    hwaddr phys, len = 1;
    ram_addr_t offset;
    uint8_t *byte;
    bool ram;

    if (!host_place(opaque, iova, &phys, 1)) {
        return false;
    }
    byte = address_space_map(&address_space_memory, phys, &len, true,
                             MEMTXATTRS_UNSPECIFIED);
    if (!byte) {
        return false;
    }
    /* Of anything else the map is a copy. */
    ram = memory_region_from_host(byte, &offset);
    if (ram) {
        *was = qatomic_fetch_or(byte, bits);
    }
    address_space_unmap(&address_space_memory, byte, len, true, ram);
    return ram;
}

void ism_interrupt(IsmState *s)
{
    PCIDevice *pdev = PCI_DEVICE(s);

    if (msi_enabled(pdev)) {
        msi_notify(pdev, 0);
    } else if (msix_enabled(pdev)) {
        msix_notify(pdev, 0);
    }
}

static void host_interrupt(void *opaque)
{
    ism_fault_interrupt(opaque);
}

/* Bit 51 of the clock is a microsecond. */
static uint64_t host_now(void *opaque)
{
    return TOD_UNIX_EPOCH + (qemu_clock_get_us(QEMU_CLOCK_HOST) << 12);
}

static const IsmHost host = {
    .mapped = host_mapped,
    .write = host_write,
    .set_bits = host_set_bits,
    .interrupt = host_interrupt,
    .now = host_now,
};

/* A GID that no other function has, and a number that goes with it. */
static bool host_join(IsmState *s, uint64_t gid)
{
    uint16_t number = 0;

    if (s->fabric) {
        number = ism_remote_join(gid);
        if (!number) {
            return false;
        }
    }
    if (!ism_core_join(&s->core, &fabric, gid, number, &host, s)) {
        if (s->fabric) {
            ism_remote_leave(gid);
        }
        return false;
    }
    return true;
}

bool ism_host_join(IsmState *s, Error **errp)
{
    uint64_t gid = s->gid, base = ISM_GID_BASE;
    int n;

    if (s->fabric) {
        if (!ism_remote_open(&fabric, s->fabric, errp)) {
            return false;
        }
        base |= ism_remote_machine() << 16;
    }
    for (n = 1; !s->gid && n < ISM_NUMBERS; n++) {
        if (host_join(s, base | n)) {
            return true;
        }
    }
    if (!gid || !host_join(s, gid)) {
        error_setg(errp, "the GID 0x%" PRIx64 " is taken, or there are too "
                   "many functions", gid);
        return false;
    }
    return true;
}

void ism_host_leave(IsmState *s)
{
    if (s->core.fabric) {
        ism_core_leave(&s->core);
        if (s->fabric) {
            ism_remote_leave(s->core.gid);
        }
        s->core.fabric = NULL;
    }
}
