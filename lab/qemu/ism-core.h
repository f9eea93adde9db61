/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ISM protocol: what the functions of a fabric do with commands and with
 * stores into the data window.
 *
 * This is plain C that knows nothing of QEMU, so that it can be fuzzed and
 * tested by itself.  What it needs of the machine is in IsmHost, and what it
 * needs of other machines in IsmRemote.  Callers serialize all calls that
 * concern one fabric.
 */
#ifndef HW_S390X_ISM_CORE_H
#define HW_S390X_ISM_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISM_PAGE            4096u

/* What a function has: at most so many DMBs, of which each has an SBA bit. */
#define ISM_DMBS            1920
#define ISM_FIRST_SBA_IDX   32
#define ISM_DMB_MAX         (1u << 23)
#define ISM_VLAN_IDS        64

/*
 * A token is that of one DMB in the whole fabric.  It is the number of its
 * owner and of a slot there, above the 28 bits of a place in the data window
 * that are index, signal and offset.  Slots are taken in turn, so that a token
 * is not used again before all the others of its owner were.
 */
#define ISM_TOKEN_SHIFT     28
#define ISM_SLOT_BITS       11
#define ISM_SLOTS           (1u << ISM_SLOT_BITS)
#define ISM_NUMBERS         512     /* of functions; 0 is none */

/* Return codes of commands. */
#define ISM_OK              0
#define ISM_ERROR           0xffff

/* Types and codes of events. */
#define ISM_EVENT_DMB       0
#define ISM_EVENT_GID       1
#define ISM_EVENT_SIGNAL    2
#define ISM_DMB_GONE        4
#define ISM_GID_FAILED      1       /* it is in error state */
#define ISM_GID_GONE        7

/* What came of a store into the data window. */
typedef enum IsmMoved {
    ISM_MOVED,
    ISM_NO_DMB,         /* no such token, or it is for another writer */
    ISM_BEYOND,         /* past the end of the DMB */
    ISM_UNMAPPED,       /* its owner took the memory away */
    ISM_UNREACHABLE,    /* the machine of its owner does not answer */
} IsmMoved;

/* Something that one function asks of another one. */
typedef enum IsmVerb {
    ISM_QUERY,          /* are you there? a: VLAN valid, b: VLAN id */
    ISM_SIGNAL,         /* an event; a: interrupt wanted, b: code, c: info */
    ISM_MOVE,           /* to: place in the data window */
    ISM_DMB_EVENT,      /* c: the token of a DMB that is gone; no answer */
} IsmVerb;

typedef struct IsmRequest {
    IsmVerb verb;
    uint64_t from;      /* GID */
    uint64_t to;        /* GID, or what the verb says */
    uint32_t a;
    uint32_t b;
    uint64_t c;
    const uint8_t *data;
    size_t len;
} IsmRequest;

/* The machine of a function.  Each gets the function's opaque pointer. */
typedef struct IsmHost {
    /* Whether the function may write to all of this memory; no side effects. */
    bool (*mapped)(void *opaque, uint64_t iova, uint64_t len);
    /* All of it or nothing. */
    bool (*write)(void *opaque, uint64_t iova, const void *data, size_t len);
    /* Sets bits of one byte, atomically for the CPUs; *was is what was set. */
    bool (*set_bits)(void *opaque, uint64_t iova, uint8_t bits, uint8_t *was);
    void (*interrupt)(void *opaque);
    /* The time of day clock, for events. */
    uint64_t (*now)(void *opaque);
} IsmHost;

/* Functions of other machines; a fabric of one machine has none. */
typedef struct IsmRemote {
    /*
     * Carries out the request where its receiver is.  The result is an
     * ISM_OK or ISM_ERROR, for ISM_MOVE an IsmMoved.
     */
    uint32_t (*request)(void *opaque, const IsmRequest *req);
    /* To a function of this machine this has happened: ISM_GID_... */
    void (*announce)(void *opaque, uint64_t gid, uint32_t code);
} IsmRemote;

typedef struct IsmDmb {
    bool used;
    bool orphan;        /* whoever was to write is gone, and stays so */
    uint16_t sba_idx;
    uint32_t len;
    uint64_t iova;
    uint64_t writer;    /* GID */
} IsmDmb;

typedef struct IsmFabric IsmFabric;

typedef struct IsmCore {
    IsmFabric *fabric;
    const IsmHost *host;
    void *opaque;
    uint64_t gid;
    uint16_t number;
    bool here;          /* enabled: others find it */

    uint64_t sba;
    uint64_t ieq;
    uint32_t ieq_len;
    uint32_t ieq_next;  /* the entry that the next event goes to */
    uint32_t ieq_ahead; /* events since the driver was seen to look */
    bool vlan_required;
    uint16_t vlans;
    uint16_t vlan[ISM_VLAN_IDS];

    uint32_t dmbs;
    uint32_t next_slot;
    IsmDmb *dmb;        /* ISM_SLOTS of them */
    uint8_t sba_used[ISM_DMBS / 8];

    /* GIDs that this function has had to do with: it is told when they go. */
    uint64_t *contact;
    uint32_t contacts;
} IsmCore;

struct IsmFabric {
    IsmCore *core[ISM_NUMBERS];     /* by number */
    const IsmRemote *remote;
    void *remote_opaque;
};

/*
 * Makes a function part of the fabric, not enabled yet.  With number 0 it gets
 * one that is free.  Returns false if the GID is 0 or taken, or there is no
 * number left.
 */
bool ism_core_join(IsmCore *core, IsmFabric *fabric, uint64_t gid,
                   uint16_t number, const IsmHost *host, void *opaque);
void ism_core_leave(IsmCore *core);

/* The function is enabled; others find it from now on. */
void ism_core_enable(IsmCore *core);
/* It is not any more: all that was registered ends, and its peers hear. */
void ism_core_disable(IsmCore *core);

/* It is in error state, which its peers hear of. */
void ism_core_fail(IsmCore *core);

/* Executes the command in the command area, whose response takes its place. */
void ism_core_command(IsmCore *core, uint8_t area[ISM_PAGE]);

/* The response to a command with this return code and no payload. */
void ism_core_respond(uint8_t area[ISM_PAGE], uint16_t ret);

/* A store block of at most a page to this place in the data window. */
IsmMoved ism_core_move(IsmCore *core, uint64_t place, const uint8_t *data,
                       size_t len);

/* Carries out what a function of another machine asks of one of this one. */
uint32_t ism_fabric_serve(IsmFabric *fabric, const IsmRequest *req);
/* To a function this has happened, of another machine or of this one. */
void ism_fabric_lost(IsmFabric *fabric, uint64_t gid, uint32_t code);
/* All functions of other machines are gone. */
void ism_fabric_cut(IsmFabric *fabric);

/* In ism-core.c: whether the function may use this VLAN, or none. */
bool ism_core_vlan_fits(const IsmCore *core, uint32_t valid, uint32_t id);

/* In ism-notify.c: how a function tells its driver of something. */
bool ism_core_event(IsmCore *core, uint32_t type, uint32_t code, uint64_t tok,
                    uint64_t info, bool interrupt);
void ism_core_signal(IsmCore *core, uint16_t sba_idx, unsigned element);
/* Remembers the GID, so that the function hears of its end. */
void ism_core_met(IsmCore *core, uint64_t gid);

/* In ism-fabric.c: between functions. */
uint32_t ism_fabric_request(IsmFabric *fabric, const IsmRequest *req);

#endif
