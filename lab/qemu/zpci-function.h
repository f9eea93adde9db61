/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zPCI functions that take part in their instructions.
 *
 * QEMU turns every zPCI instruction into accesses of at most 8 bytes to a
 * memory region, so a device model never sees which instruction it was, and
 * has no say in its condition code.  A device that implements this interface
 * gets both: it is asked before each instruction, and gets the block of a
 * PCISTB in one piece.
 */
#ifndef HW_S390X_ZPCI_FUNCTION_H
#define HW_S390X_ZPCI_FUNCTION_H

#include "hw/s390x/s390-pci-bus.h"
#include "qom/object.h"

/* A store block stays within 4 KiB of the offset: no block is longer. */
#define ZPCI_STB_MAX 4096

#define TYPE_ZPCI_FUNCTION "zpci-function"

typedef struct ZpciFunctionClass ZpciFunctionClass;
DECLARE_CLASS_CHECKERS(ZpciFunctionClass, ZPCI_FUNCTION, TYPE_ZPCI_FUNCTION)
#define ZPCI_FUNCTION(obj) \
    INTERFACE_CHECK(ZpciFunction, (obj), TYPE_ZPCI_FUNCTION)

typedef enum ZpciInsn {
    ZPCI_INSN_PCILG,
    ZPCI_INSN_PCISTG,
    ZPCI_INSN_PCISTB,
} ZpciInsn;

/* What an instruction asks for. */
typedef struct ZpciAccess {
    ZpciInsn insn;
    uint8_t as;         /* BAR number, or ZPCI_CONFIG_BAR */
    uint16_t len;
    uint64_t offset;
    uint64_t operand;   /* PCISTB: where the block is in the guest's memory */
} ZpciAccess;

/* How an instruction ends: all zero is "done". */
typedef struct ZpciOutcome {
    uint16_t pgm;       /* a program interruption; no condition code is set */
    uint8_t cc;
    uint8_t status;     /* with condition code 1 */
} ZpciOutcome;

static inline bool zpci_done(ZpciOutcome out)
{
    return !out.pgm && !out.cc;
}

/* What the function and its group say of themselves to CLP. */
typedef struct ZpciFunctionInfo {
    uint8_t pft;        /* function type */
    uint16_t maxstbl;   /* longest store block */
    bool relaxed;       /* blocks of any length, offset and alignment */
    uint8_t block_bars; /* bit n: BAR n takes a block in one piece */
    uint16_t mui;       /* ms between two updates of the measurement block */
} ZpciFunctionInfo;

struct ZpciFunctionClass {
    InterfaceClass parent;

    void (*get_info)(ZpciFunction *fn, ZpciFunctionInfo *info);
    /*
     * Asked once for each instruction that is valid as far as the machine is
     * concerned, before it has any effect: anything but "done" ends it there.
     */
    ZpciOutcome (*admit)(ZpciFunction *fn, const ZpciAccess *access);
    /* Carries out an admitted PCISTB to one of the block BARs. */
    ZpciOutcome (*store_block)(ZpciFunction *fn, const ZpciAccess *access,
                               const uint8_t *block);
    /* The guest enabled the function. */
    void (*enable)(ZpciFunction *fn);
    /* The guest disabled the function. */
    void (*reset)(ZpciFunction *fn);
};

/* For hw/s390x/s390-pci-*.c. */
bool zpci_function_plug(S390pciState *s, S390PCIBusDevice *pbdev,
                        Error **errp);
void zpci_function_enable(S390PCIBusDevice *pbdev);
void zpci_function_reset(S390PCIBusDevice *pbdev);
ZpciOutcome zpci_function_admit(S390PCIBusDevice *pbdev,
                                const ZpciAccess *access);
ZpciOutcome zpci_function_store_block(S390PCIBusDevice *pbdev,
                                      const ZpciAccess *access,
                                      const uint8_t *block);

/*
 * What happens to a function from outside.  A handle that was renewed is not
 * known any more under its old value: every instruction ends with condition
 * code 3, until the guest learns the new one from an event or by asking.
 */
uint32_t zpci_function_handle(ZpciFunction *fn);
void zpci_function_renew(ZpciFunction *fn, bool event);
void zpci_function_fail(ZpciFunction *fn, bool permanent);
void zpci_function_vanish(ZpciFunction *fn);

/*
 * Where in the guest's memory the function may write to for this address; false
 * if nowhere.  Unlike DMA to such an address, asking is no error: what writes
 * here may be another function, and not to be blamed on this one.
 */
bool zpci_function_translate(ZpciFunction *fn, uint64_t iova, hwaddr *phys);

#endif
