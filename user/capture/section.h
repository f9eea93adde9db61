/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * section.h - what is known of the section of a file that is being read, and at its end,
 * whether what it says of losses holds.
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
	struct trace *trace;	  /* NULL: it has not said */
	uint64_t accesses, insns; /* records of it that were read */

	bool little;	 /* byte order */
	bool was_little; /* as the account says */
	bool foreign;	 /* it is told that another program wrote it */
	bool early;	 /* packets came before any account */
	bool closed;	 /* its last account is a closing one, and nothing came behind */
	uint64_t said_accesses, said_insns; /* what that tells of */
};

/* What a section says of losses. */
enum section_account {
	SECTION_ACCOUNTED,
	SECTION_OPEN,	   /* ours, and nobody has closed it: killed, or still running */
	SECTION_REWRITTEN, /* by another program, which drops accounts */
	SECTION_DIFFERS,   /* it has more records than its account tells of */
};

/* A new one begins; block is its header. */
void section_begin(struct capture_section *section, const struct pcapng_block *block);

/* Room for one more interface, which is made by whoever calls.  0 or -ENOMEM. */
int section_grow(struct capture_section *section);

/* A packet comes, of whatever kind. */
static inline void section_packet(struct capture_section *section)
{
	section->early |= !section->trace;
	section->closed = false;
}

/*
 * section_take - a part of an account, out of a block of statistics, and the trace that it is
 * of.  The account's times have been moved (section_move_times()) before.
 */
void section_take(struct capture_section *section, const struct account_part *part,
		  struct trace *trace);

/* Times in an account, as those of the packets of its section have been moved. */
void section_move_times(const struct capture_section *section, const struct pcapng_block *block,
			struct account *account);

/* It has ended.  What was read of its trace is put down there. */
enum section_account section_end(struct capture_section *section);

void section_free(struct capture_section *section);

#endif /* ISMT_CAPTURE_SECTION_H */
