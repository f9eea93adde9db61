/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_account.h - what a capture says of the trace as a whole: losses,
 * what was filtered, unattributed instructions, measurement blocks.  It is a custom
 * option in interface statistics, in several if there are many functions;
 * docs/capture-format.md has the layout.
 */
#ifndef ISMT_CAPTURE_TRACE_ACCOUNT_H
#define ISMT_CAPTURE_TRACE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/pcapng.h"
#include "model/function.h"
#include "model/summary.h"

#define ACCOUNT_FINAL	 0x01 /* the trace has ended */
#define ACCOUNT_FILE_END 0x02 /* the file has; the trace may go on in another */
#define ACCOUNT_CC	 0x04 /* failed instructions come with cc and status */
#define ACCOUNT_LITTLE	 0x08 /* the section was written little-endian */
#define ACCOUNT_UNTOLD	 0x10 /* the kernel did not tell how often it missed a probe */

#define ACCOUNT_NOTE_LEN 64

/* The numbers of an account; the functions are read one by one, by account_get_function(). */
struct account {
	uint32_t flags;
	uint32_t file;		  /* number of the file in the trace, from 0 */
	uint64_t trace;		  /* random, the same in all files of a trace */
	uint64_t serial;	  /* grows from account to account of a trace */
	int64_t begin_ns, end_ns; /* of the trace, ns since 1970; end: when this was written */
	int64_t mono_offset;	  /* ns to add to CLOCK_MONOTONIC to get ns since 1970 */
	uint64_t recorded, insn_records; /* in all files of the trace until now */
	uint64_t filtered, unopened;
	struct losses lost;
	uint64_t in_file,
		insns_in_file; /* how many of recorded and insn_records are in this file */
};

/* What an account says of one function; note is a text from the file. */
struct account_function {
	struct function fn;
	struct summary_function
		sum; /* only outside, filtered, lost and fmb_...; fmb_note is NULL */
	char note[ACCOUNT_NOTE_LEN];
};

/* The most functions that one part of an account tells of: an option has 16 bits of length. */
#define ACCOUNT_PART_FUNCTIONS 128

/* The most bytes that a part can need. */
size_t account_size(const struct summary *summary);

/*
 * account_put - write a part as a block of statistics of an interface: numbers from account,
 * functions from summary, from *first on, which is advanced.  False if it does not fit.
 */
bool account_put(struct block_out *out, uint32_t interface, const struct account *account,
		 const struct summary *summary, size_t *first);

/* One part, as it was read. */
struct account_part {
	struct account account;
	size_t first, nr, total; /* it has nr of `total` functions, from number `first` on */
	const uint8_t *entries;	 /* borrowed from the block */
	size_t entry_len;
};

/*
 * account_get - read a part from a block of statistics.  0, or -EBADMSG if
 * there is none of ours in it.
 */
int account_get(const struct pcapng_block *block, struct account_part *part);

/* A function of the part, by its index there. */
void account_get_function(const struct account_part *part, size_t index,
			  struct account_function *function);

#endif /* ISMT_CAPTURE_TRACE_ACCOUNT_H */
