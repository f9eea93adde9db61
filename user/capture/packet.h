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
	PACKET_BAD, /* the file is damaged */
	PACKET_RECORD,
	PACKET_UNKNOWN, /* a record of an unknown type, from a later version */
	PACKET_STRAY,	/* a packet of an interface that is none of ours */
};

/*
 * packet_get - understand a packet of a section, and count it there.  A record goes to *rec, except
 * for file and number, which are left to the caller; an access's driver name to driver, which has
 * room for ISMT_NAME_LEN bytes.  PACKET_BAD: why says, cut to len, what is wrong.
 */
enum packet_kind packet_get(struct capture_section *section, const struct pcapng_block *block,
			    struct capture_record *rec, char *driver, char *why, size_t len);

#endif /* ISMT_CAPTURE_PACKET_H */
