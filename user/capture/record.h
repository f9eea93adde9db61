/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - the data of a packet in a capture: a header of fixed size, big-endian, then the
 * payload.  docs/capture-format.md has the layout.
 */
#ifndef ISMT_CAPTURE_RECORD_H
#define ISMT_CAPTURE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "model/access.h"

/* Bytes of a header.  Later versions may append to it: readers skip what they do not know. */
#define RECORD_VERSION	  1
#define RECORD_ACCESS_LEN 248
#define RECORD_INSN_LEN	  96

/*
 * record_put_access, record_put_insn - write the header; buf must hold
 * RECORD_ACCESS_LEN or RECORD_INSN_LEN bytes.  The payload is the caller's.
 */
void record_put_access(uint8_t *buf, const struct access *access);
/* record_put_access() for an access of the same shape (access.h) as the one whose header is at last. */
void record_put_cached(uint8_t *buf, const uint8_t *last, const struct access *access);
void record_put_insn(uint8_t *buf, const struct insn *insn);

/*
 * record_type - the enum ismt_record_type of a record of len bytes; 0 for an unknown type, which
 * is to be skipped; or -EBADMSG if it is no record.
 */
int record_type(const uint8_t *data, size_t len);

/*
 * record_get_access - read a record of type ISMT_REC_ACCESS.  The driver's name goes to driver,
 * which must have room for ISMT_NAME_LEN bytes, and access->driver points to it;
 * access->payload points into data.  fn and ts are left to the caller.  Returns 0, or -EBADMSG
 * if the record makes no sense.
 */
int record_get_access(const uint8_t *data, size_t len, struct access *access, char *driver);

/* record_get_insn - read a record of type ISMT_REC_INSN; fn and ts are left to the caller.  0 or -EBADMSG. */
int record_get_insn(const uint8_t *data, size_t len, struct insn *insn);

#endif /* ISMT_CAPTURE_RECORD_H */
