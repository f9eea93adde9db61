/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ISM function's command processor.
 *
 * A command is at the start of the command area: a header (u32 command, u16
 * reserved, u16 length with the header), then the payload, all big-endian.
 * The response takes its place: u32 command, u16 return code, u16 length,
 * payload.  A request of another length than its command has, or with a value
 * that makes no sense, is refused with ISM_ERROR and changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "ism-bytes.h"
#include "ism-core.h"

#define HDR             8
#define AT_RET          4
#define AT_LEN          6

#define IEQ_LEN_LEAST   512     /* the header and 15 entries */
#define VLAN_MAX        0xffff

enum {
    REG_SBA = 0x1,
    REG_IEQ = 0x2,
    READ_GID = 0x3,
    ADD_VLAN_ID = 0x4,
    DEL_VLAN_ID = 0x5,
    SET_VLAN = 0x6,
    RESET_VLAN = 0x7,
    QUERY_INFO = 0x8,
    QUERY_RGID = 0x9,
    REG_DMB = 0xa,
    UNREG_DMB = 0xb,
    SIGNAL_IEQ = 0xe,
    UNREG_SBA = 0x11,
    UNREG_IEQ = 0x12,
};

/* The response's payload is put where the request's was. */
typedef uint16_t CommandFn(IsmCore *core, uint8_t *payload, uint16_t *len);

static int vlan_find(const IsmCore *core, uint64_t id)
{
    int i;

    for (i = 0; i < core->vlans; i++) {
        if (core->vlan[i] == id) {
            return i;
        }
    }
    return -1;
}

/* Whether the function may use this VLAN, or none. */
bool ism_core_vlan_fits(const IsmCore *core, uint32_t valid, uint32_t id)
{
    return valid ? vlan_find(core, id) >= 0 : !core->vlan_required;
}

static bool is_page(const IsmCore *core, uint64_t iova)
{
    return iova && iova % ISM_PAGE == 0 &&
           core->host->mapped(core->opaque, iova, ISM_PAGE);
}

static uint16_t reg_sba(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint64_t sba = ism_get(payload, 8);

    if (core->sba || !is_page(core, sba)) {
        return ISM_ERROR;
    }
    core->sba = sba;
    return ISM_OK;
}

static uint16_t unreg_sba(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint16_t ret = core->sba ? ISM_OK : ISM_ERROR;

    core->sba = 0;
    return ret;
}

static uint16_t reg_ieq(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint64_t ieq = ism_get(payload, 8);
    uint64_t size = ism_get(payload + 8, 8);

    if (core->ieq || size < IEQ_LEN_LEAST || size > ISM_PAGE ||
        !is_page(core, ieq)) {
        return ISM_ERROR;
    }
    core->ieq = ieq;
    core->ieq_len = size;
    core->ieq_next = 0;
    core->ieq_ahead = 0;
    return ISM_OK;
}

static uint16_t unreg_ieq(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint16_t ret = core->ieq ? ISM_OK : ISM_ERROR;

    core->ieq = 0;
    core->ieq_len = 0;
    return ret;
}

static uint16_t read_gid(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    ism_put(payload, 8, core->gid);
    *len = 8;
    return ISM_OK;
}

static uint16_t add_vlan_id(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint64_t id = ism_get(payload, 8);

    if (!id || id > VLAN_MAX) {
        return ISM_ERROR;
    }
    if (vlan_find(core, id) < 0) {
        if (core->vlans == ISM_VLAN_IDS) {
            return ISM_ERROR;
        }
        core->vlan[core->vlans++] = id;
    }
    return ISM_OK;
}

static uint16_t del_vlan_id(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    int i = vlan_find(core, ism_get(payload, 8));

    if (i < 0) {
        return ISM_ERROR;
    }
    core->vlan[i] = core->vlan[--core->vlans];
    return ISM_OK;
}

static uint16_t set_vlan(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    core->vlan_required = true;
    return ISM_OK;
}

static uint16_t reset_vlan(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    core->vlan_required = false;
    return ISM_OK;
}

/* DMBs of others that this function may write to, as far as they are here. */
static uint32_t dmbs_used(const IsmCore *core)
{
    uint32_t count = 0, n, slot;

    for (n = 1; n < ISM_NUMBERS; n++) {
        const IsmCore *other = core->fabric->core[n];

        for (slot = 0; other && other->dmbs && slot < ISM_SLOTS; slot++) {
            count += other->dmb[slot].used && !other->dmb[slot].orphan &&
                     other->dmb[slot].writer == core->gid;
        }
    }
    return count;
}

static uint16_t query_info(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    int i;

    memset(payload, 0, 192);
    ism_put(payload, 4, 1);             /* version */
    ism_put(payload + 4, 4, 200);       /* longest command */
    ism_put(payload + 16, 8, core->gid);
    ism_put(payload + 24, 8, core->sba);
    ism_put(payload + 32, 8, core->ieq);
    ism_put(payload + 40, 4, core->ieq_len);
    ism_put(payload + 48, 4, core->dmbs);
    ism_put(payload + 52, 4, dmbs_used(core));
    ism_put(payload + 56, 4, core->vlan_required);
    ism_put(payload + 60, 4, core->vlans);
    for (i = 0; i < core->vlans; i++) {
        ism_put(payload + 64 + 2 * i, 2, core->vlan[i]);
    }
    *len = 192;
    return ISM_OK;
}

