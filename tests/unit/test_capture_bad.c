// SPDX-License-Identifier: GPL-2.0-only
/*
 * Captures that are none, or were damaged: one line that says so, no crash.
 */
#include "capture/pcapng.h"
#include "capture_sample.h"
#include "unit.h"
#include "util/bytes.h"
#include "util/gzmember.h"

#define RECORDS 6

/* Where the blocks of a capture begin; returns their number. */
static size_t find_blocks(const uint8_t *data, size_t len, uint32_t *at, size_t max)
{
	size_t nr = 0, pos = 0;

	while (pos < len && nr < max) {
		at[nr++] = (uint32_t)pos;
		pos += get_be32(data + pos + 4);
	}
	return nr;
}

static size_t find_type(const uint8_t *data, size_t len, uint32_t type)
{
	uint32_t at[64];
	size_t i, nr = find_blocks(data, len, at, 64);

	for (i = 0; i < nr; i++)
		if (get_be32(data + at[i]) == type)
			return at[i];
	abort();
}

/* Every prefix of a file: never more than there was, and said to be cut. */
static void truncate_all(int level, unsigned int threads, const char *what)
{
	unsigned int count, last = 0, worse = 0, silent = 0, lenient = 0;
	uint8_t *data;
	size_t len, cut;
	int result;

	capture_write(capture_path, level, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	for (cut = 1; cut < len; cut++) {
		file_save(capture_path, data, cut);
		count = capture_count(capture_path, false, threads, &result);
		worse += count < last || count > RECORDS;
		silent += result >= 0 && !said_notes;
		last = count;
		capture_count(capture_path, true, threads, &result);
		lenient += result >= 0;
	}
	is_int(worse, 0, what);
	is_int(silent, 0, "each is told of");
	is_int(lenient, 0, "each is an error, if strict");
	is_int(last, RECORDS, "before the last byte all records are there");
	free(data);
}

/* What comes out of damaged files may be anything, but it comes to an end. */
static void flip_all(int level, uint8_t mask, const char *what)
{
	unsigned int count, most = 0;
	uint8_t *data;
	size_t len, i;
	int result;

	capture_write(capture_path, level, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	for (i = 0; i < len; i++) {
		data[i] ^= mask ? mask : (uint8_t)(1u << i % 8);
		file_save(capture_path, data, len);
		count = capture_count(capture_path, false, 1, &result);
		most = count > most ? count : most;
		data[i] ^= mask ? mask : (uint8_t)(1u << i % 8);
	}
	is_int(most, RECORDS, what);
	free(data);
}

/* Saves data, reads it, and wants an error that says this. */
static void refused(const uint8_t *data, size_t len, const char *text, const char *what)
{
	int result;

	file_save(capture_path, data, len);
	capture_count(capture_path, false, 1, &result);
	ok(result < 0, "%s is refused", what);
	is_int(said_errors, 1, "in one line");
	has_str(said, text, what);
	ok(!strchr(said, '\n'), "of one line");
}

static void absurd(void)
{
	static const uint32_t lengths[] = { 0,	1,	    4,		8,	    11,
					    13, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff };
	uint8_t *data;
	size_t len, at, i;

	capture_write(capture_path, WRITER_PLAIN, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	at = find_type(data, len, PCAPNG_EPB);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put_be32(data + at + 4, lengths[i]);
		refused(data, len, "absurd length", "a block's length");
	}
	put_be32(data + at + 4, 32);
	refused(data, len, "two lengths differ", "a wrong length");
	free(data);

	capture_write(capture_path, WRITER_PLAIN, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	put_be32(data + at + 20, 0xfffffff0);
	refused(data, len, "absurd length", "a packet's length");
	put_be32(data + at + 20, 20);
	refused(data, len, "is no record", "a packet that is too short");
	put_be32(data + at + 8, 77);
	put_be32(data + at + 20, 248);
	refused(data, len, "is of no interface", "an interface that is not there");
	put_be32(data + at + 8, 0);
	data[at + 28] = 9;
	refused(data, len, "is no record", "a record of another version");
	free(data);
}

static void foreign(void)
{
	uint8_t *data, *copy;
	size_t len, at;

	capture_write(capture_path, WRITER_PLAIN, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	copy = malloc(len);
	memcpy(copy, data, len);
	put_be16(copy + 12, 2);
	refused(copy, len, "version 2.0", "another version of pcapng");
	memcpy(copy, data, len);
	put_be32(copy + 8, 0x12345678);
	refused(copy, len, "byte order", "a section without byte order");
	memcpy(copy, data, len);
	for (at = 0; at < len; at += get_be32(data + at + 4))
		if (get_be32(data + at) == PCAPNG_IDB)
			put_be16(copy + at + 8, 1);
	refused(copy, len, "link type 1", "a capture of Ethernet");
	refused((const uint8_t *)"", 0, "is empty", "an empty file");
	refused((const uint8_t *)"hello, world\n", 13, "not a capture", "a text");
	refused((const uint8_t *)"hi", 2, "cut off before", "a short text");
	refused((const uint8_t *)"\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0", 16, "not a capture",
		"a pcap file");
	refused((const uint8_t *)"\x1f\x8bnot gzip, really", 18, "no gzip member", "bad gzip");
	free(copy);
	free(data);
}

static void no_files(void)
{
	struct capture_options options = { .say = say };
	const char *path = "/tmp", *many[CAPTURE_FILES_MAX + 1];
	struct capture *capture;

	is_int(capture_open(&capture, &path, 1, &options), EXIT_CAPTURE, "a directory");
	has_str(said, "is a directory", "is said to be one");
	path = "/nonexistent\n\033[31m";
	is_int(capture_open(&capture, &path, 1, &options), EXIT_CAPTURE, "no file");
	has_str(said, "No such file", "is said to be none");
	ok(!strchr(said, '\033') && !strchr(said, '\n'), "without its escapes");
	is_int(capture_open(&capture, many, 0, &options), EXIT_CAPTURE, "nothing");
	is_int(capture_open(&capture, many, CAPTURE_FILES_MAX + 1, &options), EXIT_CAPTURE,
	       "too many");
}

/* A gigabyte of zeros in a member, which says so, or lies, or says nothing. */
static void bombs(void)
{
	static uint8_t zeros[1 << 20];
	size_t room = gzmember_bound(sizeof(zeros)), len, i;
	uint8_t *member = malloc(room), *data, *all;
	z_stream stream;
	int result;
	gzFile gz;

	gzmember_deflate_init(&stream, 9);
	len = gzmember_deflate(&stream, zeros, sizeof(zeros), member, room);
	deflateEnd(&stream);
	refused(member, len, "not a capture", "a member of zeros");
	put_le32(member + 20, 100);
	refused(member, len, "damaged gzip member", "a member longer than it says");
	put_le32(member + 20, 0xffffffff);
	refused(member, len, "not a capture", "a member that says it is huge");
	put_le32(member + 16, 30);
	refused(member, len, "not a capture", "a member that says it is tiny");
	free(member);

	/* Behind a good section, one unknown block after another. */
	capture_write(capture_path, WRITER_PLAIN, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	for (i = 0; i < sizeof(zeros); i += 1024) {
		put_be32(zeros + i, 0x7777);
		put_be32(zeros + i + 4, 1024);
		put_be32(zeros + i + 1020, 1024);
	}
	gz = gzopen(capture_path, "wb1");
	gzwrite(gz, data, (unsigned int)len);
	for (i = 0; i < 64; i++)
		gzwrite(gz, zeros, sizeof(zeros));
	gzclose(gz);
	is_int(capture_count(capture_path, true, 2, &result), RECORDS, "a lot of unknown blocks");
	is_int(result, 0, "is skipped");

	/* And one block of 4 GiB, of which there is little. */
	all = malloc(len + 64);
	memcpy(all, data, len);
	memset(all + len, 0, 64);
	put_be32(all + len, 0x7777);
	put_be32(all + len + 4, 0xfffffff0);
	file_save(capture_path, all, len + 64);
	is_int(capture_count(capture_path, false, 2, &result), RECORDS, "a huge unknown block");
	has_str(said, "cut off", "is cut off");
	free(all);
	free(data);
}

/* Empty members cost nothing but time; garbage behind is refused, zeros not. */
static void members(void)
{
	size_t room = gzmember_bound(0), len, empty, i;
	uint8_t *member = malloc(room), *data, *all, *p;
	z_stream stream;
	int result;

	gzmember_deflate_init(&stream, 1);
	empty = gzmember_deflate(&stream, member, 0, member + 0, room);
	deflateEnd(&stream);
	capture_write(capture_path, 1, 0, RECORDS, true);
	len = file_load(capture_path, &data);
	all = malloc(len + 1000 * empty + 512);
	p = all;
	for (i = 0; i < 1000; i++, p += empty)
		memcpy(p, member, empty);
	memcpy(p, data, len);
	p += len;
	memset(p, 0, 512);
	file_save(capture_path, all, (size_t)(p - all));
	is_int(capture_count(capture_path, true, 4, &result), RECORDS, "a thousand empty members");
	file_save(capture_path, all, (size_t)(p - all) + 512);
	is_int(capture_count(capture_path, true, 4, &result), RECORDS, "zeros behind");
	is_int(result, 0, "are padding");
	memcpy(p, "garbage", 7);
	file_save(capture_path, all, (size_t)(p - all) + 7);
	is_int(capture_count(capture_path, false, 4, &result), RECORDS, "garbage behind");
	is_int(result, -EBADMSG, "is an error, once all is read");
	free(all);
	free(data);
	free(member);
}

int main(void)
{
	capture_setup();
	truncate_all(WRITER_PLAIN, 1, "cut anywhere, plain");
	truncate_all(1, 1, "cut anywhere, compressed");
	flip_all(WRITER_PLAIN, 0, "a flipped bit in each byte, plain");
	flip_all(WRITER_PLAIN, 0xff, "all bits of each byte, plain");
	flip_all(1, 0, "a flipped bit in each byte, compressed");
	absurd();
	foreign();
	no_files();
	bombs();
	members();
	unlink(capture_path);
	return unit_end();
}
