/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ISM (Internal Shared Memory) function for the s390x machine.
 *
 *   BAR 0  the data window, 2^48 bytes
 *   BAR 2  the command area, one page
 *   BAR 4  the MSI-X table: QEMU's zPCI takes no function without one.  The
 *          kernel's ISM driver wants a vector of the plain MSI capability.
 *
 * Both memories read back what was stored into them, and only PCISTB stores:
 * PCISTG to either is refused with condition code 1, as a real function needs
 * store blocks.  There is no peer: nothing moves on to another function.
 *
 * The window is kept in pages that appear when they are first stored into, at
 * most window-pages of them.  A store that would need one more is refused with
 * "insufficient resources", so whatever was stored stays readable.  Both
 * memories survive a function reset, which VFIO does on every open, so that
 * one program can read what another one wrote; a system reset clears them.
 *
 * The property "order" makes it fail, interrupt and move data on demand
 * (ism-orders.c).
 *
 * With commands=on, BAR 2 is the command area of the ISM protocol instead of
 * plain memory (ism-cmd.c).
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/host-utils.h"
#include "qemu/module.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "hw/s390x/ism.h"
#include "hw/s390x/s390-pci-inst.h"

#define ISM_DEVICE_ID       0x04ed
#define ISM_PFT             5       /* the function type of ISM in CLP */

#define ISM_WINDOW_BAR      0
#define ISM_AREA_BAR        2
#define ISM_MSIX_BAR        4
#define ISM_MSIX_VECTORS    2

#define ISM_WINDOW_BITS     48
#define ISM_PAGE_BITS       12
#define ISM_PAGE_SIZE       (1u << ISM_PAGE_BITS)

#define ISM_GID_BASE        0x1014040000000000ull

typedef struct IsmPage {
    uint64_t number;
    uint8_t bytes[ISM_PAGE_SIZE];
} IsmPage;

/* Bytes have the order of their addresses; a register is big-endian. */
static uint64_t ism_value(const uint8_t *p, unsigned size)
{
    switch (size) {
    case 1:
        return ldub_p(p);
    case 2:
        return lduw_be_p(p);
    case 4:
        return (uint32_t)ldl_be_p(p);
    default:
        return ldq_be_p(p);
    }
}

static uint64_t ism_window_read(void *opaque, hwaddr addr, unsigned size)
{
    IsmState *s = opaque;
    uint64_t number = addr >> ISM_PAGE_BITS;
    IsmPage *page = g_hash_table_lookup(s->pages, &number);

    return page ? ism_value(page->bytes + addr % ISM_PAGE_SIZE, size) : 0;
}

static uint64_t ism_area_read(void *opaque, hwaddr addr, unsigned size)
{
    IsmState *s = opaque;

    return ism_value(s->bytes + addr, size);
}

static bool ism_accepts(void *opaque, hwaddr addr, unsigned size,
                        bool is_write, MemTxAttrs attrs)
{
    /* Stores come as blocks or not at all. */
    return !is_write;
}

static void ism_no_write(void *opaque, hwaddr addr, uint64_t value,
                         unsigned size)
{
}

#define ISM_OPS(read_fn) {                                          \
    .read = read_fn,                                                \
    .write = ism_no_write,                                          \
    .endianness = DEVICE_BIG_ENDIAN,                                \
    .valid = {                                                      \
        .min_access_size = 1, .max_access_size = 8,                 \
        .unaligned = true, .accepts = ism_accepts,                  \
    },                                                              \
    .impl = {                                                       \
        .min_access_size = 1, .max_access_size = 8,                 \
        .unaligned = true,                                          \
    },                                                              \
}

static const MemoryRegionOps ism_window_ops = ISM_OPS(ism_window_read);
static const MemoryRegionOps ism_area_ops = ISM_OPS(ism_area_read);

static void ism_get_info(ZpciFunction *fn, ZpciFunctionInfo *info)
{
    IsmState *s = ISM(fn);

    *info = (ZpciFunctionInfo) {
        .pft = ISM_PFT,
        .maxstbl = s->maxstbl,
        .relaxed = s->relaxed,
        .mui = s->mui,
        .block_bars = 1 << ISM_WINDOW_BAR | 1 << ISM_AREA_BAR,
    };
}

