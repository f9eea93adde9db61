// SPDX-License-Identifier: GPL-2.0-only
/*
 * make_seeds READER RECORD - small inputs to begin with, into two directories:
 * captures, written by the sink and turned into what else is legal, and
 * records.  The same bytes each time.
 */
#include <sys/random.h>
#include <sys/utsname.h>

#include <zlib.h>

#include "capture/function_words.h"
#include "capture/pcapng.h"
#include "capture/record.h"
#include "capture_sample.h"
#include "util/bytes.h"

#define INPUT_MAX 65536

/* In place of the C library's, for the number of a trace and the host. */
ssize_t getrandom(void *buf, size_t len, unsigned int flags)
{
	memset(buf, 0x5a, len);
	return (ssize_t)len;
}

int uname(struct utsname *host)
{
	memset(host, 0, sizeof(*host));
	strcpy(host->sysname, "Linux");
	strcpy(host->release, "6.12.0");
	strcpy(host->machine, "s390x");
	return 0;
}

static void save(const char *dir, const char *name, const uint8_t *data, size_t len)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file_save(path, data, len);
}

static void swap(uint8_t *p, size_t len)
{
	size_t i;
	uint8_t c;

	for (i = 0; i < len / 2; i++) {
		c = p[i];
		p[i] = p[len - 1 - i];
		p[len - 1 - i] = c;
	}
}

static void swap_options(uint8_t *p, const uint8_t *end, uint32_t type)
{
	unsigned int code, len;

	while (end - p >= 4) {
		code = get_be16(p);
		len = get_be16(p + 2);
		swap(p, 2);
		swap(p + 2, 2);
		p += 4;
		if (!code)
			return;
		if (type == PCAPNG_EPB)
			swap(p, 4);
		else if (type == PCAPNG_ISB && code <= ISB_ENDTIME)
			swap(p, 4), swap(p + 4, 4);
		else if (type == PCAPNG_ISB)
			swap(p, 8);
		p += (len + 3) & ~3u;
	}
}

/* Blocks of the other byte order, as a little-endian machine's mergecap has them. */
static void make_little(uint8_t *data, size_t size)
{
	uint8_t *p = data, *end;
	uint32_t type, len, packet;
	size_t i;

	for (; p < data + size; p = end + 4) {
		type = get_be32(p);
		len = get_be32(p + 4);
		end = p + len - 4;
		for (i = 0; i < 8; i += 4)
			swap(p + i, 4);
		swap(end, 4);
		if (type == PCAPNG_SHB) {
			swap(p + 8, 4);
			swap(p + 12, 2);
			swap(p + 14, 2);
			swap(p + 16, 8);
			swap_options(p + 24, end, type);
		} else if (type == PCAPNG_IDB) {
			swap(p + 8, 2);
			swap(p + 10, 2);
			swap(p + 12, 4);
			swap_options(p + 16, end, type);
		} else if (type == PCAPNG_EPB) {
			packet = get_be32(p + 20);
			for (i = 8; i < 28; i += 4)
				swap(p + i, 4);
			swap_options(p + 28 + ((packet + 3) & ~3u), end, type);
		} else if (type == PCAPNG_ISB) {
			for (i = 8; i < 20; i += 4)
				swap(p + i, 4);
			swap_options(p + 20, end, type);
		}
	}
}

static void make_captures(const char *dir)
{
	static uint8_t all[INPUT_MAX];
	uint8_t *data, *packed;
	char name[32];
	size_t len, more;
	unsigned int n;
	gzFile gz;

	for (n = 0; n <= 8; n += n ? n : 1) {
		capture_write(capture_path, WRITER_PLAIN, 0, n, true);
		len = file_load(capture_path, &data);
		snprintf(name, sizeof(name), "plain-%u", n);
		save(dir, name, data, len);
		/* A piece of one, and two sections of different order. */
		save(dir, "cut", data, len - len / 8);
		memcpy(all, data, len);
		make_little(data, len);
		snprintf(name, sizeof(name), "little-%u", n);
		save(dir, name, data, len);
		memcpy(all + len, data, len);
		save(dir, "sections", all, 2 * len);
		gz = gzopen(capture_path, "wb9");
		gzwrite(gz, data, (unsigned int)len);
		gzclose(gz);
		free(data);
		len = file_load(capture_path, &data);
		save(dir, "gzip", data, len);
		free(data);

		capture_write(capture_path, 6, 0, n, n & 6);
		len = file_load(capture_path, &packed);
		snprintf(name, sizeof(name), "members-%u", n);
		save(dir, name, packed, len);
		/* One behind another, as by cat(1). */
		more = len;
		memcpy(all, packed, len);
		memcpy(all + len, packed, more);
		save(dir, "cat", all, len + more);
		free(packed);
	}
}

static size_t put_piece(uint8_t *out, uint8_t what, const uint8_t *data, size_t len)
{
	out[0] = what;
	put_be16(out + 1, (uint16_t)len);
	memcpy(out + 3, data, len);
	return 3 + len;
}

static size_t put_function_piece(uint8_t *out, const struct function *fn)
{
	uint8_t data[16 + DESCRIPTION_LEN] = { 0 };

	memcpy(data, fn->address, sizeof(fn->address));
	function_describe(fn, (char *)data + 16, DESCRIPTION_LEN);
	return put_piece(out, 0, data, 16 + strlen((char *)data + 16));
}

static size_t put_access_piece(uint8_t *out, uint8_t what, const struct access *access)
{
	uint8_t data[RECORD_ACCESS_LEN + 64];
	size_t len = access->payload ? access->payload_len : 0;

	record_put_access(data, access);
	if (len)
		memcpy(data + RECORD_ACCESS_LEN, access->payload, len);
	return put_piece(out, what, data, RECORD_ACCESS_LEN + len);
}

static void make_records(const char *dir)
{
	static uint8_t all[INPUT_MAX];
	uint8_t insn_data[RECORD_INSN_LEN];
	struct access access;
	struct insn insn;
	char name[32];
	unsigned int how, i;
	size_t len;

	for (how = 0; how < 32; how++) {
		all[0] = (uint8_t)how;
		len = 1 + put_function_piece(all + 1, &capture_fns[how % 2]);
		for (i = 0; i < 4; i++) {
			access = capture_sample(how + i);
			if (how % 4 == 3)
				strcpy(access.raw.comm, "=1+\033[31m<b>\",");
			else if (how % 4 == 2)
				strcpy(access.raw.comm, "a\xe2\x80\xae\xf3\xa0\x81\x81\xc2\x9b"
							"b");
			len += put_access_piece(all + len, (uint8_t)(i + 1), &access);
			insn = capture_sample_insn(how + i);
			record_put_insn(insn_data, &insn);
			len += put_piece(all + len, 1, insn_data, sizeof(insn_data));
		}
		/* A run of adjacent writes, for ISM004. */
		for (i = 0; i < 3 && how % 8 == 5; i++) {
			access = sample_write(&capture_fns[0], 64 * i, 64);
			len += put_access_piece(all + len, 9, &access);
		}
		snprintf(name, sizeof(name), "records-%02u", how);
		save(dir, name, all, len);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: make_seeds READER RECORD\n");
		return 2;
	}
	capture_setup();
	make_captures(argv[1]);
	make_records(argv[2]);
	unlink(capture_path);
	return 0;
}
