/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring_record.h - records as they come out of the ring buffer (bpf/ismtrace.h), decoded.
 */
#ifndef ISMT_LIVE_RING_RECORD_H
#define ISMT_LIVE_RING_RECORD_H

#include <stddef.h>

#include "model/access.h"

/*
 * ring_record_type - ISMT_REC_ACCESS, brief or not, or ISMT_REC_INSN, if size bytes
 * at data hold such a record whole; 0 if they do not.
 */
unsigned int ring_record_type(const void *data, size_t size);

struct ring_reader {
	uint64_t mono_offset;	  /* the caller's: ts is CLOCK_MONOTONIC plus so many ns */
	struct access access;	  /* the last one */
	struct ismt_access brief; /* its record, cut to ISMT_BRIEF_LEN, if it is alike any */
	uint64_t kinds;		  /* numbers for access.shape that were given so far */
};

/*
 * ring_record_access - decode what ring_record_type() said is an access, into
 * reader->access.  True if it is alike the one before; if not, its fn and driver are for
 * the caller to find, by raw.fid and raw.layer, and it may set shape to 0 if it wants to
 * find them again for the next one.  The payload stays where it is.
 */
bool ring_record_access(struct ring_reader *reader, const void *data, size_t size);

#endif /* ISMT_LIVE_RING_RECORD_H */
