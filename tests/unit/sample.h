/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample.h - accesses and functions to test with.
 */
#ifndef ISMT_SAMPLE_H
#define ISMT_SAMPLE_H

#include <errno.h>
#include <string.h>

#include "model/access.h"

/* An ISM function with a maxstbl of 4096. */
__attribute__((unused)) static struct function sample_function(void)
{
	struct function fn = {
		.k = { .fid = 34, .fh = 0x80000011, .uid = 17, .maxstbl = 4096 },
		.address = "0011:00:00.0",
		.is_ism = true,
	};

	return fn;
}

/* A write of len bytes to BAR 2, of one PCISTB, 1 s after time began. */
__attribute__((unused)) static struct access sample_write(const struct function *fn,
							  uint64_t offset, uint64_t len)
{
	struct access access = {
		.raw = {
			.hdr = { .type = ISMT_REC_ACCESS, .len = sizeof(struct ismt_access) },
			.pid = 812, .tid = 812, .comm = "ismload", .fid = 34,
			.op = ISMT_WRITE, .layer = ISMT_LAYER_ISM, .region = 2,
			.offset = offset, .len = len, .ret = (int64_t)len, .latency_ns = 3210,
			.insn = { .min = (uint32_t)len, .max = (uint32_t)len, .bytes = len },
		},
		.fn = fn,
		.driver = "ism-vfio-pci",
		.ts = 1000000000,
	};

	access.raw.insn.n[ISMT_PCISTB] = 1;
	return access;
}

/* A read through loads of one width, 1 << shift bytes. */
__attribute__((unused)) static struct access sample_read(const struct function *fn, uint64_t offset,
							 uint64_t len, unsigned int shift)
{
	struct access access = sample_write(fn, offset, len);

	access.raw.op = ISMT_READ;
	access.raw.insn.n[ISMT_PCISTB] = 0;
	access.raw.insn.n[ISMT_PCILG] = (uint32_t)(len >> shift);
	access.raw.insn.width[shift] = (uint32_t)(len >> shift);
	access.raw.insn.min = 1u << shift;
	access.raw.insn.max = 1u << shift;
	return access;
}

/* A write as generic vfio-pci does it: PCISTG of 8 bytes, that all fail. */
__attribute__((unused)) static struct access sample_fragmented(const struct function *fn,
							       uint64_t len)
{
	struct access access = sample_write(fn, 0, len);
	struct ismt_insns *insn = &access.raw.insn;

	access.driver = "vfio-pci";
	access.raw.layer = ISMT_LAYER_CORE;
	insn->n[ISMT_PCISTB] = 0;
	insn->n[ISMT_PCISTG] = (uint32_t)(len / 8);
	insn->width[3] = (uint32_t)(len / 8);
	insn->min = 8;
	insn->max = 8;
	insn->bytes = 0;
	insn->failed = (uint32_t)(len / 8);
	insn->error.flags = ISMT_ERR_RC | ISMT_ERR_CC;
	insn->error.kind = ISMT_PCISTG;
	insn->error.rc = -EIO;
	insn->error.cc = 1;
	insn->error.status = 8;
	insn->error.space = 2;
	insn->error.len = 8;
	return access;
}

/* A write that returned an error with no instruction issued. */
__attribute__((unused)) static struct access sample_refused(const struct function *fn,
							    uint64_t offset, uint64_t len, int err)
{
	struct access access = sample_write(fn, offset, len);

	memset(&access.raw.insn, 0, sizeof(access.raw.insn));
	access.raw.ret = -err;
	return access;
}

/* One PCISTB that failed, and so did the write. */
__attribute__((unused)) static struct access sample_failed(const struct function *fn,
							   uint64_t offset, uint64_t len, int err,
							   uint8_t cc, uint8_t status)
{
	struct access access = sample_write(fn, offset, len);
	struct ismt_error *error = &access.raw.insn.error;

	access.raw.ret = -err;
	access.raw.insn.failed = 1;
	access.raw.insn.bytes = 0;
	error->flags = (uint8_t)(ISMT_ERR_RC | (cc ? ISMT_ERR_CC : 0));
	error->kind = ISMT_PCISTB;
	error->rc = (int8_t)-err;
	error->cc = cc;
	error->status = status;
	error->space = 2;
	error->len = (uint16_t)len;
	error->offset = offset;
	return access;
}

#endif /* ISMT_SAMPLE_H */
