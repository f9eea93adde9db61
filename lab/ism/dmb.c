// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmb.c - buffers that a peer may write to, and stores into those of a peer.
 */
#include "ism/bytes.h"
#include "ism/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A place in the data window: token | index << 24 | signal << 23 | offset. */
#define SIGNAL (1ull << 23)

/* An SBA bit that no DMB of ours has, taken; ISM_SBA_END if there is none. */
static uint32_t sba_take(struct ism *ism)
{
	uint32_t sba;

	for (sba = ISM_SBA_FIRST; sba < ISM_SBA_END; sba++) {
		if (!(ism->sba_used[sba / 8] & 0x80 >> sba % 8)) {
			ism->sba_used[sba / 8] |= (uint8_t)(0x80 >> sba % 8);
			break;
		}
	}
	return sba;
}

static void dmb_free(struct ism *ism, struct ism_dmb *dmb)
{
	ism->sba_used[dmb->sba / 8] &= (uint8_t) ~(0x80 >> dmb->sba % 8);
	memory_put(ism, dmb->memory, dmb->len, dmb->iova);
	*dmb = (struct ism_dmb){ 0 };
}

int ism_dmb_register(struct ism *ism, uint32_t len, uint64_t gid, struct ism_dmb *dmb)
{
	uint8_t request[32] = { 0 }, answer[8];
	uint32_t sba = sba_take(ism);
	int ret;

	if (sba == ISM_SBA_END)
		return -ENOSPC;
	*dmb = (struct ism_dmb){ .len = len, .gid = gid, .sba = (uint16_t)sba };
	dmb->memory = memory_get(ism, len, &dmb->iova);
	ret = dmb->memory ? 0 : -errno;
	if (!ret) {
		put64(request, dmb->iova);
		put32(request + 8, len);
		put32(request + 12, sba);
		/* No VLAN at 16 and 20. */
		put64(request + 24, gid);
		ret = ism_command(ism, ISM_REG_DMB, request, sizeof(request), answer,
				  sizeof(answer));
	}
	if (ret)
		dmb_free(ism, dmb);
	else
		dmb->tok = get64(answer);
	return ret;
}

int ism_dmb_unregister(struct ism *ism, struct ism_dmb *dmb)
{
	uint8_t request[8];
	int ret;

	if (!dmb->memory)
		return 0;
	put64(request, dmb->tok);
	ret = ism_command(ism, ISM_UNREG_DMB, request, sizeof(request), NULL, 0);
	dmb_free(ism, dmb);
	return ret;
}

int ism_move(struct ism *ism, uint64_t tok, uint32_t offset, const void *data, uint32_t len,
	     bool signal)
{
	uint64_t place = tok | (signal ? SIGNAL : 0) | offset;
	ssize_t done;

	if (!len || len > ism->block || offset >= ISM_DMB_MAX ||
	    offset % ISM_BLOCK_MAX + len > ISM_BLOCK_MAX)
		return -EINVAL;
	ism->blocks++;
	done = pwrite(ism->vfio.device, data, len,
		      (off_t)(ism->fn.region[BAR_WINDOW].offset + place));
	if (done == (ssize_t)len)
		return 0;
	return done < 0 ? -errno : -EIO;
}
