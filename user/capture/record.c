// SPDX-License-Identifier: GPL-2.0-only
#include "capture/record.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "util/bytes.h"

/* Offsets; the same for both types up to FH. */
enum {
	AT_VERSION = 0,
	AT_TYPE = 1,
	AT_LEN = 2,
	AT_CPU = 4,
	AT_MONO = 8,
	AT_PID = 16,
	AT_TID = 20,
	AT_COMM = 24,
	AT_FID = 40,
	AT_FH = 44,
};

enum {
	ACCESS_OP = 48,
	ACCESS_LAYER = 49,
	ACCESS_REGION = 52,
	ACCESS_OFFSET = 56,
	ACCESS_ASKED = 64,
	ACCESS_RET = 72,
	ACCESS_LATENCY = 80,
	ACCESS_N = 88,
	ACCESS_FAILED = 112,
	ACCESS_BUSY = 116,
	ACCESS_MIN = 120,
	ACCESS_MAX = 124,
	ACCESS_BYTES = 128,
	ACCESS_WIDTH = 136,
	ACCESS_STB = 152,
	ACCESS_TASK = 196,
	ACCESS_ERROR = 200,
	ACCESS_DRIVER = 216,
};

enum {
	INSN_KIND = 48,
	INSN_SPACE = 49,
	INSN_FLAGS = 50,
	INSN_ASKED = 52,
	INSN_RC = 56,
	INSN_OFFSET = 64,
	INSN_LATENCY = 72,
	INSN_ERROR = 80,
};

_Static_assert(ACCESS_STB + 4 * ISMT_STB_BUCKETS + 4 == ACCESS_ERROR, "store blocks fit");
_Static_assert(ACCESS_DRIVER + ISMT_NAME_LEN == RECORD_ACCESS_LEN, "length of an access");
_Static_assert(INSN_ERROR + 16 == RECORD_INSN_LEN, "length of an instruction");

static void put_error(uint8_t *p, const struct ismt_error *error)
{
	p[0] = error->flags;
	p[1] = error->kind;
	p[2] = (uint8_t)error->rc;
	p[3] = error->cc;
	p[4] = error->status;
	p[5] = error->space;
	put_be16(p + 6, error->len);
	put_be64(p + 8, error->offset);
}

static void get_error(const uint8_t *p, struct ismt_error *error)
{
	error->flags = p[0];
	error->kind = p[1];
	error->rc = (int8_t)p[2];
	error->cc = p[3];
	error->status = p[4];
	error->space = p[5];
	error->len = get_be16(p + 6);
	error->offset = get_be64(p + 8);
}

static void put_head(uint8_t *p, uint8_t type, uint16_t len, const struct ismt_hdr *hdr,
		     uint32_t pid, uint32_t tid, const char *comm, uint32_t fid, uint32_t fh)
{
	p[AT_VERSION] = RECORD_VERSION;
	p[AT_TYPE] = type;
	put_be16(p + AT_LEN, len);
	put_be32(p + AT_CPU, hdr->cpu);
	put_be64(p + AT_MONO, hdr->ts);
	put_be32(p + AT_PID, pid);
	put_be32(p + AT_TID, tid);
	memcpy(p + AT_COMM, comm, ISMT_COMM_LEN);
	put_be32(p + AT_FID, fid);
	put_be32(p + AT_FH, fh);
}

static void put_array(uint8_t *p, const uint32_t *array, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		put_be32(p + 4 * i, array[i]);
}

static void get_array(const uint8_t *p, uint32_t *array, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		array[i] = get_be32(p + 4 * i);
}

/*
 * On a big-endian machine, which the traced one is, a record in memory has its numbers
 * as the capture has them and, but for what is between its two parts, where it has them.
 */
