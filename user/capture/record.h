/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - the data of a packet in a capture: a header, big-endian,
 * of fixed size, then payload.  docs/capture-format.md has the layout.
 */
#ifndef ISMT_CAPTURE_RECORD_H
#define ISMT_CAPTURE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "model/access.h"

/* Later ones may be longer: what is appended is skipped by older readers. */
#define RECORD_VERSION	  1
#define RECORD_ACCESS_LEN 248
#define RECORD_INSN_LEN	  96

/*
 * record_put_access, record_put_insn - write the header; buf must hold
 * RECORD_ACCESS_LEN or RECORD_INSN_LEN bytes.  The payload is the caller's.
 */
void record_put_access(uint8_t *buf, const struct access *access);
/* The same, for an access that is alike (access.h) one whose record is at last. */
void record_put_cached(uint8_t *buf, const uint8_t *last, const struct access *access);
void record_put_insn(uint8_t *buf, const struct insn *insn);

/*
 * record_type - enum ismt_record_type of a record of len bytes, 0 for one of
 * a type that is not known, which is to be skipped, or -EBADMSG if it is no
 * record.
 */
int record_type(const uint8_t *data, size_t len);

/*
 * record_get_access - the reverse, of a record whose type is ISMT_REC_ACCESS.
 * driver must hold ISMT_NAME_LEN bytes and is always ended; access->driver
 * points to it, access->payload into data.  fn and ts are left to the caller.
 * Returns 0, or -EBADMSG when it makes no sense.
 */
int record_get_access(const uint8_t *data, size_t len, struct access *access, char *driver);

/* The same for ISMT_REC_INSN. */
int record_get_insn(const uint8_t *data, size_t len, struct insn *insn);

#endif /* ISMT_CAPTURE_RECORD_H */