/* The one place where the function decides how an instruction ends. */
static ZpciOutcome ism_admit(ZpciFunction *fn, const ZpciAccess *access)
{
    ZpciOutcome ordered;

    /* Orders are for the BARs: the kernel itself loads configuration. */
    if (access->as <= ZPCI_IO_BAR_MAX) {
        ordered = ism_ordered(ISM(fn), access->insn);
        if (!zpci_done(ordered)) {
            return ordered;
        }
    }

    /*
     * The status is a choice: of those there are, "invalid address space"
     * says best that this one is not for PCISTG.
     */
    if (access->insn == ZPCI_INSN_PCISTG &&
        (access->as == ISM_WINDOW_BAR || access->as == ISM_AREA_BAR)) {
        return (ZpciOutcome) {
            .cc = ZPCI_PCI_LS_ERR, .status = ZPCI_PCI_ST_INVAL_AS,
        };
    }
    return (ZpciOutcome) { 0 };
}

static IsmPage *ism_page_get(IsmState *s, uint64_t number)
{
    IsmPage *page = g_hash_table_lookup(s->pages, &number);

    if (!page && g_hash_table_size(s->pages) < s->window_pages) {
        page = g_new0(IsmPage, 1);
        page->number = number;
        g_hash_table_insert(s->pages, &page->number, page);
    }
    return page;
}

static ZpciOutcome ism_store_block(ZpciFunction *fn, const ZpciAccess *access,
                                   const uint8_t *block)
{
    IsmState *s = ISM(fn);
    IsmPage *page;

    if (access->as == ISM_WINDOW_BAR) {
        /* A block does not cross a 4 KiB boundary: one page is enough. */
        page = ism_page_get(s, access->offset >> ISM_PAGE_BITS);
        if (!page) {
            return (ZpciOutcome) {
                .cc = ZPCI_PCI_LS_ERR, .status = ZPCI_PCI_ST_INSUF_RES,
            };
        }
        memcpy(page->bytes + access->offset % ISM_PAGE_SIZE, block,
               access->len);
    } else {
        memcpy(s->bytes + access->offset, block, access->len);
        if (s->commands && access->offset == 0 && access->len >= 8) {
            ism_command(s);
        }
    }
    return (ZpciOutcome) { 0 };
}

static void ism_function_reset(ZpciFunction *fn)
{
    memset(&ISM(fn)->registered, 0, sizeof(IsmRegistered));
}

/*
 * QEMU's own handle is the same for ever, which hides the use of an old one.
 * What is broken for good is so again as soon as it is enabled.
 */
static void ism_function_enable(ZpciFunction *fn)
{
    if (ISM(fn)->renew) {
        zpci_function_renew(fn, false);
    }
    if (ISM(fn)->broken) {
        zpci_function_fail(fn, true);
    }
}

static void ism_reset(DeviceState *dev)
{
    IsmState *s = ISM(dev);

    memset(s->ordered, 0, sizeof(s->ordered));
    s->broken = false;
    g_hash_table_remove_all(s->pages);
    memset(s->bytes, 0, s->area_size);
    ism_function_reset(ZPCI_FUNCTION(dev));
}

static bool ism_check_properties(IsmState *s, Error **errp)
{
    /* Shorter ones would leave a strict function no valid block at all. */
    if (s->maxstbl < 16 || s->maxstbl > ZPCI_STB_MAX || s->maxstbl % 8) {
        error_setg(errp, "maxstbl must be a multiple of 8 from 16 to %d",
                   ZPCI_STB_MAX);
        return false;
    }
    if (s->area_size < ISM_PAGE_SIZE || s->area_size > 1024 * ISM_PAGE_SIZE ||
        !is_power_of_2(s->area_size)) {
        error_setg(errp, "area-size must be a power of 2 from %u to %u",
                   ISM_PAGE_SIZE, 1024 * ISM_PAGE_SIZE);
        return false;
    }
    if (!s->window_pages) {
        error_setg(errp, "window-pages must be at least 1");
        return false;
    }
    if (!s->mui) {
        error_setg(errp, "mui must be 1 to 65535 ms");
        return false;
    }
    if (s->commands && !s->relaxed) {
        error_setg(errp, "commands=on needs relaxed=on: a command header is "
                   "a block of 8 bytes, too short for a strict function");
        return false;
    }
    return true;
}

