// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lines.c - sinks keep pieces of the lines they have said (line_cache.c): what a
 * sink says of an access must not depend on what it was given before.
 */
#include <stdlib.h>

#include "capture.h"
#include "model/rules.h"
#include "random.h"
#include "sample.h"
#include "unit.h"

#define ACCESSES 6000

/* Few values, so that much is said again, and each of them at some bound. */
static uint64_t any_number(void)
{
	static const uint64_t numbers[] = {
		0,	    9,
		10,	    99,
		100,	    999,
		1000,	    12345,
		999999,	    1000000,
		1ULL << 32, (1ULL << 48) - 8,
		INT64_MAX,  (uint64_t)INT64_MAX + 1,
		UINT64_MAX,
	};

	return any(3) ? any(100000) : numbers[any(sizeof(numbers) / sizeof(numbers[0]))];
}

static uint64_t any_time(uint64_t *ts)
{
	static const uint64_t times[] = { 0,	      999999999,
					  1000000000, 1763696000000000000,
					  INT64_MAX,  (uint64_t)INT64_MAX + 1,
					  UINT64_MAX };

	if (!any(50))
		return times[any(sizeof(times) / sizeof(times[0]))];
	*ts += any(20) ? any(100000) : any(2000000000);
	return *ts;
}

/* What changes while a trace runs: the driver's name, the address of a new function. */
static char drivers[2][48] = { "ism-vfio-pci", "vfio-pci" };

static void make(struct access *access, struct function *fns, uint64_t *ts)
{
	static const char names[][ISMT_COMM_LEN + 1] = { "ismload", "=\033[1m<b>\",@x", "",
							 "sixteen bytes ok" };
	struct function *fn = &fns[any(3)];
	uint64_t len = any(4) ? 256 : any_number();
	uint32_t task = (uint32_t)any(40);

	if (!any(200))
		snprintf(fn->address, sizeof(fn->address), "%04x:00:00.0", (unsigned int)any(3));
	if (!any(200))
		snprintf(drivers[any(2)], sizeof(drivers[0]), "driver-%u", (unsigned int)any(3));
	switch (any(6)) {
	case 0:
		*access = sample_refused(fn, any_number(), len, any(2) ? EINVAL : 4000);
		break;
	case 1:
		*access =
			sample_failed(fn, any_number(), len, EIO, (uint8_t)any(4), (uint8_t)any(3));
		break;
	case 2:
		*access = sample_read(fn, any_number(), len, (unsigned int)any(4));
		break;
	default:
		*access = sample_write(fn, any_number(), len);
		break;
	}
	memcpy(access->raw.comm, names[task % 4], sizeof(access->raw.comm));
	access->raw.pid = 800 + task / 4;
	access->raw.tid = 800 + task;
	access->raw.hdr.cpu = (uint32_t)any(3) * 50;
	access->raw.region = any(4) ? 2 : (uint32_t)any(12);
	access->raw.latency_ns = any_number();
	access->driver = drivers[any(2)];
	access->ts = any_time(ts);
	access->rules = any(3) ? 0 : (uint32_t)any(1 << RULE_COUNT);
}

/* The line of a sink that was given nothing before. */
static void fresh_line(struct sink *(*sink_new)(const struct sink_options *options),
		       struct sink_options options, const struct access *access, char *line,
		       size_t len)
{
	struct capture capture;

	capture_start(&capture, sink_new, options);
	capture.sink->ops->access(capture.sink, access);
	snprintf(line, len, "%s", capture_text(&capture));
	capture_stop(&capture);
}

static void same_lines(const char *what,
		       struct sink *(*sink_new)(const struct sink_options *options),
		       struct sink_options options)
{
	struct function fns[3] = { sample_function(), sample_function(), sample_function() };
	uint64_t ts = 1763696000000000000;
	unsigned int i, wrong = 0;
	struct capture capture;
	struct access access;
	size_t len, at = 0;
	char line[4096];
	const char *text;

	fns[1].k.fid = 35;
	fns[2].k.fid = 36;
	fns[2].address[0] = '\0';
	options.start_ns = ts;
	options.mono_offset_ns = ts - 1000;
	capture_start(&capture, sink_new, options);
	for (i = 0; i < ACCESSES && !wrong; i++) {
		make(&access, fns, &ts);
		fresh_line(sink_new, options, &access, line, sizeof(line));
		capture.sink->ops->access(capture.sink, &access);
		text = capture_text(&capture) + at;
		len = strlen(line);
		wrong = len < 20 || strcmp(text, line);
		at += len;
		if (wrong)
			printf("# access %u\n# got  %s# want %s", i, text, line);
	}
	ok(!wrong, "%s: a line is the same whatever came before", what);
	is_int(i, ACCESSES, "so many");
	capture_stop(&capture);
}

/*
 * Each byte of a record by itself, and what does not come in one: a field whose value changes and
 * that neither is PART_NEW nor compared by line_find() shows the old value.
 */
static void each_byte(const char *what,
		      struct sink *(*sink_new)(const struct sink_options *options))
{
	struct function fns[2] = { sample_function(), sample_function() };
	struct access first = sample_failed(&fns[0], 4096, 256, EIO, 1, 8), access;
	struct capture capture;
	unsigned int i, wrong = 0;
	char line[4096];
	size_t at;

	first.rules = 1;
	fns[1].k.fid = 99;
	fns[1].k.uid = 99;
	for (i = 0; i < sizeof(first.raw) + 6; i++) {
		access = first;
		if (i < sizeof(first.raw))
			((uint8_t *)&access.raw)[i] ^= 1;
		else if (i == sizeof(first.raw))
			access.fn = &fns[1];
		else if (i == sizeof(first.raw) + 1)
			access.driver = "vfio-pci";
		else if (i == sizeof(first.raw) + 2)
			access.rules = 2;
		else if (i == sizeof(first.raw) + 3)
			access.run = 3;
		else if (i == sizeof(first.raw) + 4)
			access.run_bytes = 300;
		else
			access.task = 1ULL << 32 | 5;
		fresh_line(sink_new, (struct sink_options){}, &access, line, sizeof(line));
		capture_start(&capture, sink_new, (struct sink_options){});
		capture.sink->ops->access(capture.sink, &first);
		at = strlen(capture_text(&capture));
		capture.sink->ops->access(capture.sink, &access);
		if (strcmp(capture_text(&capture) + at, line) && !wrong++)
			printf("# byte %u\n# got  %s# want %s", i, capture_text(&capture) + at,
			       line);
		capture_stop(&capture);
	}
	is_int(wrong, 0, what);
}

int main(void)
{
	each_byte("JSON shows each byte that has changed", sink_json_new);
	each_byte("text, too", sink_text_new);
	each_byte("CSV, too", sink_csv_new);
	same_lines("JSON", sink_json_new, (struct sink_options){});
	same_lines("CSV", sink_csv_new, (struct sink_options){});
	same_lines("text", sink_text_new, (struct sink_options){ .time = TIME_REL });
	same_lines("text since boot", sink_text_new, (struct sink_options){ .time = TIME_MONO });
	same_lines("text by the clock, in colour", sink_text_new,
		   (struct sink_options){ .time = TIME_REAL, .color = true });
	return unit_end();
}
