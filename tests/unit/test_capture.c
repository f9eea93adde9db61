// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is written to a capture comes out of it again.
 */
#include "capture/pcapng.h"
#include "capture/record.h"
#include "capture_sample.h"
#include "unit.h"
#include "util/bytes.h"
#include "util/gzmember.h"

static bool same_access(const struct access *got, const struct access *want)
{
	return !memcmp(&got->raw, &want->raw, sizeof(got->raw)) && got->ts == want->ts &&
	       !strcmp(got->driver, want->driver) && function_same(got->fn, want->fn) &&
	       got->payload_len == want->payload_len && !got->payload == !want->payload &&
	       (!got->payload || !memcmp(got->payload, want->payload, got->payload_len));
}

static bool same_insn(const struct insn *got, const struct insn *want)
{
	return !memcmp(&got->raw, &want->raw, sizeof(got->raw)) && got->ts == want->ts &&
	       function_same(got->fn, want->fn);
}

/* Numbers, and what they were, of all accesses from from to to - 1. */
static void read_back(const char *path, unsigned int from, unsigned int to, unsigned int threads,
		      const char *what)
{
	struct capture_options options = { .strict = true, .threads = threads, .say = say };
	unsigned int accesses = 0, insns = 0, wrong = 0;
	struct capture_record rec;
	struct capture *capture;
	struct access access;
	struct insn insn;
	int got;

	if (!ok(capture_open(&capture, &path, 1, &options) == EXIT_DONE, "%s: open", what))
		return;
	while ((got = capture_next(capture, &rec)) > 0) {
		if (rec.type == CAPTURE_ACCESS) {
			access = capture_sample(from + accesses++);
			wrong += !same_access(&rec.access, &access);
		} else {
			insn = capture_sample_insn(from + accesses - 1);
			wrong += !same_insn(&rec.insn, &insn);
			insns++;
		}
	}
	is_int(got, 0, "the end");
	is_int(accesses, to - from, what);
	is_int(insns, (to + 7) / 8 - (from + 7) / 8, "instructions");
	is_int(wrong, 0, "every one as it was");
	is_int(capture_begin(capture), 1763696000000000000, "begin");
	is_int(capture_mono_offset(capture), 1763696000123451789, "offset of the clock");
	is_int(function_count(capture_functions(capture)), 2, "functions");
	capture_close(capture);
}

static void round_trips(void)
{
	uint8_t *data;

	capture_write(capture_path, WRITER_PLAIN, 0, 100, true);
	read_back(capture_path, 0, 100, 1, "plain");
	capture_write(capture_path, 1, 0, 100, true);
	read_back(capture_path, 0, 100, 1, "compressed");
	capture_write(capture_path, 0, 0, 5000, true);
	read_back(capture_path, 0, 5000, 4, "stored, several members");
	capture_write(capture_path, 9, 0, 20000, true);
	read_back(capture_path, 0, 20000, 4, "many members, threads");
	read_back(capture_path, 0, 20000, 1, "many members, no threads");
	is_int(file_load(capture_path, &data) > GZMEMBER_HEADER, 1, "there is a file");
	free(data);
}

static void account(void)
{
	struct capture_options options = { .strict = true, .say = say };
	struct summary *want = capture_sample_summary(), *got = summary_new();
	const char *path = capture_path;
	struct capture_record rec;
	struct summary_function *f;
	struct capture *capture;

	capture_write(path, 6, 0, 10, true);
	capture_open(&capture, &path, 1, &options);
	while (capture_next(capture, &rec) > 0)
		summary_function(got, rec.access.fn);
	is_int(capture_account(capture, got), 0, "account");
	ok(!memcmp(&got->lost, &want->lost, sizeof(got->lost)), "losses");
	is_int(got->filtered, 11, "filtered");
	is_int(got->unopened, 12, "unopened");
	is_int(got->begin_ns, want->begin_ns, "begin");
	is_int(got->end_ns, want->end_ns, "end");
	is_int(got->nr_functions, 2, "functions, those of records being the same ones");
	f = &got->functions[0];
	is_int(f->outside.n[ISMT_PCILG], 13, "instructions outside");
	is_int(f->outside.accesses, 14, "accesses");
	is_int(f->filtered.failed, 15, "failed");
	is_int(f->lost.bytes, 16, "bytes");
	ok(f->has_fmb && f->fmb_loads == 17 && f->fmb_stores == 18 && f->fmb_blocks == 19 &&
		   f->fmb_age_ns == 20,
	   "measurement block");
	is_str(got->functions[1].fmb_note, "the kernel keeps none for it", "or why not");
	capture_close(capture);
	summary_free(got);
	summary_free(want);
}

