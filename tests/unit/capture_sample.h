/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture_sample.h - captures made by the sink, in files, and read again.
 */
#ifndef ISMT_UNIT_CAPTURE_SAMPLE_H
#define ISMT_UNIT_CAPTURE_SAMPLE_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/reader.h"
#include "capture/sink_capture.h"
#include "sample.h"
#include "util/message.h"

static char capture_path[64];
static struct function capture_fns[2];
static const uint8_t capture_payload[16] = "payload of bytes";

/* The last line that was said, and how many. */
static char said[512];
static unsigned int said_notes, said_errors;

__attribute__((unused)) static void say(void *arg, enum capture_say how, const char *text)
{
	(void)arg;
	snprintf(said, sizeof(said), "%s", text);
	if (how == CAPTURE_ERROR)
		said_errors++;
	else
		said_notes++;
}

__attribute__((unused)) static void capture_setup(void)
{
	int fd;

	strcpy(capture_path, "/tmp/ismtrace-unit-XXXXXX");
	fd = mkstemp(capture_path);
	if (fd < 0)
		abort();
	close(fd);
	capture_fns[0] = sample_function();
	capture_fns[1] = sample_function();
	capture_fns[1].k.fid = 35;
	strcpy(capture_fns[1].k.driver, "vfio-pci");
	strcpy(capture_fns[1].address, "0012:00:00.0");
}

/* Number i of the accesses that are written: all kinds in turn. */
__attribute__((unused)) static struct access capture_sample(unsigned int i)
{
	const struct function *fn = &capture_fns[i / 4 % 2];
	struct access access;

	switch (i % 4) {
	case 0:
		access = sample_write(fn, i * 8, 4096);
		access.payload = capture_payload;
		access.payload_len = 1 + i % sizeof(capture_payload);
		break;
	case 1:
		access = sample_read(fn, 8, 64, 3);
		break;
	case 2:
		access = sample_fragmented(fn, 4096);
		break;
	default:
		access = sample_failed(fn, 16, 4096, EIO, 1, 20);
		break;
	}
	access.raw.insn.stb[9] = i;
	access.raw.insn.busy = i;
	access.raw.hdr.cpu = i % 3;
	access.raw.hdr.ts = 5000 + i * 10;
	access.raw.fh = 0x80000011;
	access.ts = 1763696000123456789 + i * 10;
	return access;
}

__attribute__((unused)) static struct insn capture_sample_insn(unsigned int i)
{
	struct insn insn = {
		.raw = {
			.hdr = { .type = ISMT_REC_INSN, .len = sizeof(struct ismt_insn),
				 .cpu = 1, .ts = 5000 + i * 10 },
			.pid = 812, .tid = 813, .comm = "ismload", .fh = 0x80000011,
			.kind = i % ISMT_KINDS, .space = 2, .flags = ISMT_INSN_INSIDE,
			.len = 8, .rc = -5, .offset = 0x100 + i, .latency_ns = 77,
			.error = { .flags = ISMT_ERR_RC, .kind = i % ISMT_KINDS, .rc = -5 },
		},
		.fn = &capture_fns[0],
		.ts = 1763696000123456789 + i * 10,
	};

	return insn;
}

/* What the trace had to say of itself. */
__attribute__((unused)) static struct summary *capture_sample_summary(void)
{
	struct summary *s = summary_new();
	struct summary_function *f = summary_function(s, &capture_fns[0]);

	s->begin_ns = 1763696000000000000;
	s->end_ns = 1763696009000000000;
	s->filtered = 11;
	s->unopened = 12;
	s->lost = (struct losses){ { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 }, .misses_unknown = true };
	f->outside.n[ISMT_PCILG] = 13;
	f->outside.accesses = 14;
	f->filtered.failed = 15;
	f->lost.bytes = 16;
	f->has_fmb = true;
	f->fmb_loads = 17;
	f->fmb_stores = 18;
	f->fmb_blocks = 19;
	f->fmb_age_ns = 20;
	f = summary_function(s, &capture_fns[1]);
	f->fmb_note = "the kernel keeps none for it";
	return s;
}

/* Writes accesses from to to - 1, each 8th with an instruction, to a file. */
__attribute__((unused)) static void capture_write_as(const char *path, int level, unsigned int from,
						     unsigned int to, bool end, bool little)
{
	struct sink_capture_options options = {
		.writer = { .level = level, .buffers = 4, .little = little },
		.application = "ismtrace unit",
		.begin_ns = 1763696000000000000,
		.mono_offset_ns = 1763696000123451789,
	};
	struct summary *s = capture_sample_summary();
	struct access access;
	struct insn insn;
	struct sink *sink;
	unsigned int i;

	options.writer.fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);
	sink = sink_capture_new(&options);
	if (!sink || sink->ops->begin(sink))
		abort();
	for (i = from; i < to; i++) {
		access = capture_sample(i);
		/* The writer is slow under emulation; here nothing may be lost. */
		while (sink->ops->access(sink, &access) == SINK_DROPPED)
			usleep(1000);
		insn = capture_sample_insn(i);
		while (i % 8 == 0 && sink->ops->insn(sink, &insn) == SINK_DROPPED)
			usleep(1000);
	}
	if (end)
		sink->ops->end(sink, s);
	sink->ops->free(sink);
	summary_free(s);
}

__attribute__((unused)) static void capture_write(const char *path, int level, unsigned int from,
						  unsigned int to, bool end)
{
	capture_write_as(path, level, from, to, end, false);
}

__attribute__((unused)) static size_t file_load(const char *path, uint8_t **data)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		abort();
	*data = malloc((size_t)st.st_size + 1);
	if (!*data || read(fd, *data, (size_t)st.st_size) != st.st_size)
		abort();
	close(fd);
	return (size_t)st.st_size;
}

__attribute__((unused)) static void file_save(const char *path, const uint8_t *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
}

/*
 * Reads all of a file.  Returns the number of accesses, with the end in *result:
 * 0 or -errno; -1000 if it could not even be opened.
 */
__attribute__((unused)) static unsigned int capture_count(const char *path, bool strict,
							  unsigned int threads, int *result)
{
	struct capture_options options = { .strict = strict, .threads = threads, .say = say };
	struct capture_record rec;
	struct capture *capture;
	unsigned int count = 0;
	struct summary *s;

	said[0] = '\0';
	said_notes = 0;
	said_errors = 0;
	*result = -1000;
	if (capture_open(&capture, &path, 1, &options))
		return 0;
	while ((*result = capture_next(capture, &rec)) > 0)
		count += rec.type == CAPTURE_ACCESS;
	s = summary_new();
	capture_account(capture, s);
	summary_free(s);
	capture_close(capture);
	return count;
}

#endif /* ISMT_UNIT_CAPTURE_SAMPLE_H */