static void ism_realize(PCIDevice *pdev, Error **errp)
{
    const uint8_t type = PCI_BASE_ADDRESS_SPACE_MEMORY |
                         PCI_BASE_ADDRESS_MEM_TYPE_64;
    IsmState *s = ISM(pdev);
    unsigned vector;

    if (!ism_check_properties(s, errp) ||
        msi_init(pdev, 0, 1, true, false, errp) < 0) {
        return;
    }
    if (msix_init_exclusive_bar(pdev, ISM_MSIX_VECTORS, ISM_MSIX_BAR,
                                errp) < 0) {
        msi_uninit(pdev);
        return;
    }
    for (vector = 0; vector < ISM_MSIX_VECTORS; vector++) {
        msix_vector_use(pdev, vector);
    }
    if (!s->gid) {
        s->gid = ISM_GID_BASE | pdev->devfn;
    }
    s->pages = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL,
                                     g_free);
    s->bytes = g_malloc0(s->area_size);

    memory_region_init_io(&s->window, OBJECT(s), &ism_window_ops, s,
                          "ism-window", 1ull << ISM_WINDOW_BITS);
    memory_region_init_io(&s->area, OBJECT(s), &ism_area_ops, s, "ism-area",
                          s->area_size);
    pci_register_bar(pdev, ISM_WINDOW_BAR, type, &s->window);
    pci_register_bar(pdev, ISM_AREA_BAR, type, &s->area);
}

static void ism_exit(PCIDevice *pdev)
{
    IsmState *s = ISM(pdev);

    msix_uninit_exclusive_bar(pdev);
    msi_uninit(pdev);
    g_hash_table_destroy(s->pages);
    g_free(s->bytes);
}

static Property ism_properties[] = {
    DEFINE_PROP_UINT16("maxstbl", IsmState, maxstbl, ZPCI_STB_MAX),
    DEFINE_PROP_BOOL("relaxed", IsmState, relaxed, true),
    /* another function handle each time it is enabled */
    DEFINE_PROP_BOOL("renew", IsmState, renew, false),
    DEFINE_PROP_BOOL("commands", IsmState, commands, false),
    /* 0: made from the slot, different for each function of the machine */
    DEFINE_PROP_UINT64("gid", IsmState, gid, 0),
    /* ms between two updates of the measurement block */
    DEFINE_PROP_UINT16("mui", IsmState, mui, 100),
    DEFINE_PROP_UINT32("area-size", IsmState, area_size, ISM_PAGE_SIZE),
    DEFINE_PROP_UINT32("window-pages", IsmState, window_pages, 16384),
    DEFINE_PROP_END_OF_LIST(),
};

static const VMStateDescription ism_vmstate = {
    .name = TYPE_ISM,
    .unmigratable = 1,
};

static void ism_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);
    ZpciFunctionClass *fc = ZPCI_FUNCTION_CLASS(klass);

    k->realize = ism_realize;
    k->exit = ism_exit;
    k->vendor_id = PCI_VENDOR_ID_IBM;
    k->device_id = ISM_DEVICE_ID;
    /* lspci calls the real one a "non-VGA unclassified device": class 0000 */
    k->class_id = PCI_CLASS_NOT_DEFINED;
    dc->desc = "ISM (Internal Shared Memory) function";
    dc->reset = ism_reset;
    dc->vmsd = &ism_vmstate;
    device_class_set_props(dc, ism_properties);
    object_class_property_add_str(klass, "order", ism_order_get,
                                  ism_order_set);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);

    fc->get_info = ism_get_info;
    fc->admit = ism_admit;
    fc->store_block = ism_store_block;
    fc->enable = ism_function_enable;
    fc->reset = ism_function_reset;
}

static const TypeInfo ism_type = {
    .name = TYPE_ISM,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(IsmState),
    .class_init = ism_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { TYPE_ZPCI_FUNCTION },
        { },
    },
};

static void ism_register(void)
{
    type_register_static(&ism_type);
}

type_init(ism_register)
