// SPDX-License-Identifier: GPL-2.0-only
/*
 * make-crowd FILE KIND COUNT [LEVEL] - write a capture in which there is very much of one kind:
 *
 *	pids	COUNT processes with a write of 8 bytes each, from pid 1000 on; after each tenth of
 *		them one of 64 bytes by "busy", pid 7, which is there all along
 *	rows	COUNT accesses of a function, driver, region and direction of their own, 3 bytes each,
 *		of which every 101st failed
 *	places	COUNT accesses of one process, each with a function and driver of its own
 *	mix	COUNT accesses of 5000 processes at any function, through any driver
 *
 * An access is 1 ms after the one before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "capture/sink_capture.h"

#define BEGIN_NS 1763696000000000000ULL
#define STEP_NS	 1000000ULL

#define FUNCTIONS 512u
#define DRIVERS	  7u
#define REGIONS	  14u

static struct function fns[FUNCTIONS];
static char drivers[DRIVERS][ISMT_NAME_LEN];

static void prepare(void)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS; i++) {
		fns[i].k.fid = 0x100 + i;
		fns[i].k.fh = 0x80000100u + i;
		fns[i].k.uid = 1 + i;
		fns[i].k.maxstbl = 4096;
		fns[i].is_ism = true;
		snprintf(fns[i].address, sizeof(fns[i].address), "%04x:00:00.0", 0x1000 + i);
	}
	for (i = 0; i < DRIVERS; i++)
		snprintf(drivers[i], sizeof(drivers[i]), "driver-%u", i);
}

/* A write of one PCISTB to the BAR of the first function. */
static struct access one_write(uint64_t ts, uint32_t len)
{
	struct access access = {
		.raw = {
			.pid = 7, .tid = 7, .comm = "busy", .op = ISMT_WRITE,
			.layer = ISMT_LAYER_ISM, .region = 2, .len = len, .ret = (int64_t)len,
			.latency_ns = 2000,
			.insn = { .min = len, .max = len, .bytes = len },
		},
		.fn = &fns[0],
		.driver = drivers[0],
		.ts = (int64_t)ts,
	};

	access.raw.hdr.ts = ts - BEGIN_NS + 1000000000;
	access.raw.insn.n[ISMT_PCISTB] = 1;
	access.raw.insn.stb[0] = 1;
	return access;
}

static struct access make_pid(uint64_t ts, unsigned long long i)
{
	struct access access = one_write(ts, i % 11 == 10 ? 64 : 8);
	struct ismt_access *raw = &access.raw;

	if (i % 11 == 10)
		return access;
	raw->pid = raw->tid = (uint32_t)(1000 + i - i / 11);
	snprintf(raw->comm, sizeof(raw->comm), "short");
	return access;
}

static struct access make_row(uint64_t ts, unsigned long long i)
{
	struct access access = one_write(ts, 3);
	struct ismt_access *raw = &access.raw;

	access.fn = &fns[i % FUNCTIONS];
	i /= FUNCTIONS;
	access.driver = drivers[i % DRIVERS];
	i /= DRIVERS;
	raw->layer = ISMT_LAYER_CORE;
	raw->op = i % 2 ? ISMT_READ : ISMT_WRITE;
	/* Beyond BARs and configuration space: anything may be asked for. */
	raw->region = (uint32_t)(9 + i / 2 % REGIONS);
	memset(&raw->insn, 0, sizeof(raw->insn));
	return access;
}

static struct access make_place(uint64_t ts, unsigned long long i)
{
	struct access access = one_write(ts, 8);

	access.fn = &fns[i % FUNCTIONS];
	access.driver = drivers[i / FUNCTIONS % DRIVERS];
	return access;
}

static struct access make_mix(uint64_t ts)
{
	struct access access = one_write(ts, 8);

	access.raw.pid = access.raw.tid = 1000 + any(5000);
	access.fn = &fns[any(FUNCTIONS)];
	access.driver = drivers[any(DRIVERS)];
	access.raw.region = any(6);
	return access;
}

static struct access make(const char *kind, uint64_t ts, unsigned long long i)
{
	struct access access;

	switch (*kind) {
	case 'p':
		access = kind[1] == 'i' ? make_pid(ts, i) : make_place(ts, i);
		break;
	case 'm':
		access = make_mix(ts);
		break;
	default:
		access = make_row(ts, i);
		if (i % 101 == 0)
			access.raw.ret = -EINVAL;
		break;
	}
	access.raw.fid = access.fn->k.fid;
	access.raw.fh = access.fn->k.fh;
	return access;
}

static bool is_kind(const char *kind)
{
	static const char *const kinds[] = { "pids", "rows", "places", "mix" };
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], kind))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct sink_capture_options options = {
		.writer = { .level = argc > 4 ? atoi(argv[4]) : 1 },
		.application = "ismtrace make-crowd",
		.begin_ns = BEGIN_NS,
		.mono_offset_ns = BEGIN_NS - 1000000000,
	};
	unsigned long long i, count = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	uint64_t ts = BEGIN_NS;
	struct summary *summary;
	struct access access;
	struct sink *sink;
	int err;

	if (!count || !is_kind(argv[2])) {
		fprintf(stderr, "Usage: make-crowd FILE pids|rows|places|mix COUNT [LEVEL]\n");
		return 2;
	}
	prepare();
	options.writer.fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	sink = options.writer.fd < 0 ? NULL : sink_capture_new(&options);
	summary = summary_new();
	if (!sink || !summary || sink->ops->begin(sink)) {
		fprintf(stderr, "make-crowd: %s: %s\n", argv[1], strerror(errno));
		return 5;
	}
	/* With "busy" in between, for pids. */
	if (!strcmp(argv[2], "pids"))
		count += count / 10;
	for (i = 0; i < count; i++) {
		ts += STEP_NS;
		access = make(argv[2], ts, i);
		while (sink->ops->access(sink, &access) == SINK_DROPPED)
			usleep(100);
	}
	summary->end_ns = (int64_t)ts;
	err = sink->ops->end(sink, summary);
	sink->ops->free(sink);
	summary_free(summary);
	return err ? 5 : 0;
}
