/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ISM function: what ism.c and the command processor share. */
#ifndef HW_S390X_ISM_H
#define HW_S390X_ISM_H

#include "hw/pci/pci.h"
#include "hw/s390x/zpci-function.h"
#include "qom/object.h"

#define TYPE_ISM "ism"
OBJECT_DECLARE_SIMPLE_TYPE(IsmState, ISM)

#define ISM_VLAN_IDS 64

/* What the guest registered by commands; nothing acts on it yet. */
typedef struct IsmRegistered {
    uint64_t sba;
    uint64_t ieq;
    uint32_t ieq_len;
    bool vlan_required;
    uint16_t vlans;
    uint16_t vlan[ISM_VLAN_IDS];
} IsmRegistered;

/* How the next instructions of one kind end, because somebody said so. */
typedef struct IsmOrdered {
    uint32_t skip;          /* so many are left alone before */
    uint32_t left;
    ZpciOutcome outcome;
} IsmOrdered;

struct IsmState {
    PCIDevice parent_obj;

    MemoryRegion window;    /* BAR 0 */
    MemoryRegion area;      /* BAR 2 */
    GHashTable *pages;      /* BAR 0: page number to IsmPage */
    uint8_t *bytes;         /* BAR 2 */
    IsmRegistered registered;
    IsmOrdered ordered[ZPCI_INSN_PCISTB + 1];
    bool broken;            /* enabling it again does not help */

    /* properties */
    uint16_t maxstbl;
    bool relaxed;
    uint16_t mui;
    bool renew;
    bool commands;
    uint64_t gid;
    uint32_t area_size;
    uint32_t window_pages;
};

/* Executes the command whose header is in the first 8 bytes of BAR 2. */
void ism_command(IsmState *s);

/* The property "order" (ism-orders.c). */
void ism_order_set(Object *obj, const char *text, Error **errp);
char *ism_order_get(Object *obj, Error **errp);

/* How this instruction is to end; "done" if nobody said anything. */
ZpciOutcome ism_ordered(IsmState *s, ZpciInsn insn);

#endif
