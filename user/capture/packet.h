/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * packet.h - an enhanced packet block, and the record in it.
 */
#ifndef ISMT_CAPTURE_PACKET_H
#define ISMT_CAPTURE_PACKET_H

#include <stddef.h>

#include "capture/pcapng.h"
#include "capture/reader.h"
#include "capture/section.h"

enum packet_kind {
	PACKET_BAD, /* no good file has it */
	PACKET_RECORD,
	PACKET_UNKNOWN, /* a record of a type that is not known */
	PACKET_STRAY,	/* of an interface that is none of ours */
};

/*
 * packet_get - understand a packet of a section, and count it there.  A record is in *rec, with
 * file and number left to the caller; an access's driver is in driver, which holds ISMT_NAME_LEN
 * bytes, and is ended.  Of a bad one why says, cut to len, what is wrong.
 */
enum packet_kind packet_get(struct capture_section *section, const struct pcapng_block *block,
			    struct capture_record *rec, char *driver, char *why, size_t len);

#endif /* ISMT_CAPTURE_PACKET_H */
