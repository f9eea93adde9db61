/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * access.h - the decoded records that every sink is given, whatever source
 * they come from.
 */
#ifndef ISMT_MODEL_ACCESS_H
#define ISMT_MODEL_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "ismtrace.h"
#include "judge.h"
#include "model/losses.h"

/* "0011:00:00.0" and the NUL. */
#define FUNCTION_ADDRESS_LEN 16

/*
 * One PCI function.  Owned by the function table, which only grows: a pointer
 * to one stays good until the table is freed.
 */
struct function {
	struct ismt_function k;
	/* "" if not known, as of a function that was gone too soon. */
	char address[FUNCTION_ADDRESS_LEN];
	bool is_ism;
};

/* In place of a function: those that there is no room to keep apart; its driver is NAMES_OTHERS. */
extern const struct function function_others;

/*
 * One access.  Strings in it come from the traced machine: a sink must not
 * print them without escaping.
 */
struct access {
	struct ismt_access raw;
	const struct function *fn; /* never NULL */
	const char *driver;	   /* "ism-vfio-pci", "vfio-pci", ...; not NULL */
	int64_t ts;		   /* begin, ns since 1970; before that negative */
	/*
	 * What was moved, from its beginning, if payloads were asked for:
	 * borrowed until the sink returns; NULL if there is none.
	 */
	const uint8_t *payload;
	uint32_t payload_len; /* at most raw.len */
	/*
	 * As ismt_access.task, of its own trace if there are several; 0: not known, tid is all
	 * there is.
	 */
	uint64_t task;
	uint32_t rules;	    /* bit per enum rule_id: what fired */
	uint32_t run;	    /* ISM004: number of adjacent writes so far */
	uint64_t run_bytes; /* ISM004: bytes of these */
	/*
	 * Accesses of a trace that have the same number here differ in nothing but
	 * CPU, times, offset, rules and run; 0: nothing is known of that.
	 */
	uint64_t shape;
};

/*
 * Bytes of a BAR were transferred, and no instruction that did it was seen: probes were
 * missed or are not what they were.  Only the MSI-X table is emulated by the drivers; ret
 * is at most the access's length.
 */
static inline bool access_moved_unseen(const struct access *access)
{
	const struct ismt_function *k = &access->fn->k;
	const struct ismt_access *raw = &access->raw;

	if (!access_lacks_insns(raw, raw->region))
		return false;
	return !k->msix_size || raw->region != k->msix_bar || raw->offset < k->msix_offset ||
	       raw->offset + (uint64_t)raw->ret > k->msix_offset + k->msix_size;
}

/* One PCISTB and nothing else, whether it failed or not. */
static inline bool insns_are_one_block(const struct ismt_insns *insn)
{
	static const __u32 one_block[ISMT_KINDS] = { [ISMT_PCISTB] = 1 };

	return !__builtin_memcmp(insn->n, one_block, sizeof(one_block));
}

/* One instruction, with --insn. */
struct insn {
	struct ismt_insn raw;
	const struct function *fn; /* never NULL */
	int64_t ts;		   /* begin, ns since 1970; before that negative */
};

#endif /* ISMT_MODEL_ACCESS_H */
