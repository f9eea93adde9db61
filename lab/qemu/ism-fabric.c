/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fabric: who is there, and what functions do to one another.
 *
 * A request is carried out by its receiver, in this machine or, by way of
 * IsmRemote, in another one: what may be done is decided where the memory is.
 */
#include <stdlib.h>
#include <string.h>

#include "ism-bytes.h"
#include "ism-core.h"

static IsmCore *core_find(const IsmFabric *fabric, uint64_t gid)
{
    int n;

    for (n = 1; n < ISM_NUMBERS; n++) {
        if (fabric->core[n] && fabric->core[n]->gid == gid) {
            return fabric->core[n];
        }
    }
    return NULL;
}

static IsmCore *owner_find(const IsmFabric *fabric, uint64_t place)
{
    uint64_t number = place >> (ISM_TOKEN_SHIFT + ISM_SLOT_BITS);

    return number < ISM_NUMBERS ? fabric->core[number] : NULL;
}

bool ism_core_join(IsmCore *core, IsmFabric *fabric, uint64_t gid,
                   uint16_t number, const IsmHost *host, void *opaque)
{
    if (!gid || core_find(fabric, gid)) {
        return false;
    }
    if (!number) {
        for (number = 1; number < ISM_NUMBERS && fabric->core[number];
             number++) {
            /* The first that is free. */
        }
    }
    if (number >= ISM_NUMBERS || fabric->core[number]) {
        return false;
    }
    *core = (IsmCore) {
        .fabric = fabric, .host = host, .opaque = opaque, .gid = gid,
        .number = number, .dmb = calloc(ISM_SLOTS, sizeof(IsmDmb)),
    };
    if (!core->dmb) {
        return false;
    }
    fabric->core[number] = core;
    return true;
}

void ism_core_leave(IsmCore *core)
{
    ism_core_disable(core);
    core->fabric->core[core->number] = NULL;
    free(core->dmb);
    free(core->contact);
    core->dmb = NULL;
    core->contact = NULL;
}

void ism_core_enable(IsmCore *core)
{
    core->here = true;
}

static void core_announce(IsmCore *core, uint32_t code)
{
    const IsmRemote *remote = core->fabric->remote;

    ism_fabric_lost(core->fabric, core->gid, code);
    if (remote) {
        remote->announce(core->fabric->remote_opaque, core->gid, code);
    }
}

void ism_core_fail(IsmCore *core)
{
    if (core->here) {
        core_announce(core, ISM_GID_FAILED);
    }
}

void ism_core_disable(IsmCore *core)
{
    if (!core->here) {
        return;
    }
    core->here = false;
    core->sba = 0;
    core->ieq = 0;
    core->ieq_len = 0;
    core->vlan_required = false;
    core->vlans = 0;
    core->dmbs = 0;
    core->contacts = 0;
    /* Which slot is next stays, so that the tokens are others afterwards. */
    memset(core->dmb, 0, ISM_SLOTS * sizeof(*core->dmb));
    memset(core->sba_used, 0, sizeof(core->sba_used));
    core_announce(core, ISM_GID_GONE);
}

static void core_lost(IsmCore *core, uint64_t gid, uint32_t code)
{
    uint32_t i, slot;

    for (i = 0; i < core->contacts && core->contact[i] != gid; i++) {
        /* Those that had nothing to do with it are not concerned. */
    }
    if (i == core->contacts) {
        return;
    }
    ism_core_event(core, ISM_EVENT_GID, code, gid, 0, true);
    if (code != ISM_GID_GONE) {
        return;
    }
    core->contact[i] = core->contact[--core->contacts];
    /* Another one may come back under this GID, without any right to them. */
    for (slot = 0; core->dmbs && slot < ISM_SLOTS; slot++) {
        if (core->dmb[slot].used && core->dmb[slot].writer == gid) {
            core->dmb[slot].orphan = true;
        }
    }
}