#define SAME_AT(at, member) _Static_assert(offsetof(struct ismt_access, member) == (at), #member)
#define SAME_INSN(at, member) \
	_Static_assert(offsetof(struct ismt_insns, member) == (at)-ACCESS_N, #member)

SAME_AT(AT_CPU, hdr.cpu);
SAME_AT(AT_MONO, hdr.ts);
SAME_AT(AT_PID, pid);
SAME_AT(AT_TID, tid);
SAME_AT(AT_COMM, comm);
SAME_AT(AT_FID, fid);
SAME_AT(AT_FH, fh);
SAME_AT(ACCESS_OP, op);
SAME_AT(ACCESS_LAYER, layer);
SAME_AT(ACCESS_REGION, region);
SAME_AT(ACCESS_OFFSET, offset);
SAME_AT(ACCESS_ASKED, len);
SAME_AT(ACCESS_RET, ret);
SAME_AT(ACCESS_LATENCY, latency_ns);
SAME_INSN(ACCESS_N, n);
SAME_INSN(ACCESS_FAILED, failed);
SAME_INSN(ACCESS_BUSY, busy);
SAME_INSN(ACCESS_MIN, min);
SAME_INSN(ACCESS_MAX, max);
SAME_INSN(ACCESS_BYTES, bytes);
SAME_INSN(ACCESS_WIDTH, width);
SAME_INSN(ACCESS_STB, stb);
SAME_INSN(ACCESS_ERROR, error);

static void put_access_same(uint8_t *buf, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;

	memcpy(buf, raw, ACCESS_N);
	buf[AT_VERSION] = RECORD_VERSION;
	buf[AT_TYPE] = ISMT_REC_ACCESS;
	put_be16(buf + AT_LEN, RECORD_ACCESS_LEN);
	put_be16(buf + ACCESS_LAYER + 1, 0);
	memcpy(buf + ACCESS_N, &raw->insn, sizeof(raw->insn));
	put_be32(buf + ACCESS_TASK, (uint32_t)access->task);
}

static void put_access_swapped(uint8_t *buf, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	const struct ismt_insns *insn = &raw->insn;

	put_head(buf, ISMT_REC_ACCESS, RECORD_ACCESS_LEN, &raw->hdr, raw->pid, raw->tid, raw->comm,
		 raw->fid, raw->fh);
	buf[ACCESS_OP] = raw->op;
	buf[ACCESS_LAYER] = raw->layer;
	put_be16(buf + ACCESS_LAYER + 1, 0);
	put_be32(buf + ACCESS_REGION, raw->region);
	put_be64(buf + ACCESS_OFFSET, raw->offset);
	put_be64(buf + ACCESS_ASKED, raw->len);
	put_be64(buf + ACCESS_RET, (uint64_t)raw->ret);
	put_be64(buf + ACCESS_LATENCY, raw->latency_ns);
	put_array(buf + ACCESS_N, insn->n, ISMT_KINDS);
	put_be32(buf + ACCESS_FAILED, insn->failed);
	put_be32(buf + ACCESS_BUSY, insn->busy);
	put_be32(buf + ACCESS_MIN, insn->min);
	put_be32(buf + ACCESS_MAX, insn->max);
	put_be64(buf + ACCESS_BYTES, insn->bytes);
	put_array(buf + ACCESS_WIDTH, insn->width, ISMT_WIDTHS);
	put_array(buf + ACCESS_STB, insn->stb, ISMT_STB_BUCKETS);
	put_be32(buf + ACCESS_TASK, (uint32_t)access->task);
	put_error(buf + ACCESS_ERROR, &insn->error);
}

void record_put_access(uint8_t *buf, const struct access *access)
{
	char *driver = (char *)buf + ACCESS_DRIVER;
	size_t len = strnlen(access->driver, ISMT_NAME_LEN - 1);

	if (BYTE_ORDER == BIG_ENDIAN)
		put_access_same(buf, access);
	else
		put_access_swapped(buf, access);
	memset(driver, 0, ISMT_NAME_LEN);
	memcpy(driver, access->driver, len);
}

void record_put_cached(uint8_t *buf, const uint8_t *last, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;

	memcpy(buf, last, RECORD_ACCESS_LEN);
	put_be32(buf + AT_CPU, raw->hdr.cpu);
	put_be64(buf + AT_MONO, raw->hdr.ts);
	put_be64(buf + ACCESS_OFFSET, raw->offset);
	put_be64(buf + ACCESS_LATENCY, raw->latency_ns);
}

void record_put_insn(uint8_t *buf, const struct insn *insn)
{
	const struct ismt_insn *raw = &insn->raw;

	put_head(buf, ISMT_REC_INSN, RECORD_INSN_LEN, &raw->hdr, raw->pid, raw->tid, raw->comm,
		 insn->fn->k.fid, raw->fh);
	buf[INSN_KIND] = raw->kind;
	buf[INSN_SPACE] = raw->space;
	buf[INSN_FLAGS] = raw->flags;
	buf[INSN_FLAGS + 1] = 0;
	put_be32(buf + INSN_ASKED, raw->len);
	put_be32(buf + INSN_RC, (uint32_t)raw->rc);
	put_be32(buf + INSN_RC + 4, 0);
	put_be64(buf + INSN_OFFSET, raw->offset);
	put_be64(buf + INSN_LATENCY, raw->latency_ns);
	put_error(buf + INSN_ERROR, &raw->error);
}

int record_type(const uint8_t *data, size_t len)
{
	size_t header;

	if (len < AT_FH + 4 || data[AT_VERSION] != RECORD_VERSION)
		return -EBADMSG;
	header = get_be16(data + AT_LEN);
	if (header < AT_FH + 4 || header > len)
		return -EBADMSG;
	switch (data[AT_TYPE]) {
	case ISMT_REC_ACCESS:
		return header < RECORD_ACCESS_LEN ? -EBADMSG : ISMT_REC_ACCESS;
	case ISMT_REC_INSN:
		return header < RECORD_INSN_LEN ? -EBADMSG : ISMT_REC_INSN;
	default:
		return 0;
	}
}

static bool error_is_sane(const struct ismt_error *error)
{
	return error->kind < ISMT_KINDS && !(error->flags & ~(ISMT_ERR_RC | ISMT_ERR_CC));
}

int record_get_access(const uint8_t *data, size_t len, struct access *access, char *driver)
{
	struct ismt_access *raw = &access->raw;
	struct ismt_insns *insn = &raw->insn;
	size_t header = get_be16(data + AT_LEN);

	memset(access, 0, sizeof(*access));
	raw->hdr.type = ISMT_REC_ACCESS;
	raw->hdr.len = sizeof(*raw);
	raw->hdr.cpu = get_be32(data + AT_CPU);
	raw->hdr.ts = get_be64(data + AT_MONO);
	raw->pid = get_be32(data + AT_PID);
	raw->tid = get_be32(data + AT_TID);
	memcpy(raw->comm, data + AT_COMM, ISMT_COMM_LEN);
	raw->fid = get_be32(data + AT_FID);
	raw->fh = get_be32(data + AT_FH);
	raw->op = data[ACCESS_OP];
	raw->layer = data[ACCESS_LAYER];
	raw->region = get_be32(data + ACCESS_REGION);
	raw->offset = get_be64(data + ACCESS_OFFSET);
	raw->len = get_be64(data + ACCESS_ASKED);
	raw->ret = (int64_t)get_be64(data + ACCESS_RET);
	raw->latency_ns = get_be64(data + ACCESS_LATENCY);
	get_array(data + ACCESS_N, insn->n, ISMT_KINDS);
	insn->failed = get_be32(data + ACCESS_FAILED);
	insn->busy = get_be32(data + ACCESS_BUSY);
	insn->min = get_be32(data + ACCESS_MIN);
	insn->max = get_be32(data + ACCESS_MAX);
	insn->bytes = get_be64(data + ACCESS_BYTES);
	get_array(data + ACCESS_WIDTH, insn->width, ISMT_WIDTHS);
	get_array(data + ACCESS_STB, insn->stb, ISMT_STB_BUCKETS);
	access->task = get_be32(data + ACCESS_TASK);
	get_error(data + ACCESS_ERROR, &insn->error);
	memcpy(driver, data + ACCESS_DRIVER, ISMT_NAME_LEN);
	driver[ISMT_NAME_LEN - 1] = '\0';
	access->driver = driver;
	if (len > header) {
		access->payload = data + header;
		access->payload_len = len - header < raw->len ? len - header : raw->len;
	}
	return raw->op <= ISMT_WRITE && error_is_sane(&insn->error) ? 0 : -EBADMSG;
}

int record_get_insn(const uint8_t *data, size_t len, struct insn *insn)
{
	struct ismt_insn *raw = &insn->raw;

	memset(insn, 0, sizeof(*insn));
	raw->hdr.type = ISMT_REC_INSN;
	raw->hdr.len = sizeof(*raw);
	raw->hdr.cpu = get_be32(data + AT_CPU);
	raw->hdr.ts = get_be64(data + AT_MONO);
	raw->pid = get_be32(data + AT_PID);
	raw->tid = get_be32(data + AT_TID);
	memcpy(raw->comm, data + AT_COMM, ISMT_COMM_LEN);
	raw->fh = get_be32(data + AT_FH);
	raw->kind = data[INSN_KIND];
	raw->space = data[INSN_SPACE];
	raw->flags = data[INSN_FLAGS];
	raw->len = get_be32(data + INSN_ASKED);
	raw->rc = (int32_t)get_be32(data + INSN_RC);
	raw->offset = get_be64(data + INSN_OFFSET);
	raw->latency_ns = get_be64(data + INSN_LATENCY);
	get_error(data + INSN_ERROR, &raw->error);
	return raw->kind < ISMT_KINDS && error_is_sane(&raw->error) ? 0 : -EBADMSG;
}
