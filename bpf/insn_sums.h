/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * insn_sums.h - how instructions add up to an access; shared by the BPF programs
 * and user space, where a brief record is made whole again.
 */
#ifndef ISMT_INSN_SUMS_H
#define ISMT_INSN_SUMS_H

#include "ismtrace.h"

/* A request word: function handle, address space and length. */
#define REQ_FH(req)    ((__u32)((req) >> 32))
#define REQ_SPACE(req) ((__u8)((req) >> 16))
#define REQ_LEN(req)   ((__u16)(req))

/* The eight bits above the address space are free: for enum ismt_kind. */
#define REQ_WITH_KIND(req, kind) ((req) | (__u64)(kind) << 24)
#define REQ_KIND(req)		 ((__u8)((req) >> 24))

/* The bucket of a store block's length in bytes. */
static inline __attribute__((always_inline)) __u32 stb_bucket(__u32 len)
{
	if (len <= 128) {
		if (len <= 32)
			return len <= 8 ? 0 : len <= 16 ? 1 : 2;
		return len <= 64 ? 3 : 4;
	}
	if (len <= 1024)
		return len <= 256 ? 5 : len <= 512 ? 6 : 7;
	return len <= 2048 ? 8 : len <= 4096 ? 9 : 10;
}

/* One, two, four or eight bytes; anything else is refused by the machine. */
static inline __attribute__((always_inline)) __u32 width_bucket(__u32 len)
{
	return len >= 8 ? 3 : len >= 4 ? 2 : len >= 2 ? 1 : 0;
}

static inline __attribute__((always_inline)) int kind_is_block(__u32 kind)
{
	return kind == ISMT_PCISTB || kind == ISMT_MIO_BLOCK;
}

/* One more instruction; kind is below ISMT_KINDS, len in bytes. */
static inline __attribute__((always_inline)) void insns_add(struct ismt_insns *insn, __u32 kind,
							    __u32 len)
{
	insn->n[kind]++;
	if (!insn->min || len < insn->min)
		insn->min = len;
	if (len > insn->max)
		insn->max = len;
	insn->bytes += len;
	if (kind_is_block(kind))
		insn->stb[stb_bucket(len)]++;
	else
		insn->width[width_bucket(len)]++;
}

/*
 * access_expand - fill in what a brief record leaves out: the sums over its
 * instructions, of which it has none or one; req as in a brief record.
 */
static inline __attribute__((always_inline)) void access_expand(struct ismt_access *rec,
								__u32 insns, __u64 req)
{
	__u32 kind = REQ_KIND(req);

	__builtin_memset(&rec->insn, 0, sizeof(rec->insn));
	/* One register, so that the verifier sees that what is used was checked. */
	__asm__ volatile("" : "+r"(kind));
	if (insns && kind < ISMT_KINDS)
		insns_add(&rec->insn, kind, REQ_LEN(req));
}

#endif /* ISMT_INSN_SUMS_H */
