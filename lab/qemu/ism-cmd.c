/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ISM function's command processor: enough of it for the kernel's own
 * ISM driver to probe and to unbind.
 *
 * A command is at the start of BAR 2: a header (u32 command, u16 reserved,
 * u16 length with the header), then the payload, all big-endian.  Storing the
 * header is what executes it.  The response takes its place: u32 command,
 * u16 return code, u16 length, payload.  There is no peer, so DMBs and signals
 * are refused like commands that do not exist.
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "hw/s390x/ism.h"

#define ISM_OK              0
#define ISM_ERROR           0xffff

#define ISM_HDR             8
#define ISM_RET             4
#define ISM_LEN             6

enum {
    ISM_REG_SBA = 0x1,
    ISM_REG_IEQ = 0x2,
    ISM_READ_GID = 0x3,
    ISM_ADD_VLAN_ID = 0x4,
    ISM_DEL_VLAN_ID = 0x5,
    ISM_SET_VLAN = 0x6,
    ISM_RESET_VLAN = 0x7,
    ISM_QUERY_INFO = 0x8,
    ISM_UNREG_SBA = 0x11,
    ISM_UNREG_IEQ = 0x12,
};

static int vlan_find(const IsmRegistered *reg, uint16_t id)
{
    int i;

    for (i = 0; i < reg->vlans; i++) {
        if (reg->vlan[i] == id) {
            return i;
        }
    }
    return -1;
}

static uint16_t vlan_add(IsmRegistered *reg, uint64_t id)
{
    if (id > UINT16_MAX) {
        return ISM_ERROR;
    }
    if (vlan_find(reg, id) < 0) {
        if (reg->vlans == ISM_VLAN_IDS) {
            return ISM_ERROR;
        }
        reg->vlan[reg->vlans++] = id;
    }
    return ISM_OK;
}

static uint16_t vlan_del(IsmRegistered *reg, uint64_t id)
{
    int i = id > UINT16_MAX ? -1 : vlan_find(reg, id);

    if (i < 0) {
        return ISM_ERROR;
    }
    reg->vlan[i] = reg->vlan[--reg->vlans];
    return ISM_OK;
}

/* Returns the length of the payload. */
static uint16_t query_info(IsmState *s, uint8_t *out)
{
    const IsmRegistered *reg = &s->registered;
    int i;

    memset(out, 0, 192);
    stl_be_p(out, 1);                   /* version */
    stl_be_p(out + 4, 200);             /* longest command */
    stq_be_p(out + 8, 0);               /* state */
    stq_be_p(out + 16, s->gid);
    stq_be_p(out + 24, reg->sba);
    stq_be_p(out + 32, reg->ieq);
    stl_be_p(out + 40, reg->ieq_len);
    /* out + 44 reserved, out + 48 and + 52 DMBs owned and used: none */
    stl_be_p(out + 56, reg->vlan_required);
    stl_be_p(out + 60, reg->vlans);
    for (i = 0; i < reg->vlans; i++) {
        stw_be_p(out + 64 + 2 * i, reg->vlan[i]);
    }
    return 192;
}

void ism_command(IsmState *s)
{
    IsmRegistered *reg = &s->registered;
    uint8_t *payload = s->bytes + ISM_HDR;
    uint16_t ret = ISM_OK, len = 0;

    switch (ldl_be_p(s->bytes)) {
    case ISM_REG_SBA:
        reg->sba = ldq_be_p(payload);
        break;
    case ISM_UNREG_SBA:
        ret = reg->sba ? ISM_OK : ISM_ERROR;
        reg->sba = 0;
        break;
    case ISM_REG_IEQ:
        reg->ieq = ldq_be_p(payload);
        reg->ieq_len = ldq_be_p(payload + 8);
        break;
    case ISM_UNREG_IEQ:
        ret = reg->ieq ? ISM_OK : ISM_ERROR;
        reg->ieq = 0;
        reg->ieq_len = 0;
        break;
    case ISM_READ_GID:
        stq_be_p(payload, s->gid);
        len = 8;
        break;
    case ISM_ADD_VLAN_ID:
        ret = vlan_add(reg, ldq_be_p(payload));
        break;
    case ISM_DEL_VLAN_ID:
        ret = vlan_del(reg, ldq_be_p(payload));
        break;
    case ISM_SET_VLAN:
    case ISM_RESET_VLAN:
        reg->vlan_required = ldl_be_p(s->bytes) == ISM_SET_VLAN;
        break;
    case ISM_QUERY_INFO:
        len = query_info(s, payload);
        break;
    default:
        ret = ISM_ERROR;
    }
    stw_be_p(s->bytes + ISM_RET, ret);
    stw_be_p(s->bytes + ISM_LEN, ISM_HDR + len);
}
