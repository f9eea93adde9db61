/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ISM function: what the files of the device share. */
#ifndef HW_S390X_ISM_H
#define HW_S390X_ISM_H

#include "hw/pci/pci.h"
#include "hw/s390x/zpci-function.h"
#include "ism-core.h"
#include "qom/object.h"

#define TYPE_ISM "ism"
OBJECT_DECLARE_SIMPLE_TYPE(IsmState, ISM)

/* How the next instructions of one kind end, because somebody said so. */
typedef struct IsmOrdered {
    uint32_t skip;          /* so many are left alone before */
    uint32_t left;
    ZpciOutcome outcome;
} IsmOrdered;

/* Of the next ones so many are left alone, then so many go wrong. */
typedef struct IsmCount {
    uint32_t skip;
    uint32_t left;
} IsmCount;

/* How commands, interrupts and moves go wrong, because somebody said so. */
typedef struct IsmFaults {
    IsmCount refuse;        /* commands, with this code */
    uint16_t ret;
    IsmCount drop;          /* interrupts */
    IsmCount late;          /* interrupts, by so many ms */
    uint32_t late_ms;
    QEMUTimer *timer;
    IsmCount slow;          /* moves, by so many ms */
    uint32_t slow_ms;
    int64_t slow_until;     /* 0: none is under way */
} IsmFaults;

struct IsmState {
    PCIDevice parent_obj;

    MemoryRegion window;    /* BAR 0 */
    MemoryRegion area;      /* BAR 2 */
    uint8_t *bytes;         /* BAR 2 */
    IsmCore core;           /* the protocol, unless memory is on */
    GHashTable *pages;      /* BAR 0 with memory on: page number to IsmPage */
    IsmOrdered ordered[ZPCI_INSN_PCISTB + 1];
    IsmFaults faults;
    bool broken;            /* enabling it again does not help */

    /* properties */
    uint16_t maxstbl;
    bool relaxed;
    uint16_t mui;
    bool renew;
    bool memory;
    uint64_t gid;
    char *fabric;
    uint32_t area_size;
    uint32_t window_pages;
};

/* In ism-host.c: what the protocol needs of the machine. */
bool ism_host_join(IsmState *s, Error **errp);
void ism_host_leave(IsmState *s);

/* In ism-remote.c: other machines; one connection for all functions. */
bool ism_remote_open(IsmFabric *fabric, const char *path, Error **errp);
/* The number of this machine among those of the fabric, 1 and up. */
unsigned ism_remote_machine(void);
/* The number of a new function; 0 if its GID is taken, or none is left. */
uint16_t ism_remote_join(uint64_t gid);
void ism_remote_leave(uint64_t gid);

/* In ism-memory.c: BAR 0 as memory that reads back what was stored. */
void ism_memory_init(IsmState *s);
void ism_memory_exit(IsmState *s);
void ism_memory_clear(IsmState *s);
/* What is in the page of this place; NULL is zeros. */
const uint8_t *ism_memory_page(IsmState *s, uint64_t offset);
/* A block within a page; false if there is no room left. */
bool ism_memory_store(IsmState *s, uint64_t offset, const uint8_t *block,
                      size_t len);

/* The property "order" (ism-orders.c). */
void ism_order_set(Object *obj, const char *text, Error **errp);
char *ism_order_get(Object *obj, Error **errp);

/* In ism-faults.c: what goes wrong on order. */
void ism_faults_clear(IsmState *s);
void ism_faults_exit(IsmState *s);
/* Whether this command is refused; *ret is with which code. */
bool ism_fault_command(IsmState *s, uint16_t *ret);
/* Whether this move is to be tried again later. */
bool ism_fault_move(IsmState *s);
/* Interrupts, unless that is dropped or has to wait. */
void ism_fault_interrupt(IsmState *s);
/* Raises one, by whichever way the guest has enabled. */
void ism_interrupt(IsmState *s);

/* How this instruction is to end; "done" if nobody said anything. */
ZpciOutcome ism_ordered(IsmState *s, ZpciInsn insn);

#endif
