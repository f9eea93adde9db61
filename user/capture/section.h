/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * section.h - the section of a file that is being read: what is known of it so far, and at its
 * end, whether what it says of losses holds.
 */
#ifndef ISMT_CAPTURE_SECTION_H
#define ISMT_CAPTURE_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/interface.h"
#include "capture/pcapng.h"
#include "capture/trace.h"
#include "capture/trace_account.h"

struct capture_section {
	struct capture_interface *interfaces; /* fn NULL: not one of ours */
	size_t nr_interfaces, room;
	struct trace *trace;	  /* the trace that it is of; NULL: no account has said yet */
	uint64_t accesses, insns; /* records read so far */

	bool little;	 /* its byte order is little-endian */
	bool was_little; /* its account says that it was written little-endian */
	bool foreign;	 /* its header names another program than ours */
	bool early;	 /* packets came before the first account */
	bool closed;	 /* its last account is a closing one, and no packet came after that */
	uint64_t said_accesses, said_insns; /* records that the last account tells of */
};

/* Does what a section says of losses hold? */
enum section_account {
	SECTION_ACCOUNTED, /* yes */
	SECTION_OPEN, /* ours, without a closing account: its recorder was killed, or still runs */
	SECTION_REWRITTEN, /* written by another program, which drops or copies accounts */
	SECTION_DIFFERS,   /* it has more records than its account tells of */
};

/* A new section begins; block is its header. */
void section_begin(struct capture_section *section, const struct pcapng_block *block);

/* Make room for one more interface, which the caller fills in.  0 or -ENOMEM. */
int section_grow(struct capture_section *section);

/* A packet of any kind was read. */
static inline void section_packet(struct capture_section *section)
{
	section->early |= !section->trace;
	section->closed = false;
}

/*
 * section_take - a part of an account of the trace was read from a block of statistics.  Call
 * section_move_times() on the account before.
 */
void section_take(struct capture_section *section, const struct account_part *part,
		  struct trace *trace);

/* If the times of the section's packets were moved (editcap -t), move those in the account likewise. */
void section_move_times(const struct capture_section *section, const struct pcapng_block *block,
			struct account *account);

/* The section has ended: add what was read to its trace, and say whether its account holds. */
enum section_account section_end(struct capture_section *section);

void section_free(struct capture_section *section);

#endif /* ISMT_CAPTURE_SECTION_H */
