// SPDX-License-Identifier: GPL-2.0-only
#include "ring_record.h"

#include <string.h>

#include "insns.h"

unsigned int ring_record_type(const void *data, size_t size)
{
	const struct ismt_hdr *hdr = data;

	/* The shortest there is. */
	if (size < sizeof(struct ismt_insn))
		return 0;
	switch (hdr->type) {
	case ISMT_REC_BRIEF:
		return size >= ISMT_BRIEF_LEN ? ISMT_REC_ACCESS : 0;
	case ISMT_REC_ACCESS:
		return size >= sizeof(struct ismt_access) ? ISMT_REC_ACCESS : 0;
	case ISMT_REC_INSN:
		return ISMT_REC_INSN;
	default:
		return 0;
	}
}

void ring_record_access(const void *data, size_t size, uint64_t mono_offset,
			struct access *access)
{
	const struct ismt_access *from = data;
	struct ismt_access *raw = &access->raw;
	unsigned int shift = ISMT_OFFSET_SHIFT(from->layer);

	access->payload = NULL;
	access->payload_len = 0;
	if (from->hdr.type == ISMT_REC_BRIEF) {
		memcpy(raw, from, offsetof(struct ismt_access, insn));
		raw->hdr.type = ISMT_REC_ACCESS;
		raw->hdr.len = sizeof(*raw);
		raw->brief = 0;
		access_expand(raw, from->brief, from->req);
	} else {
		*raw = *from;
		if (from->hdr.len < size)
			size = from->hdr.len;
		if (size > sizeof(*raw)) {
			access->payload = (const uint8_t *)(from + 1);
			access->payload_len = (uint32_t)(size - sizeof(*raw));
		}
	}
	raw->region = (uint32_t)(from->offset >> shift);
	raw->offset = from->offset & ((1ULL << shift) - 1);
	access->ts = raw->hdr.ts + mono_offset;
	access->rules = 0;
	access->run = raw->run;
	access->run_bytes = raw->run_bytes;
}
