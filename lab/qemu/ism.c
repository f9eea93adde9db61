/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ISM (Internal Shared Memory) function for the s390x machine.
 *
 *   BAR 0  the data window, 2^48 bytes
 *   BAR 2  the command area, one page
 *   BAR 4  the MSI-X table: QEMU's zPCI takes no function without one.  The
 *          kernel's ISM driver wants a vector of the plain MSI capability.
 *
 * Only PCISTB stores: PCISTG to BAR 0 or 2 is refused with condition code 1,
 * as a real function needs store blocks.
 *
 * Functions of a fabric, which are those of a machine at least, write to one
 * another's memory: a store into the data window is one into a DMB of another
 * function, and the command area executes commands (ism-core.c has the
 * protocol, ism-host.c what it needs of the machine).  What a function has
 * registered ends when it is reset, which VFIO does on every open.
 *
 * With memory=on it is no such function but memory behind both BARs that reads
 * back what was stored (ism-memory.c).  This survives a function reset, so that
 * one program can read what another one wrote; a system reset clears it.  So
 * that no driver takes it for a function that works, it has no plain MSI
 * capability, which the kernel's ISM driver needs, and does nothing with
 * commands: the "response" of QUERY_INFO is as long as the request was.
 *
 * The property "order" makes it fail, interrupt and move data on demand
 * (ism-orders.c).
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
#include "hw/s390x/s390-pci-inst.h"
#include "ism.h"

#define ISM_DEVICE_ID       0x04ed
#define ISM_PFT             5       /* the function type of ISM in CLP */

#define ISM_WINDOW_BAR      0
#define ISM_AREA_BAR        2
#define ISM_MSIX_BAR        4
#define ISM_MSIX_VECTORS    2

#define ISM_WINDOW_BITS     48

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
    const uint8_t *page = ism_memory_page(opaque, addr);

    return page ? ism_value(page + addr % ISM_PAGE, size) : 0;
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

static ZpciOutcome ism_refuse(uint8_t status)
{
    return (ZpciOutcome) { .cc = ZPCI_PCI_LS_ERR, .status = status };
}

/* The one place where the function decides how an instruction ends. */
static ZpciOutcome ism_admit(ZpciFunction *fn, const ZpciAccess *access)
{
    IsmState *s = ISM(fn);
    ZpciOutcome ordered;

    /* Orders are for the BARs: the kernel itself loads configuration. */
    if (access->as <= ZPCI_IO_BAR_MAX) {
        ordered = ism_ordered(s, access->insn);
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
        return ism_refuse(ZPCI_PCI_ST_INVAL_AS);
    }
    /* Nobody reads other functions' memory. */
    if (access->insn == ZPCI_INSN_PCILG && access->as == ISM_WINDOW_BAR &&
        !s->memory) {
        return ism_refuse(ZPCI_PCI_ST_INVAL_AS);
    }
    return (ZpciOutcome) { 0 };
}

/*
 * Which status says what is a choice, too.  A token that is not there and one
 * that is somebody else's look the same to who guesses.
 */
static ZpciOutcome ism_move(IsmState *s, uint64_t place, const uint8_t *block,
                            size_t len)
{
    switch (ism_core_move(&s->core, place, block, len)) {
    case ISM_MOVED:
        return (ZpciOutcome) { 0 };
    case ISM_BEYOND:
        return ism_refuse(ZPCI_PCI_ST_2ND_OP_IN_INV_AS);
    case ISM_UNMAPPED:
        return ism_refuse(ZPCI_PCI_ST_DMA_AS_NOT_ENABLED);
    case ISM_UNREACHABLE:
        return ism_refuse(ZPCI_PCI_ST_FUNC_NOT_AVAIL);
    default:
        return ism_refuse(ZPCI_PCI_ST_INVAL_AS);
    }
}

static void ism_command(IsmState *s)
{
    uint16_t ret;

    if (ism_fault_command(s, &ret)) {
        ism_core_respond(s->bytes, ret);
    } else {
        ism_core_command(&s->core, s->bytes);
    }
}

static ZpciOutcome ism_store_block(ZpciFunction *fn, const ZpciAccess *access,
                                   const uint8_t *block)
{
    IsmState *s = ISM(fn);

    if (access->as == ISM_AREA_BAR) {
        memcpy(s->bytes + access->offset, block, access->len);
        /* The kernel's driver stores the header last and by itself. */
        if (!s->memory && access->offset == 0 && access->len >= 8) {
            ism_command(s);
        }
        return (ZpciOutcome) { 0 };
    }
    if (!s->memory) {
        if (ism_fault_move(s)) {
            return (ZpciOutcome) { .cc = ZPCI_PCI_LS_BUSY };
        }
        return ism_move(s, access->offset, block, access->len);
    }
    if (!ism_memory_store(s, access->offset, block, access->len)) {
        return ism_refuse(ZPCI_PCI_ST_INSUF_RES);
    }
    return (ZpciOutcome) { 0 };
}

