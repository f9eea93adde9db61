/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring_record.h - records as they come out of the ring buffer (bpf/record.h), decoded.
 */
#ifndef ISMT_RING_RECORD_H
#define ISMT_RING_RECORD_H

#include <stddef.h>

#include "access.h"

/*
 * ring_record_type - ISMT_REC_ACCESS, brief or not, or ISMT_REC_INSN, if size bytes
 * at data hold such a record whole; 0 if they do not.
 */
unsigned int ring_record_type(const void *data, size_t size);

/*
 * ring_record_access - decode what ring_record_type() said is an access.  Its fn and
 * driver are for the caller to find, by raw.fid and raw.layer; ts is CLOCK_MONOTONIC
 * plus mono_offset ns.  The payload stays where it is.
 */
void ring_record_access(const void *data, size_t size, uint64_t mono_offset,
			struct access *access);

#endif /* ISMT_RING_RECORD_H */