void ism_fabric_lost(IsmFabric *fabric, uint64_t gid, uint32_t code)
{
    int n;

    for (n = 1; n < ISM_NUMBERS; n++) {
        if (fabric->core[n] && fabric->core[n]->here &&
            fabric->core[n]->gid != gid) {
            core_lost(fabric->core[n], gid, code);
        }
    }
}

void ism_fabric_cut(IsmFabric *fabric)
{
    IsmCore *core;
    uint32_t i;
    int n;

    for (n = 1; n < ISM_NUMBERS; n++) {
        core = fabric->core[n];
        /* Each that goes is replaced by the last one: go from there. */
        for (i = core ? core->contacts : 0; i-- > 0;) {
            if (!core_find(fabric, core->contact[i])) {
                core_lost(core, core->contact[i], ISM_GID_GONE);
            }
        }
    }
}

static IsmMoved move(IsmCore *owner, const IsmRequest *req)
{
    uint32_t slot = req->to >> ISM_TOKEN_SHIFT & (ISM_SLOTS - 1);
    uint32_t offset = req->to & (ISM_DMB_MAX - 1);
    const IsmDmb *dmb = &owner->dmb[slot];

    if (!owner->here || !dmb->used || dmb->orphan ||
        dmb->writer != req->from) {
        return ISM_NO_DMB;
    }
    if (offset >= dmb->len || req->len > dmb->len - offset) {
        return ISM_BEYOND;
    }
    if (!owner->host->write(owner->opaque, dmb->iova + offset, req->data,
                            req->len)) {
        return ISM_UNMAPPED;
    }
    /* The data is there before anybody is told. */
    if (req->to & ISM_DMB_MAX) {
        ism_core_signal(owner, dmb->sba_idx, req->to >> 24 & 15);
    }
    return ISM_MOVED;
}

static uint32_t serve(IsmCore *core, const IsmRequest *req)
{
    if (!core || !core->here) {
        return ISM_ERROR;
    }
    switch (req->verb) {
    case ISM_QUERY:
        if (!ism_core_vlan_fits(core, req->a, req->b)) {
            return ISM_ERROR;
        }
        ism_core_met(core, req->from);
        return ISM_OK;
    case ISM_SIGNAL:
        if (!ism_core_event(core, ISM_EVENT_SIGNAL, req->b, req->from, req->c,
                            req->a)) {
            return ISM_ERROR;
        }
        ism_core_met(core, req->from);
        return ISM_OK;
    case ISM_DMB_EVENT:
        ism_core_event(core, ISM_EVENT_DMB, ISM_DMB_GONE, req->c, 0, true);
        return ISM_OK;
    default:
        return ISM_ERROR;
    }
}

uint32_t ism_fabric_serve(IsmFabric *fabric, const IsmRequest *req)
{
    IsmCore *core;

    if (req->verb == ISM_MOVE) {
        core = owner_find(fabric, req->to);
        return core ? move(core, req) : ISM_NO_DMB;
    }
    return serve(core_find(fabric, req->to), req);
}

/* A function is no peer of its own. */
uint32_t ism_fabric_request(IsmFabric *fabric, const IsmRequest *req)
{
    bool ours;

    if (req->verb == ISM_MOVE) {
        ours = owner_find(fabric, req->to);
    } else if (req->to == req->from) {
        return ISM_ERROR;
    } else {
        ours = core_find(fabric, req->to);
    }
    if (!ours && fabric->remote) {
        return fabric->remote->request(fabric->remote_opaque, req);
    }
    return ism_fabric_serve(fabric, req);
}

IsmMoved ism_core_move(IsmCore *core, uint64_t place, const uint8_t *data,
                       size_t len)
{
    IsmRequest req = {
        .verb = ISM_MOVE, .from = core->gid, .to = place, .data = data,
        .len = len,
    };

    if (!core->here) {
        return ISM_NO_DMB;
    }
    return ism_fabric_request(core->fabric, &req);
}