static void none(void)
{
	unsigned int count;
	int result;

	capture_write(capture_path, 6, 0, 0, true);
	count = capture_count(capture_path, true, 0, &result);
	is_int(count, 0, "a trace without accesses");
	is_int(result, 0, "is a good one");
	is_int(said_notes + said_errors, 0, "with nothing to say");
}

static void killed(void)
{
	unsigned int count;
	int result;

	capture_write(capture_path, 6, 0, 50, false);
	count = capture_count(capture_path, false, 0, &result);
	is_int(count, 50, "a killed trace");
	is_int(result, 0, "is read");
	is_int(said_notes, 1, "with a note");
	has_str(said, "no closing account", "that says so");
	count = capture_count(capture_path, true, 0, &result);
	is_int(result, -EBADMSG, "or an error if that was asked for");
	is_int(said_errors, 1, "said once");
}

static void merge(void)
{
	char second[80];
	const char *paths[2] = { capture_path, second };
	struct capture_options options = { .say = say };
	unsigned int count = 0, wrong = 0;
	struct capture_record rec;
	struct capture *capture;
	struct summary *s = summary_new();
	uint64_t last = 0;

	snprintf(second, sizeof(second), "%s-2", capture_path);
	capture_write(capture_path, 6, 0, 300, true);
	capture_write(second, WRITER_PLAIN, 100, 200, true);
	is_int(capture_open(&capture, paths, 2, &options), EXIT_DONE, "two files");
	while (capture_next(capture, &rec) > 0) {
		uint64_t ts = rec.type == CAPTURE_ACCESS ? rec.access.ts : rec.insn.ts;

		wrong += ts < last;
		last = ts;
		count += rec.type == CAPTURE_ACCESS;
	}
	is_int(count, 400, "all records of both");
	is_int(wrong, 0, "in order of time");
	is_int(function_count(capture_functions(capture)), 2, "the same functions");
	capture_account(capture, s);
	is_int(s->filtered, 22, "two traces add up");
	is_int(s->lost.n[LOSS_RING], 2, "losses, too");
	ok(s->lost.misses_unknown, "and that some are not known");
	summary_free(s);
	capture_close(capture);

	/* The same file twice is one trace. */
	s = summary_new();
	paths[1] = capture_path;
	capture_open(&capture, paths, 2, &options);
	while (capture_next(capture, &rec) > 0)
		;
	capture_account(capture, s);
	is_int(s->filtered, 11, "one trace counts once");
	summary_free(s);
	capture_close(capture);
	unlink(second);
}

static void swap(uint8_t *p, size_t len)
{
	uint8_t byte;
	size_t i;

	for (i = 0; i < len / 2; i++) {
		byte = p[i];
		p[i] = p[len - 1 - i];
		p[len - 1 - i] = byte;
	}
}

static void swap_options(uint8_t *p, const uint8_t *end)
{
	uint16_t code, len;

	while (end - p >= 4) {
		code = get_be16(p);
		len = get_be16(p + 2);
		swap(p, 2);
		swap(p + 2, 2);
		if ((len == 4 && code == EPB_FLAGS) || code == OPT_CUSTOM_BINARY)
			swap(p + 4, 4);
		p += 4 + (len + 3u) / 4 * 4;
	}
}

