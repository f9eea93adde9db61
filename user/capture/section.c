// SPDX-License-Identifier: GPL-2.0-only
#include "capture/section.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/bytes.h"
#include "util/clock.h"
#include "util/times.h"

/* Where the options of a section header begin: behind byte order, version and length. */
#define OPTIONS_AT 12
/* What shb_userappl begins with in a section of ours. */
#define OURS "ismtrace"

static bool is_foreign(const struct pcapng_block *block)
{
	size_t at = OPTIONS_AT;
	struct pcapng_opt opt;

	/* mergecap puts its own name there, editcap leaves ours. */
	while (pcapng_option(block, &at, &opt))
		if (opt.code == SHB_USERAPPL)
			return opt.len < strlen(OURS) || memcmp(opt.value, OURS, strlen(OURS));
	return false;
}

void section_begin(struct capture_section *section, const struct pcapng_block *block)
{
	struct capture_interface *interfaces = section->interfaces;
	size_t room = section->room;

	memset(section, 0, sizeof(*section));
	section->interfaces = interfaces;
	section->room = room;
	section->little = block->little;
	section->foreign = is_foreign(block);
}

int section_grow(struct capture_section *section)
{
	size_t room = section->room ? 2 * section->room : 4;
	struct capture_interface *interfaces;

	if (section->nr_interfaces < section->room)
		return 0;
	interfaces = reallocarray(section->interfaces, room, sizeof(*interfaces));
	if (!interfaces)
		return -ENOMEM;
	section->interfaces = interfaces;
	section->room = room;
	return 0;
}

void section_take(struct capture_section *section, const struct account_part *part,
		  struct trace *trace)
{
	const struct account *account = &part->account;

	section->trace = trace;
	section->was_little = account->flags & ACCOUNT_LITTLE;
	section->closed = (account->flags & (ACCOUNT_FINAL | ACCOUNT_FILE_END)) &&
			  part->first + part->nr == part->total;
	section->said_accesses = account->in_file;
	section->said_insns = account->insns_in_file;
}

/*
 * The account's own block is at its end: where it is not, the times of the file were moved (as
 * by if_tsoffset), and all that the account says of times moves with them.  What is less than a
 * second may be a coarser resolution.
 */
void section_move_times(const struct capture_section *section, const struct pcapng_block *block,
			struct account *account)
{
	uint32_t id = get_32(block->body, block->little);
	uint64_t units = (uint64_t)get_32(block->body + 4, block->little) << 32 |
			 get_32(block->body + 8, block->little);
	int64_t moved;

	if (id >= section->nr_interfaces || !section->interfaces[id].fn)
		return;
	moved = time_diff(interface_time(&section->interfaces[id], units), account->end_ns);
	if (moved > -NS_PER_SEC && moved < NS_PER_SEC)
		return;
	account->begin_ns = time_add(account->begin_ns, moved);
	account->end_ns = time_add(account->end_ns, moved);
	account->mono_offset = time_add(account->mono_offset, moved);
}

/*
 * record puts an account behind the first interface, before any packet, and one at the end;
 * what editcap and mergecap keep of statistics they put behind all packets, and they write in
 * the order of their own machine.
 */
enum section_account section_end(struct capture_section *section)
{
	if (section->trace)
		section->trace->read += section->accesses;
	if (section->closed)
		return section->accesses > section->said_accesses ||
				       section->insns > section->said_insns
			       ? SECTION_DIFFERS
			       : SECTION_ACCOUNTED;
	if (section->foreign || section->early ||
	    (section->trace && section->little != section->was_little))
		return SECTION_REWRITTEN;
	return SECTION_OPEN;
}

void section_free(struct capture_section *section)
{
	free(section->interfaces);
}
