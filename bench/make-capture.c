// SPDX-License-Identifier: GPL-2.0-only
/*
 * make-capture FILE COUNT [LEVEL] - write a capture of COUNT accesses such as a
 * client of an ISM function makes them, to measure readers and the writer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "capture/sink_capture.h"

#define BEGIN_NS 1763696000000000000ULL

static void make(struct access *access, struct function *fns, uint64_t ts)
{
	static const uint32_t sizes[] = { 16, 64, 256, 1024, 2048, 4096 };
	struct ismt_access *raw = &access->raw;
	uint32_t len = sizes[any(6)], task = any(4);
	unsigned int bucket = 0;

	memset(access, 0, sizeof(*access));
	access->fn = &fns[task % 2];
	access->driver = "ism-vfio-pci";
	access->ts = ts;
	raw->hdr.ts = ts - BEGIN_NS + 1000000000;
	raw->hdr.cpu = any(2);
	raw->pid = 800 + task;
	raw->tid = 800 + task;
	snprintf(raw->comm, sizeof(raw->comm), "client-%u", task);
	raw->fid = access->fn->k.fid;
	raw->fh = access->fn->k.fh;
	raw->op = any(3) ? ISMT_WRITE : ISMT_READ;
	raw->layer = ISMT_LAYER_ISM;
	raw->region = any(8) ? 0 : 2;
	raw->offset = raw->region ? 0 : (uint64_t)any(1920) << 24 | any(2048) * 4096;
	raw->len = len;
	raw->ret = len;
	raw->latency_ns = 15000 + any(30000);
	raw->insn.bytes = len;
	if (raw->op == ISMT_READ) {
		raw->insn.n[ISMT_PCILG] = len / 8;
		raw->insn.width[3] = len / 8;
		raw->insn.min = 8;
		raw->insn.max = 8;
		return;
	}
	while (8u << bucket < len)
		bucket++;
	raw->insn.n[ISMT_PCISTB] = 1;
	raw->insn.stb[bucket] = 1;
	raw->insn.min = len;
	raw->insn.max = len;
}

int main(int argc, char **argv)
{
	struct function fns[2] = {
		{ .k = { .fid = 34, .fh = 0x80000011, .uid = 17, .maxstbl = 4096 },
		  .address = "0011:00:00.0",
		  .is_ism = true },
		{ .k = { .fid = 35, .fh = 0x80000012, .uid = 18, .maxstbl = 4096 },
		  .address = "0012:00:00.0",
		  .is_ism = true },
	};
	struct sink_capture_options options = {
		.writer = { .level = argc > 3 ? atoi(argv[3]) : WRITER_PLAIN },
		.application = "ismtrace make-capture",
		.begin_ns = BEGIN_NS,
		.mono_offset_ns = BEGIN_NS - 1000000000,
	};
	unsigned long long i, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	uint64_t ts = BEGIN_NS;
	struct writer_stats stats;
	struct summary *summary;
	struct access access;
	struct sink *sink;
	double begin;
	int err;

	if (!count) {
		fprintf(stderr, "Usage: make-capture FILE COUNT [LEVEL]\n");
		return 2;
	}
	options.writer.fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	sink = options.writer.fd < 0 ? NULL : sink_capture_new(&options);
	summary = summary_new();
	if (!sink || !summary || sink->ops->begin(sink)) {
		fprintf(stderr, "make-capture: %s: %s\n", argv[1], strerror(errno));
		return 5;
	}
	begin = now();
	for (i = 0; i < count; i++) {
		ts += 20000 + any(20000);
		make(&access, fns, ts);
		while (sink->ops->access(sink, &access) == SINK_DROPPED)
			usleep(100);
	}
	summary->end_ns = ts;
	err = sink->ops->end(sink, summary);
	sink_capture_stats(sink, &stats);
	fprintf(stderr, "%llu accesses, %llu bytes, %.0f accesses/s\n",
		(unsigned long long)stats.accesses, (unsigned long long)stats.bytes,
		(double)count / (now() - begin));
	sink->ops->free(sink);
	summary_free(summary);
	return err ? 5 : 0;
}