static void ism_function_reset(ZpciFunction *fn)
{
    IsmState *s = ISM(fn);

    if (!s->memory) {
        ism_core_disable(&s->core);
        memset(s->bytes, 0, s->area_size);
    }
}

/*
 * QEMU's own handle is the same for ever, which hides the use of an old one.
 * What is broken for good is so again as soon as it is enabled.
 */
static void ism_function_enable(ZpciFunction *fn)
{
    IsmState *s = ISM(fn);

    if (s->renew) {
        zpci_function_renew(fn, false);
    }
    if (s->broken) {
        zpci_function_fail(fn, true);
    }
    if (!s->memory) {
        ism_core_enable(&s->core);
    }
}

static void ism_reset(DeviceState *dev)
{
    IsmState *s = ISM(dev);

    memset(s->ordered, 0, sizeof(s->ordered));
    ism_faults_clear(s);
    s->broken = false;
    ism_memory_clear(s);
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
    if (s->area_size < ISM_PAGE || s->area_size > 1024 * ISM_PAGE ||
        !is_power_of_2(s->area_size)) {
        error_setg(errp, "area-size must be a power of 2 from %u to %u",
                   ISM_PAGE, 1024 * ISM_PAGE);
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
    return true;
}

/* What is not there is left alone. */
static void ism_undo(IsmState *s)
{
    ism_host_leave(s);
    ism_faults_exit(s);
    msi_uninit(PCI_DEVICE(s));
    ism_memory_exit(s);
    g_free(s->bytes);
}

static void ism_realize(PCIDevice *pdev, Error **errp)
{
    const uint8_t type = PCI_BASE_ADDRESS_SPACE_MEMORY |
                         PCI_BASE_ADDRESS_MEM_TYPE_64;
    IsmState *s = ISM(pdev);
    unsigned vector;

    if (!ism_check_properties(s, errp)) {
        return;
    }
    /* Realized before it is known to others: they may use it at once. */
    s->bytes = g_malloc0(s->area_size);
    ism_memory_init(s);
    if (!s->memory && (msi_init(pdev, 0, 1, true, false, errp) < 0 ||
                       !ism_host_join(s, errp))) {
        goto undo;
    }
    if (msix_init_exclusive_bar(pdev, ISM_MSIX_VECTORS, ISM_MSIX_BAR,
                                errp) < 0) {
        goto undo;
    }
    for (vector = 0; vector < ISM_MSIX_VECTORS; vector++) {
        msix_vector_use(pdev, vector);
    }
    memory_region_init_io(&s->window, OBJECT(s), &ism_window_ops, s,
                          "ism-window", 1ull << ISM_WINDOW_BITS);
    memory_region_init_io(&s->area, OBJECT(s), &ism_area_ops, s, "ism-area",
                          s->area_size);
    pci_register_bar(pdev, ISM_WINDOW_BAR, type, &s->window);
    pci_register_bar(pdev, ISM_AREA_BAR, type, &s->area);
    return;

undo:
    ism_undo(s);
}

static void ism_exit(PCIDevice *pdev)
{
    msix_uninit_exclusive_bar(pdev);
    ism_undo(ISM(pdev));
}

static Property ism_properties[] = {
    DEFINE_PROP_UINT16("maxstbl", IsmState, maxstbl, ZPCI_STB_MAX),
    DEFINE_PROP_BOOL("relaxed", IsmState, relaxed, true),
    /* another function handle each time it is enabled */
    DEFINE_PROP_BOOL("renew", IsmState, renew, false),
    /* no function, but memory that reads back */
    DEFINE_PROP_BOOL("memory", IsmState, memory, false),
    /* 0: one that no other function of the fabric has */
    DEFINE_PROP_UINT64("gid", IsmState, gid, 0),
    /* the socket of the daemon that joins machines; one for all functions */
    DEFINE_PROP_STRING("fabric", IsmState, fabric),
    /* ms between two updates of the measurement block */
    DEFINE_PROP_UINT16("mui", IsmState, mui, 100),
    DEFINE_PROP_UINT32("area-size", IsmState, area_size, ISM_PAGE),
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
