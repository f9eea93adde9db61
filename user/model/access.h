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
	/* PCI address; "" if it is not known, because the function was gone too soon. */
	char address[FUNCTION_ADDRESS_LEN];
	bool is_ism;
};

/* Stands for all functions that there is no room to keep apart; its driver is NAMES_OTHERS. */
extern const struct function function_others;

/*
 * One access.  Strings in it come from the traced machine: a sink must not
 * print them without escaping.
 */
struct access {
	struct ismt_access raw;
	const struct function *fn; /* never NULL */
	const char *driver;	   /* "ism-vfio-pci", "vfio-pci", ...; not NULL */
	int64_t ts;		   /* when it began, ns since 1970; negative before 1970 */
	/*
	 * The first bytes that were transferred, if payloads were asked for: borrowed until the
	 * sink returns; NULL if there are none.
	 */
	const uint8_t *payload;
	uint32_t payload_len; /* bytes, at most raw.len */
	/*
	 * ismt_access.task, made unique where captures of several traces are read; 0: not known, so
	 * that raw.tid is all there is to tell tasks apart.
	 */
	uint64_t task;
	uint32_t rules;	    /* the rules that fired, a bit per enum rule_id */
	uint32_t run;	    /* ISM004: number of adjacent writes so far */
	uint64_t run_bytes; /* ISM004: bytes of these */
	/*
	 * A number: accesses of a trace with the same shape differ in nothing but CPU, times,
	 * offset, rules and run.  0: it is not known whether there are such accesses.
	 */
	uint64_t shape;
};

/*
 * True if bytes of a BAR were transferred, but no instruction that did it was seen: probes were
 * missed, or do not work.  Drivers emulate only the MSI-X table, without instructions.
 * raw.ret must not exceed raw.len.
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
