/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring_record.h - decode the records in the ring buffer (bpf/ismtrace.h).
 */
#ifndef ISMT_LIVE_RING_RECORD_H
#define ISMT_LIVE_RING_RECORD_H

#include <stddef.h>

#include "model/access.h"

/*
 * ring_record_type - ISMT_REC_ACCESS (for a brief one, too) or ISMT_REC_INSN, if the size bytes at
 * data are such a record and all of it; else 0.
 */
unsigned int ring_record_type(const void *data, size_t size);

struct ring_reader {
	uint64_t mono_offset; /* set by the caller: ns to add to CLOCK_MONOTONIC to get access.ts */
	struct access access; /* the last access */
	struct ismt_access
		brief; /* the record of that, if it has a shape; ISMT_BRIEF_LEN bytes of it are valid */
	uint64_t kinds; /* the last access.shape that was given */
};

/*
 * ring_record_access - decode an access, as ring_record_type() has called it, into reader->access.
 * True if it has the same shape as the one before.  If not, the caller sets fn and driver, by
 * raw.fid and raw.layer; it may set shape to 0 to be asked for them again for the next access.
 * payload points into data.
 */
bool ring_record_access(struct ring_reader *reader, const void *data, size_t size);

#endif /* ISMT_LIVE_RING_RECORD_H */
