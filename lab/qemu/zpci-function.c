/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine does for every zPCI load and store: tell a valid one from
 * one that is not, ask the function, and hand store blocks over whole.
 *
 * The zPCI architecture is not public.  The rules here are those that the
 * kernel's arch/s390/pci relies on and those that QEMU has always enforced;
 * where neither says anything, the comment says what was chosen.
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/host-utils.h"
#include "exec/memop.h"
#include "exec/memory-internal.h"
#include "hw/s390x/s390-pci-inst.h"
#include "hw/s390x/zpci-function.h"
#include "cpu.h"

#define OFFSET_BOUNDARY 4096

static const ZpciOutcome done;

static ZpciOutcome refuse(uint8_t status)
{
    return (ZpciOutcome) { .cc = ZPCI_PCI_LS_ERR, .status = status };
}

static ZpciOutcome interrupt(uint16_t pgm)
{
    return (ZpciOutcome) { .pgm = pgm };
}

/*
 * The group with these limits.  maxstbl and mui belong to a group, not to a
 * function, so functions that differ in one need different groups: each set
 * of limits gets the next identifier of the range that QEMU keeps for groups
 * which no host knows.
 */
static S390PCIGroup *group_get(S390pciState *s, const ZpciFunctionInfo *info)
{
    S390PCIGroup *group, *model = s390_group_find(ZPCI_DEFAULT_FN_GRP);

    QTAILQ_FOREACH(group, &s->zpci_groups, link) {
        if (group->of_functions && group->relaxed == info->relaxed &&
            group->zpci_group.maxstbl == info->maxstbl &&
            group->zpci_group.mui == info->mui) {
            return group;
        }
    }
    if (s->next_sim_grp >= ZPCI_DEFAULT_FN_GRP) {
        return NULL;
    }
    /* No host group is -1: pass-through never takes it for one of its own. */
    group = s390_group_create(s->next_sim_grp++, -1);
    group->zpci_group = model->zpci_group;
    group->zpci_group.maxstbl = info->maxstbl;
    group->zpci_group.mui = info->mui;
    group->relaxed = info->relaxed;
    group->of_functions = true;
    return group;
}

bool zpci_function_plug(S390pciState *s, S390PCIBusDevice *pbdev,
                        Error **errp)
{
    Object *obj = object_dynamic_cast(OBJECT(pbdev->pdev), TYPE_ZPCI_FUNCTION);
    ZpciFunctionInfo info = { 0 };
    S390PCIGroup *group;

    pbdev->function = NULL;
    pbdev->block_bars = 0;
    if (!obj) {
        return true;
    }
    ZPCI_FUNCTION_GET_CLASS(obj)->get_info(ZPCI_FUNCTION(obj), &info);

    group = group_get(s, &info);
    if (!group) {
        error_setg(errp, "no zPCI function group is left for maxstbl %u%s",
                   info.maxstbl, info.relaxed ? "" : ", strict");
        return false;
    }
    pbdev->function = ZPCI_FUNCTION(obj);
    pbdev->block_bars = info.block_bars;
    pbdev->pci_group = group;
    pbdev->zpci_fn.pfgid = group->id;
    pbdev->zpci_fn.pft = info.pft;
    return true;
}

static S390PCIBusDevice *bus_device(ZpciFunction *fn)
{
    S390PCIBusDevice *pbdev =
        s390_pci_find_dev_by_target(s390_get_phb(), DEVICE(fn)->id);

    assert(pbdev && pbdev->function == fn);
    return pbdev;
}

/* The handle's index and kind stay, the number of its instance changes. */
static void handle_renew(S390PCIBusDevice *pbdev)
{
    const uint32_t one = FH_MASK_INSTANCE & -FH_MASK_INSTANCE;

    pbdev->fh = (pbdev->fh & ~FH_MASK_INSTANCE) |
                ((pbdev->fh + one) & FH_MASK_INSTANCE);
}

void zpci_function_enable(S390PCIBusDevice *pbdev)
{
    if (pbdev->function) {
        ZPCI_FUNCTION_GET_CLASS(pbdev->function)->enable(pbdev->function);
    }
}

uint32_t zpci_function_handle(ZpciFunction *fn)
{
    return bus_device(fn)->fh;
}

/*
 * Of the events that carry a handle this one (it concerns the measurement
 * block) makes Linux take it over and do nothing else.
 */
void zpci_function_renew(ZpciFunction *fn, bool event)
{
    S390PCIBusDevice *pbdev = bus_device(fn);

    handle_renew(pbdev);
    if (event) {
        s390_pci_generate_error_event(ERR_EVENT_FMBA, pbdev->fh, pbdev->fid,
                                      0, 0);
    }
}

void zpci_function_fail(ZpciFunction *fn, bool permanent)
{
    S390PCIBusDevice *pbdev = bus_device(fn);

    pbdev->state = permanent ? ZPCI_FS_PERMANENT_ERROR : ZPCI_FS_ERROR;
    s390_pci_generate_error_event(permanent ? ERR_EVENT_PERMERR
                                            : ERR_EVENT_SERVAC,
                                  pbdev->fh, pbdev->fid, 0, 0);
}

/* What an operator at the machine's console does who does not ask first. */
void zpci_function_vanish(ZpciFunction *fn)
{
    S390PCIBusDevice *pbdev = bus_device(fn);

    if (pbdev->state != ZPCI_FS_STANDBY && pbdev->state != ZPCI_FS_RESERVED) {
        device_legacy_reset(DEVICE(pbdev));
        pbdev->state = ZPCI_FS_STANDBY;
        s390_pci_generate_plug_event(HP_EVENT_CONFIGURED_TO_STBRES, pbdev->fh,
                                     pbdev->fid);
    }
}

