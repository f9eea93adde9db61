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

struct IsmState {
    PCIDevice parent_obj;

    MemoryRegion window;    /* BAR 0 */
    MemoryRegion area;      /* BAR 2 */
    GHashTable *pages;      /* BAR 0: page number to IsmPage */
    uint8_t *bytes;         /* BAR 2 */
    IsmRegistered registered;

    /* properties */
    uint16_t maxstbl;
    bool relaxed;
    bool commands;
    uint64_t gid;
    uint32_t area_size;
    uint32_t window_pages;
};

/* Executes the command whose header is in the first 8 bytes of BAR 2. */
void ism_command(IsmState *s);

#endif