/* As editcap on a little-endian machine writes it. */
static void make_little(uint8_t *data, size_t len)
{
	static const uint8_t shb[] = { 4, 2, 2, 8 }, idb[] = { 2, 2, 4 }, epb[] = { 4, 4, 4, 4, 4 };
	size_t at = 0, i, size, fields;
	const uint8_t *widths;
	uint8_t *p;

	while (at < len) {
		uint32_t type = get_be32(data + at), whole = get_be32(data + at + 4);

		p = data + at + 8;
		widths = type == PCAPNG_SHB ? shb : type == PCAPNG_IDB ? idb : epb;
		fields = type == PCAPNG_SHB ? 4 : type == PCAPNG_EPB ? 5 : 3;
		size = type == PCAPNG_EPB ? (get_be32(p + 12) + 3) / 4 * 4 : 0;
		for (i = 0; i < fields; i++) {
			swap(p, widths[i]);
			p += widths[i];
		}
		if (fields)
			swap_options(p + size, data + at + whole - 4);
		swap(data + at, 4);
		swap(data + at + 4, 4);
		swap(data + at + whole - 4, 4);
		at += whole;
	}
}

static void byte_orders(void)
{
	uint8_t *data, *both;
	int result;
	size_t len;

	capture_write_as(capture_path, 1, 0, 100, true, true);
	read_back(capture_path, 0, 100, 1, "written little-endian");
	capture_write_as(capture_path, 1, 0, 100, false, true);
	capture_count(capture_path, true, 1, &result);
	is_int(result, -EBADMSG, "a killed one is found out, too");
	capture_write(capture_path, WRITER_PLAIN, 0, 100, true);
	len = file_load(capture_path, &data);
	both = malloc(2 * len);
	memcpy(both, data, len);
	make_little(data, len);
	file_save(capture_path, data, len);
	read_back(capture_path, 0, 100, 1, "little-endian");
	memcpy(both + len, data, len);
	file_save(capture_path, both, 2 * len);
	is_int(capture_count(capture_path, true, 1, &result), 200, "a section of each order");
	is_int(result, 0, "in one file");
	free(both);
	free(data);
}

/* Foreign gzip, without sizes, and one member that holds it all. */
static void foreign_gzip(void)
{
	gzFile gz;
	uint8_t *data;
	size_t len;

	capture_write(capture_path, WRITER_PLAIN, 0, 3000, true);
	len = file_load(capture_path, &data);
	gz = gzopen(capture_path, "wb");
	gzwrite(gz, data, (unsigned int)len);
	gzclose(gz);
	read_back(capture_path, 0, 3000, 4, "gzip by somebody else");
	free(data);
}

static void order_of_bytes(void)
{
	struct access access = capture_sample(0);
	uint8_t buf[RECORD_ACCESS_LEN];

	record_put_access(buf, &access);
	is_int(buf[0], 1, "version");
	is_int(buf[1], ISMT_REC_ACCESS, "type");
	is_int(get_be16(buf + 2), RECORD_ACCESS_LEN, "length");
	is_int(get_be32(buf + 40), 34, "fid");
	is_int(get_be64(buf + 64), 4096, "length asked for");
	is_str((char *)buf + 24, "ismload", "comm");
	is_str((char *)buf + 216, "ism-vfio-pci", "driver");
	is_int(record_type(buf, sizeof(buf)), ISMT_REC_ACCESS, "it is one");
	is_int(record_type(buf, sizeof(buf) - 1), -EBADMSG, "cut, it is not");
	buf[1] = 99;
	is_int(record_type(buf, sizeof(buf)), 0, "of another type, it is skipped");
	buf[0] = 2;
	is_int(record_type(buf, sizeof(buf)), -EBADMSG, "of another version, it is not read");
}

int main(void)
{
	capture_setup();
	order_of_bytes();
	round_trips();
	account();
	none();
	killed();
	merge();
	byte_orders();
	foreign_gzip();
	unlink(capture_path);
	return unit_end();
}
