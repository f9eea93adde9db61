// SPDX-License-Identifier: GPL-2.0-only
#include "live/ring_record.h"

#include <string.h>

#include "insn_sums.h"

unsigned int ring_record_type(const void *data, size_t size)
{
	const struct ismt_hdr *hdr = data;

	/* No record is shorter. */
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

#define OFFSET_AT(member) offsetof(struct ismt_access, member)

/*
 * Has the record the shape of the last one?  Most have: three comparisons of memory, each one
 * instruction on s390.  Only for the variant driver, whose name is fixed.
 */
static bool is_same_shape(const struct ismt_access *last, const struct ismt_access *from)
{
	return from->hdr.type == ISMT_REC_BRIEF &&
	       !memcmp(&from->pid, &last->pid, OFFSET_AT(offset) - OFFSET_AT(pid)) &&
	       !memcmp(&from->len, &last->len, OFFSET_AT(latency_ns) - OFFSET_AT(len)) &&
	       !memcmp(&from->run, &last->run, ISMT_BRIEF_LEN - OFFSET_AT(run)) &&
	       !((from->offset ^ last->offset) >> ISMT_ISM_SHIFT);
}

static void decode(struct access *access, const struct ismt_access *from, size_t size)
{
	struct ismt_access *raw = &access->raw;

	access->payload = NULL;
	access->payload_len = 0;
	if (from->hdr.type == ISMT_REC_BRIEF) {
		memcpy(raw, from, OFFSET_AT(insn));
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
	/* A task outside our PID namespace: its number may be another task's here, so show none. */
	if (raw->flags & ISMT_TASK_FOREIGN)
		raw->pid = raw->tid = 0;
	raw->region = (uint32_t)(from->offset >> ISMT_OFFSET_SHIFT(from->layer));
}

bool ring_record_access(struct ring_reader *reader, const void *data, size_t size)
{
	const struct ismt_access *from = data;
	struct access *access = &reader->access;
	bool shape = access->shape && is_same_shape(&reader->brief, from);

	if (shape) {
		access->raw.hdr.cpu = from->hdr.cpu;
		access->raw.hdr.ts = from->hdr.ts;
		access->raw.latency_ns = from->latency_ns;
	} else {
		decode(access, from, size);
		access->shape = 0;
		if (from->hdr.type == ISMT_REC_BRIEF && from->layer == ISMT_LAYER_ISM) {
			memcpy(&reader->brief, from, ISMT_BRIEF_LEN);
			access->shape = ++reader->kinds;
		}
	}
	access->raw.offset = from->offset & ((1ULL << ISMT_OFFSET_SHIFT(from->layer)) - 1);
	access->ts = from->hdr.ts + reader->mono_offset;
	access->rules = 0;
	/* A record has either a task's number or a run, as the programs record or count. */
	access->task = access->raw.task;
	access->run = access->raw.run;
	access->run_bytes = access->raw.run_bytes;
	return shape;
}