bool zpci_function_translate(ZpciFunction *fn, uint64_t iova, hwaddr *phys)
{
    S390PCIBusDevice *pbdev =
        s390_pci_find_dev_by_target(s390_get_phb(), DEVICE(fn)->id);
    uint64_t page = iova & TARGET_PAGE_MASK;
    S390IOTLBEntry *entry;

    if (!pbdev || !pbdev->iommu || !pbdev->iommu->enabled ||
        (pbdev->state != ZPCI_FS_ENABLED && pbdev->state != ZPCI_FS_BLOCKED) ||
        iova < pbdev->iommu->pba || iova > pbdev->iommu->pal) {
        return false;
    }
    entry = g_hash_table_lookup(pbdev->iommu->iotlb, &page);
    if (!entry || !(entry->perm & IOMMU_WO)) {
        return false;
    }
    *phys = entry->translated_addr + (iova - page);
    return true;
}

void zpci_function_reset(S390PCIBusDevice *pbdev)
{
    /* On unplug the PCI device goes first. */
    if (pbdev->pdev && pbdev->function) {
        ZPCI_FUNCTION_GET_CLASS(pbdev->function)->reset(pbdev->function);
    }
}

static bool takes_blocks(S390PCIBusDevice *pbdev, uint8_t bar)
{
    return pbdev->block_bars & (1 << bar);
}

/* Loads and stores: 1, 2, 4 or 8 bytes that do not cross a doubleword. */
static ZpciOutcome check_scalar(const ZpciAccess *access)
{
    if (!is_power_of_2(access->len) ||
        access->len > 8 - (access->offset & 7)) {
        return interrupt(PGM_OPERAND);
    }
    return done;
}

static ZpciOutcome check_block(S390PCIBusDevice *pbdev,
                               const ZpciAccess *access)
{
    bool relaxed = pbdev->pci_group->relaxed &&
                   takes_blocks(pbdev, access->as);

    if (!access->len || access->len > pbdev->pci_group->zpci_group.maxstbl ||
        access->len > ZPCI_STB_MAX) {
        return interrupt(PGM_SPECIFICATION);
    }
    if ((access->offset & (OFFSET_BOUNDARY - 1)) + access->len >
        OFFSET_BOUNDARY) {
        return interrupt(PGM_SPECIFICATION);
    }
    if (!relaxed && (access->len <= 8 || (access->len & 7) ||
                     (access->offset & 7) || (access->operand & 7))) {
        return interrupt(PGM_SPECIFICATION);
    }
    return done;
}

ZpciOutcome zpci_function_admit(S390PCIBusDevice *pbdev,
                                const ZpciAccess *access)
{
    ZpciOutcome out;
    MemoryRegion *mr;
    uint64_t size;

    if (access->as <= ZPCI_IO_BAR_MAX) {
        mr = pbdev->pdev->io_regions[access->as].memory;
        /*
         * A BAR that the function does not have (the upper half of a 64-bit
         * one, too) is an address space like 6 to 14, which is not there
         * for any function, and answers as those do.
         */
        if (!mr) {
            return refuse(ZPCI_PCI_ST_INVAL_AS);
        }
        out = access->insn == ZPCI_INSN_PCISTB ? check_block(pbdev, access)
                                               : check_scalar(access);
        if (!zpci_done(out)) {
            return out;
        }
        /*
         * The region is called directly, not through an address space, so
         * nobody else looks at its end.  An operand exception is what a
         * region that refuses an access ends in.
         */
        size = memory_region_size(mr);
        if (access->offset >= size || access->len > size - access->offset) {
            return interrupt(PGM_OPERAND);
        }
    } else if (access->as != ZPCI_CONFIG_BAR ||
               access->insn == ZPCI_INSN_PCISTB) {
        return refuse(ZPCI_PCI_ST_INVAL_AS);
    }

    if (pbdev->function) {
        return ZPCI_FUNCTION_GET_CLASS(pbdev->function)->admit(pbdev->function,
                                                               access);
    }
    return done;
}

ZpciOutcome zpci_function_store_block(S390PCIBusDevice *pbdev,
                                      const ZpciAccess *access,
                                      const uint8_t *block)
{
    MemoryRegion *mr;
    uint64_t offset;
    int i;

    if (takes_blocks(pbdev, access->as)) {
        return ZPCI_FUNCTION_GET_CLASS(pbdev->function)->store_block(
            pbdev->function, access, block);
    }

    /* Any other region gets doublewords, all of them or none. */
    mr = s390_get_subregion(pbdev->pdev->io_regions[access->as].memory,
                            access->offset, access->len);
    offset = access->offset - mr->addr;
    for (i = 0; i < access->len; i += 8) {
        if (!memory_region_access_valid(mr, offset + i, 8, true,
                                        MEMTXATTRS_UNSPECIFIED)) {
            return interrupt(PGM_OPERAND);
        }
    }
    for (i = 0; i < access->len; i += 8) {
        /* The first byte of the block is the first of the region. */
        if (memory_region_dispatch_write(mr, offset + i, ldq_be_p(block + i),
                                         MO_64 | MO_BE,
                                         MEMTXATTRS_UNSPECIFIED) != MEMTX_OK) {
            return interrupt(PGM_OPERAND);
        }
    }
    return done;
}

static const TypeInfo zpci_function_type = {
    .name = TYPE_ZPCI_FUNCTION,
    .parent = TYPE_INTERFACE,
    .class_size = sizeof(ZpciFunctionClass),
};

static void zpci_function_register(void)
{
    type_register_static(&zpci_function_type);
}

type_init(zpci_function_register)
