// SPDX-License-Identifier: GPL-2.0-only
/*
 * news.c - what the function tells: bits in the SBA, entries in the IEQ.
 *
 * SBA (one page): bit 0, the most significant of the first byte, says that there is
 * something, bit 1 that there are events, from byte 4 on there is a bit for each DMB, by the
 * index that it was registered with, and from byte 256 on a mask of 16 bits for each, in
 * which a store with a signal sets the bit of its element.
 * IEQ (one page): a header of 32 bytes, whose first u64 is the number, 1 to 15, of the entry
 * that was written last, then 15 entries of 32 bytes: u32 type, u32 code, u64 token or GID,
 * u64 time, u64 information.
 *
 * The function sets bits while we look, so each is cleared on its own and atomically, and
 * before what it stands for is read.
 */
#include "ism/bytes.h"
#include "ism/internal.h"

#include <unistd.h>

#define SUMMARY 0x80
#define EVENTS	0x40

#define SBA_BITS  4
#define SBA_MASKS 256

#define IEQ_HEADER  32
#define IEQ_ENTRY   32
#define IEQ_ENTRIES 15

static bool take_bit(uint8_t *byte, uint8_t bit)
{
	return __atomic_fetch_and(byte, (uint8_t)~bit, __ATOMIC_SEQ_CST) & bit;
}

void ism_news_begin(struct ism *ism)
{
	uint64_t count;

	/* Nothing is lost if it is 0: the bits are what counts. */
	if (read(ism->irq, &count, sizeof(count)) < 0)
		count = 0;
	take_bit(ism->sba, SUMMARY);
	/* What comes after is news again. */
	take_bit(ism->sba, EVENTS);
}

bool ism_dmb_signalled(struct ism *ism, const struct ism_dmb *dmb)
{
	uint8_t bit = (uint8_t)(0x80 >> dmb->sba % 8);
	uint16_t *mask = (uint16_t *)(void *)(ism->sba + SBA_MASKS + 2 * dmb->sba);

	/* One element is all that we use. */
	__atomic_store_n(mask, 0, __ATOMIC_RELAXED);
	return take_bit(ism->sba + SBA_BITS + dmb->sba / 8, bit);
}

bool ism_event_next(struct ism *ism, struct ism_event *event)
{
	uint64_t last = be64toh(__atomic_load_n((uint64_t *)(void *)ism->ieq, __ATOMIC_ACQUIRE));
	const uint8_t *entry;

	if (last > IEQ_ENTRIES || last == ism->ieq_seen)
		return false;
	entry = ism->ieq + IEQ_HEADER + IEQ_ENTRY * (ism->ieq_seen % IEQ_ENTRIES);
	*event = (struct ism_event){
		.type = get32(entry),
		.code = get32(entry + 4),
		.tok = get64(entry + 8),
		.time = get64(entry + 16),
		.info = get64(entry + 24),
	};
	ism->ieq_seen = ism->ieq_seen % IEQ_ENTRIES + 1;
	return true;
}
