/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - which accesses a rule may fire on at all; plain C that the BPF programs and
 * user space share.  While counting only these come as records, and user/model/rules.c looks at
 * no others in any mode: a rule about something that is not named here fires nowhere.
 */
#ifndef ISMT_JUDGE_H
#define ISMT_JUDGE_H

#include "ismtrace.h"

/* Can one store block not write this?  It is longer than maxstbl, or crosses a BLOCK_BOUNDARY. */
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
 * access_is_suspect - may any rule but ISM004, which needs the run, fire on the access?  rec->insn is
 * filled in.  rec->offset is in the region, or in the device file; region is the VFIO index;
 * maxstbl is in bytes, not 0.
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
	/* No rule fires for this, but user space has to see it: access_moved_unseen(). */
	if (access_lacks_insns(rec, region))
		return 1;
	/* Longer than its narrowest instruction, which is below 8 bytes. */
	if (insn->min && insn->min < 8 && rec->len > insn->min)
		return 1;
	/* A write without any store is no finding, unless it was too long. */
	return rec->op == ISMT_WRITE && rec->len &&
	       (insn->n[ISMT_PCISTG] || insn->n[ISMT_PCISTB] > 1 ||
		store_is_impossible(rec->offset, rec->len, maxstbl));
}

#endif /* ISMT_JUDGE_H */