static uint16_t query_rgid(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    IsmRequest req = {
        .verb = ISM_QUERY, .from = core->gid, .to = ism_get(payload, 8),
        .a = ism_get(payload + 8, 4), .b = ism_get(payload + 12, 4),
    };

    if (!ism_core_vlan_fits(core, req.a, req.b) ||
        ism_fabric_request(core->fabric, &req)) {
        return ISM_ERROR;
    }
    ism_core_met(core, req.to);
    return ISM_OK;
}

static uint16_t signal_ieq(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    IsmRequest req = {
        .verb = ISM_SIGNAL, .from = core->gid, .to = ism_get(payload, 8),
        .a = ism_get(payload + 8, 4), .b = ism_get(payload + 12, 4),
        .c = ism_get(payload + 16, 8),
    };

    if (ism_fabric_request(core->fabric, &req)) {
        return ISM_ERROR;
    }
    ism_core_met(core, req.to);
    return ISM_OK;
}

/* The next slot that is free, taken in turn; one is free. */
static uint32_t slot_take(IsmCore *core)
{
    uint32_t slot;

    do {
        slot = core->next_slot;
        core->next_slot = (slot + 1) % ISM_SLOTS;
    } while (core->dmb[slot].used);
    return slot;
}

static uint64_t token_of(const IsmCore *core, uint32_t slot)
{
    return ((uint64_t)core->number << ISM_SLOT_BITS | slot)
           << ISM_TOKEN_SHIFT;
}

static uint16_t reg_dmb(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint64_t iova = ism_get(payload, 8);
    uint32_t size = ism_get(payload + 8, 4);
    uint32_t idx = ism_get(payload + 12, 4);
    uint64_t writer = ism_get(payload + 24, 8);
    IsmRequest there = { .verb = ISM_QUERY, .from = core->gid, .to = writer,
                         .a = ism_get(payload + 16, 4),
                         .b = ism_get(payload + 20, 4) };
    uint32_t slot;

    if (!iova || iova % ISM_PAGE || !size || size % ISM_PAGE ||
        size > ISM_DMB_MAX || iova + size < iova ||
        idx < ISM_FIRST_SBA_IDX || idx >= ISM_DMBS ||
        core->sba_used[idx / 8] & 0x80 >> idx % 8 || core->dmbs == ISM_DMBS ||
        !ism_core_vlan_fits(core, there.a, there.b) ||
        !core->host->mapped(core->opaque, iova, size) ||
        ism_fabric_request(core->fabric, &there)) {
        return ISM_ERROR;
    }
    slot = slot_take(core);
    core->dmb[slot] = (IsmDmb) {
        .used = true, .sba_idx = idx, .len = size, .iova = iova,
        .writer = writer,
    };
    core->dmbs++;
    core->sba_used[idx / 8] |= 0x80 >> idx % 8;
    ism_core_met(core, writer);
    ism_put(payload, 8, token_of(core, slot));
    *len = 8;
    return ISM_OK;
}

static uint16_t unreg_dmb(IsmCore *core, uint8_t *payload, uint16_t *len)
{
    uint64_t token = ism_get(payload, 8);
    uint32_t slot = token >> ISM_TOKEN_SHIFT & (ISM_SLOTS - 1);
    IsmDmb *dmb = &core->dmb[slot];
    IsmRequest gone = {
        .verb = ISM_DMB_EVENT, .from = core->gid, .to = dmb->writer,
        .c = token,
    };

    if (token != token_of(core, slot) || !dmb->used) {
        return ISM_ERROR;
    }
    core->sba_used[dmb->sba_idx / 8] &= ~(0x80 >> dmb->sba_idx % 8);
    core->dmbs--;
    dmb->used = false;
    if (!dmb->orphan) {
        ism_fabric_request(core->fabric, &gone);
    }
    return ISM_OK;
}

static const struct {
    uint16_t len;       /* of the request's payload */
    CommandFn *fn;
} commands[] = {
    [REG_SBA] = { 8, reg_sba },
    [REG_IEQ] = { 16, reg_ieq },
    [READ_GID] = { 0, read_gid },
    [ADD_VLAN_ID] = { 8, add_vlan_id },
    [DEL_VLAN_ID] = { 8, del_vlan_id },
    [SET_VLAN] = { 0, set_vlan },
    [RESET_VLAN] = { 0, reset_vlan },
    [QUERY_INFO] = { 0, query_info },
    [QUERY_RGID] = { 16, query_rgid },
    [REG_DMB] = { 32, reg_dmb },
    [UNREG_DMB] = { 8, unreg_dmb },
    [SIGNAL_IEQ] = { 24, signal_ieq },
    [UNREG_SBA] = { 0, unreg_sba },
    [UNREG_IEQ] = { 0, unreg_ieq },
};

void ism_core_respond(uint8_t area[ISM_PAGE], uint16_t ret)
{
    ism_put(area + AT_RET, 2, ret);
    ism_put(area + AT_LEN, 2, HDR);
}

void ism_core_command(IsmCore *core, uint8_t area[ISM_PAGE])
{
    uint32_t command = ism_get(area, 4);
    uint16_t ret = ISM_ERROR, len = 0;

    if (core->here && command < sizeof(commands) / sizeof(commands[0]) &&
        commands[command].fn &&
        ism_get(area + AT_LEN, 2) == HDR + (uint64_t)commands[command].len) {
        ret = commands[command].fn(core, area + HDR, &len);
    }
    ism_core_respond(area, ret);
    ism_put(area + AT_LEN, 2, HDR + len);
}
