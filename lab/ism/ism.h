/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ism.h - an ISM function from user space, over VFIO: open it, ask it, lend it memory, and
 * move data into what others have lent.  It is written to be copied from.
 *
 * An ISM (Internal Shared Memory) function belongs to one Linux instance and reaches the
 * functions of others on the same fabric, each of which has a GID.  A DMB (direct memory
 * buffer) is memory of one side that a single other GID may write to, by a store block into
 * the data window, BAR 0.  Nobody reads what is another's.  Commands go through BAR 2.
 *
 * The protocol's layout, which is what the kernel's drivers/s390/net/ism.h and its driver
 * rely on, is in the .c files, each where it is used.  All numbers of the protocol are
 * big-endian; the functions here take and give the machine's own.
 *
 * A struct ism is for one thread.  Errors are negative errnos; nothing is printed but by
 * ism_open(), which names the function and a remedy in one line on stderr.
 */
#ifndef ISM_ISM_H
#define ISM_ISM_H

#include <stdbool.h>
#include <stdint.h>

#include "vfio/function.h"
#include "vfio/vfio.h"

/* A DMB is at most 8 MiB, as its offsets have 23 bits, and made of pages. */
#define ISM_DMB_MAX (8u << 20)
#define ISM_PAGE    4096u
/* The SBA's bits that DMBs may have: the first 32 are none. */
#define ISM_SBA_FIRST 32
#define ISM_SBA_END   1920
/* A store block stays within 4 KiB of the offset. */
#define ISM_BLOCK_MAX 4096u

/* Kinds of events in the queue (IEQ). */
enum ism_event_type {
	ISM_EVENT_DMB = 0, /* of a DMB that we may write to: code ISM_DMB_GONE, tok is its token */
	ISM_EVENT_GID = 1, /* of a peer: code ISM_GID_GONE, tok is its GID */
	ISM_EVENT_SIGNAL =
		2, /* ism_signal() of a peer: tok is its GID, code and info are its own */
};

#define ISM_DMB_GONE 4
#define ISM_GID_GONE 7

struct ism_event {
	uint32_t type; /* enum ism_event_type, or what is not known here */
	uint32_t code;
	uint64_t tok;
	uint64_t time; /* of the machine's clock (TOD) */
	uint64_t info;
};

/* What QUERY_INFO answers. */
struct ism_info {
	uint32_t version;
	uint64_t gid;
	uint32_t dmbs_owned, dmbs_used;
	bool vlan_required;
};

/* Memory of ours that one peer may write to. */
struct ism_dmb {
	uint8_t *memory; /* len bytes, zeros at first; page-aligned */
	uint32_t len;
	uint16_t sba; /* the bit that a store with a signal sets */
	uint64_t iova;
	uint64_t tok; /* to be told to the peer */
	uint64_t gid; /* of the peer */
};

struct ism {
	struct function fn;
	struct vfio vfio;
	uint64_t gid;
	uint32_t block;	    /* bytes of the longest store block, 16 to 4096 */
	int irq;	    /* eventfd: readable when there may be news */
	uint8_t *sba, *ieq; /* a page each that the function writes to */
	uint32_t ieq_seen;  /* entries up to this one, 0 to 15, were taken */
	uint64_t iova_base;
	uint32_t iova_next, iova_places;
	uint64_t blocks; /* store blocks into the data window, so far */
	uint8_t sba_used[ISM_SBA_END / 8];
};

/*
 * ism_open - open the function (address as in lspci -D; NULL: the first that a VFIO driver
 * has), enable it, register the two pages that it reports in, and its interrupt.
 * Returns 0, or -errno after one line on stderr: -ENXIO when it does not answer as an ISM
 * function does.
 */
int ism_open(struct ism *ism, const char *address, enum interface interface);
/* Gives everything back, also after an ism_open() that failed.  DMBs end with it. */
void ism_close(struct ism *ism);
/*
 * Could a DMB of @len bytes be had now?  0, or -ENOMEM: that much may not be locked (ulimit -l), or there is
 * no memory; or -ENOSPC: of addresses.  Nothing is kept.
 */
int ism_lendable(struct ism *ism, uint32_t len);

/* Returns 0, or -errno: -EPROTO when the function answers something else. */
int ism_query(struct ism *ism, struct ism_info *info);

/* Whether there is a function with this GID on the fabric: 0, -ENOENT or another -errno. */
int ism_peer_query(struct ism *ism, uint64_t gid);

/*
 * ism_dmb_register - len bytes, a multiple of ISM_PAGE up to ISM_DMB_MAX, for gid to write
 * to.  Returns 0, or -errno: -ENOENT when the function refuses, as it does when there is no
 * such peer, -ENOMEM, also when RLIMIT_MEMLOCK is too low, or -ENOSPC when all SBA bits are
 * taken.
 */
int ism_dmb_register(struct ism *ism, uint32_t len, uint64_t gid, struct ism_dmb *dmb);
/*
 * The peer is told (ISM_DMB_GONE) and its stores are refused from then on.  The memory is
 * freed.  Returns 0, or the -errno of the function, to which it belongs no longer anyway.
 */
int ism_dmb_unregister(struct ism *ism, struct ism_dmb *dmb);

/*
 * ism_move - store len bytes, 1 to ism->block, at offset of the DMB tok of a peer, with one
 * write and thus one PCISTB.  offset and len stay within 4 KiB (offset % 4096 + len <= 4096);
 * functions with strict alignment want both to be multiples of 8, and len above 8.  With
 * signal the peer's SBA bit is set and it is interrupted, after the data is there.
 * When it returns 0 the data is in the peer's memory.  Else nothing is: -EINVAL for what
 * cannot be one block, -EIO or -ENXIO when the function refused it, as for a DMB that is
 * not ours to write to or is gone.
 */
int ism_move(struct ism *ism, uint64_t tok, uint32_t offset, const void *data, uint32_t len,
	     bool signal);

/*
 * ism_signal - put an event into the peer's queue.  Returns 0, or -ENOENT when there is no
 * such peer or its queue is full: events are for what is rare, and are sent again.
 */
int ism_signal(struct ism *ism, uint64_t gid, uint32_t code, uint64_t info);

/*
 * ism_news_begin - to be called when ism->irq is readable, before looking at anything: the
 * function interrupts again for what comes after.
 */
void ism_news_begin(struct ism *ism);
/* Whether the peer has signalled the DMB since this was asked last. */
bool ism_dmb_signalled(struct ism *ism, const struct ism_dmb *dmb);
/* The next event that was not taken yet; false if there is none. */
bool ism_event_next(struct ism *ism, struct ism_event *event);

/*
 * ism_command - one command of BAR 2 for what has no function here: request and response
 * are payloads without the header, at most 248 bytes.  Returns 0, -ENOENT when the
 * function refused it, -EPROTO when the response is not one, or the -errno of an access.
 */
int ism_command(struct ism *ism, uint32_t command, const void *request, uint32_t request_len,
		void *response, uint32_t response_len);

#endif /* ISM_ISM_H */
