/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - which accesses a rule may fire on at all; plain C that the BPF programs and
 * user space share.  While counting only these come as records, and user/model/rules.c looks at
 * no others in any mode: a rule about something that is not named here fires nowhere.
 */
#ifndef ISMT_JUDGE_H
#define ISMT_JUDGE_H

#include "ismtrace.h"

/* Longer than a store block may be, or across a boundary that none may cross. */
static inline __attribute__((always_inline)) int store_is_impossible(__u64 offset, __u64 len,
								     __u64 maxstbl)
{
	return len > maxstbl || len > BLOCK_BOUNDARY - (offset & (BLOCK_BOUNDARY - 1));
}

/* Were bytes of a BAR transferred by no instruction that was seen?  insn is filled in. */
static inline __attribute__((always_inline)) int access_lacks_insns(const struct ismt_access *rec,
								    __u64 region)
{
	return !rec->insn.min && rec->ret > 0 && region < ISMT_BARS;
}

/* Did the call do what was asked, and every instruction too? */
static inline __attribute__((always_inline)) int access_is_clean(const struct ismt_access *rec,
								 __u32 failed)
{
	return !failed && rec->ret >= 0 && (__u64)rec->ret == rec->len;
}

/* A write that is all in one store block, of insn_len bytes, which is its only instruction. */
static inline __attribute__((always_inline)) int access_is_one_block(const struct ismt_access *rec,
								     __u64 insn_len)
{
	return rec->op == ISMT_WRITE && rec->ret == (__s64)rec->len && insn_len == rec->len;
}

/*
 * access_is_suspect - rec->insn is filled in; offset may be that in the region or in
 * the device file, of which region is the VFIO index; maxstbl in bytes, not 0.  What
 * it does not look at is the run that the access is part of (ISM004).
 */
static inline __attribute__((always_inline)) int access_is_suspect(const struct ismt_access *rec,
								   __u64 region, __u64 maxstbl)
{
	const struct ismt_insns *insn = &rec->insn;

	if (!access_is_clean(rec, insn->failed))
		return 1;
	if (insn->n[ISMT_MIO_LOAD] | insn->n[ISMT_MIO_STORE] | insn->n[ISMT_MIO_BLOCK])
		return 1;
	if (region >= ISMT_BARS)
		return 0;
	/* No rule's business: user space asks why (user/model/access.h). */
	if (access_lacks_insns(rec, region))
		return 1;
	/* Longer than its narrowest instruction, which is below 8 bytes. */
	if (insn->min && insn->min < 8 && rec->len > insn->min)
		return 1;
	/* No store at all is no rule's business, unless the write was too long. */
	return rec->op == ISMT_WRITE && rec->len &&
	       (insn->n[ISMT_PCISTG] || insn->n[ISMT_PCISTB] > 1 ||
		store_is_impossible(rec->offset, rec->len, maxstbl));
}

#endif /* ISMT_JUDGE_H */
