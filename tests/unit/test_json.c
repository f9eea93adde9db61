// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_json.c - every line is valid JSON with the keys of docs and design in
 * their order, whatever the values.
 */
#include <jansson.h>

#include "capture.h"
#include "model/rules.h"
#include "sample.h"
#include "unit.h"

static struct function ism;
static struct capture capture;

/* The n-th line that was written, parsed; owned by the caller. */
static json_t *line(unsigned int n)
{
	const char *text = line_of(capture_text(&capture), n);
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	ok(json_is_object(json), "line %u is an object%s%s", n, json ? "" : ": ",
	   json ? "" : error.text);
	return json;
}

/* The keys in their order, "a b c". */
static const char *keys(json_t *object)
{
	static char text[512];
	const char *key;
	json_t *value;
	size_t used = 0;

	text[0] = '\0';
	json_object_foreach(object, key, value) used +=
		(size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used ? " " : "", key);
	return text;
}

/* A value by its path, "insn.pcistb". */
static json_t *at(json_t *json, const char *path)
{
	char key[32];
	size_t len;

	while (json && *path) {
		len = strcspn(path, ".");
		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		json = json_object_get(json, key);
		path += len + (path[len] == '.');
	}
	return json;
}

static void number(json_t *json, const char *path, long long want)
{
	json_t *value = at(json, path);

	if (ok(json_is_integer(value), "%s is an integer", path))
		is_int(json_integer_value(value), want, path);
}

static void text(json_t *json, const char *path, const char *want)
{
	is_str(json_string_value(at(json, path)), want, path);
}

static void put(struct access access)
{
	is_int(capture.sink->ops->access(capture.sink, &access), 0, "taken");
}

static void start(bool quiet)
{
	capture_start(&capture, sink_json_new, (struct sink_options){ .quiet = quiet });
	is_int(capture.sink->ops->begin(capture.sink), 0, "begun");
}

static void plain(void)
{
	struct access access = sample_write(&ism, 0, 4096);
	json_t *json;

	start(false);
	access.ts = 1763696000123456789;
	put(access);
	json = line(0);
	is_str(keys(json),
	       "type ts cpu pid tid comm function fid uid driver op region offset len ret "
	       "latency_ns insn error rules",
	       "keys of an access");
	is_str(keys(at(json, "insn")), "pcilg pcistg pcistb mio failed min max bytes busy",
	       "keys of its instructions");
	text(json, "type", "access");
	number(json, "ts", 1763696000123456789);
	number(json, "cpu", 0);
	number(json, "pid", 812);
	number(json, "tid", 812);
	text(json, "comm", "ismload");
	text(json, "function", "0011:00:00.0");
	number(json, "fid", 34);
	number(json, "uid", 17);
	text(json, "driver", "ism-vfio-pci");
	text(json, "op", "write");
	text(json, "region", "bar2");
	number(json, "offset", 0);
	number(json, "len", 4096);
	number(json, "ret", 4096);
	number(json, "latency_ns", 3210);
	number(json, "insn.pcistb", 1);
	number(json, "insn.pcistg", 0);
	number(json, "insn.bytes", 4096);
	ok(json_is_null(at(json, "error")), "no error");
	is_int(json_array_size(at(json, "rules")), 0, "no rules");
	json_decref(json);
	capture_stop(&capture);
}

static void failures(void)
{
	struct access access = sample_fragmented(&ism, 4096);
	json_t *json;

	start(false);
	access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM008) | RULE_BIT(ISM011);
	put(access);
	put(sample_failed(&ism, 4, 20, ENXIO, 0, 0));
	access = sample_failed(&ism, 4, 20, EIO, 3, 0);
	access.raw.insn.error.space = 0xff;
	put(access);
	json = line(0);
	is_str(keys(at(json, "error")), "insn rc cc status region offset len", "keys of an error");
	text(json, "error.insn", "pcistg");
	number(json, "error.rc", -5);
	number(json, "error.cc", 1);
	number(json, "error.status", 8);
	text(json, "error.region", "bar2");
	number(json, "error.len", 8);
	number(json, "insn.failed", 512);
	is_int(json_array_size(at(json, "rules")), 3, "three rules");
	is_str(json_string_value(json_array_get(at(json, "rules"), 2)), "ISM011", "the third");
	json_decref(json);
	json = line(1);
	number(json, "ret", -ENXIO);
	number(json, "error.rc", -ENXIO);
	ok(json_is_null(at(json, "error.cc")), "no condition code with an exception");
	ok(json_is_null(at(json, "error.status")), "nor a status");
	number(json, "error.offset", 4);
	json_decref(json);
	json = line(2);
	number(json, "error.cc", 3);
	ok(json_is_null(at(json, "error.region")), "an address space that is not known");
	json_decref(json);
	capture_stop(&capture);
}

static void extremes(void)
{
	struct access access = sample_write(&ism, (1ULL << 48) - 4096, 4096);
	struct function none;
	json_t *json;

	memset(&none, 0, sizeof(none));
	start(false);
	access.raw.ret = INT64_MIN;
	access.raw.latency_ns = INT64_MAX;
	access.raw.len = INT64_MAX;
	access.raw.region = UINT32_MAX;
	access.raw.pid = UINT32_MAX;
	access.raw.insn.n[ISMT_MIO_LOAD] = UINT32_MAX;
	access.raw.insn.n[ISMT_MIO_STORE] = UINT32_MAX;
	access.rules = (1u << RULE_COUNT) - 1;
	put(access);
	access = sample_read(&none, 0, 8, 3);
	access.driver = "";
	put(access);
	json = line(0);
	number(json, "offset", 281474976706560);
	number(json, "ret", INT64_MIN);
	number(json, "len", INT64_MAX);
	number(json, "pid", UINT32_MAX);
	number(json, "insn.mio", 2LL * UINT32_MAX);
	text(json, "region", "dev4294967295");
	is_int(json_array_size(at(json, "rules")), RULE_COUNT, "all rules");
	json_decref(json);
	json = line(1);
	text(json, "function", "");
	text(json, "driver", "");
	text(json, "op", "read");
	json_decref(json);
	capture_stop(&capture);
}

/* Readers differ in what they make of more than 63 bits, so there is no more. */
static void too_large(void)
{
	struct access access = sample_failed(&ism, UINT64_MAX, 20, EIO, 3, 0);
	struct insn insn = { .fn = &ism, .ts = -1 };
	json_t *json;

	access.ts = INT64_MIN;
	access.raw.len = UINT64_MAX;
	access.raw.latency_ns = UINT64_MAX;
	access.raw.insn.bytes = UINT64_MAX;
	insn.raw.offset = UINT64_MAX;
	insn.raw.latency_ns = UINT64_MAX;
	start(false);
	put(access);
	access.ts = INT64_MAX;
	access.raw.len = (uint64_t)INT64_MAX - 1;
	put(access);
	is_int(capture.sink->ops->insn(capture.sink, &insn), 0, "taken");
	/* Behind the latest, as bits, and not as time. */
	access.ts = INT64_MAX;
	put(access);
	access.ts = INT64_MIN;
	put(access);
	json = line(4);
	number(json, "ts", INT64_MIN);
	json_decref(json);
	json = line(0);
	number(json, "ts", INT64_MIN);
	number(json, "offset", INT64_MAX);
	number(json, "len", INT64_MAX);
	number(json, "latency_ns", INT64_MAX);
	number(json, "insn.bytes", INT64_MAX);
	number(json, "error.offset", INT64_MAX);
	json_decref(json);
	json = line(1);
	number(json, "ts", INT64_MAX);
	number(json, "len", INT64_MAX - 1);
	json_decref(json);
	json = line(2);
	number(json, "ts", -1);
	number(json, "offset", INT64_MAX);
	number(json, "latency_ns", INT64_MAX);
	json_decref(json);
	capture_stop(&capture);
}

/* As bytes: a parser would take a raw one, a terminal obey it. */
static void controls(void)
{
	static const char raw[] = "\x7f\xc2\x80\xc2\x9f\xc2\xa0";
	static const char want[] = "\\u007f\\u0080\\u009f\xc2\xa0";
	struct access access = sample_write(&ism, 0, 4096);
	struct summary *s = summary_new();

	memset(access.raw.comm, 0, sizeof(access.raw.comm));
	memcpy(access.raw.comm, raw, sizeof(raw));
	access.driver = raw;
	start(false);
	put(access);
	has_str(line_of(capture_text(&capture), 0), "\"comm\":\"\\u007f\\u0080\\u009f\xc2\xa0\"",
		"DEL and C1 in a name");
	has_str(line_of(capture_text(&capture), 0), want, "and in a driver");
	/* The summary is written by jansson. */
	summary_access(s, &access);
	summary_finish(s);
	capture.sink->ops->end(capture.sink, s);
	has_str(line_of(capture_text(&capture), 1), want, "and in the summary");
	ok(!strstr(capture_text(&capture), "\x7f"), "none as it is");
	summary_free(s);
	capture_stop(&capture);
}

/* Names of tasks are anything; what was remembered of the last is not used. */
static void hostile(void)
{
	static const struct {
		const char *comm, *want;
	} names[] = {
		{ "a\",\"pid\":0,\"", "a\",\"pid\":0,\"" },
		{ "\\\"\n\r\t\033[2J", "\\\"\n\r\t\033[2J" },
		{ "\xff\xfe\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc3\xa4", "\xc3\xa4" },
		{ "0123456789abcdef", "0123456789abcdef" },
		{ "", "" },
		{ "plain", "plain" },
	};
	struct access access = sample_write(&ism, 0, 8);
	char driver[80];
	unsigned int i, n = sizeof(names) / sizeof(names[0]);
	json_t *json;

	start(false);
	for (i = 0; i < 2 * n; i++) {
		memset(access.raw.comm, 0, sizeof(access.raw.comm));
		memcpy(access.raw.comm, names[i % n].comm, strlen(names[i % n].comm));
		put(access);
	}
	for (i = 0; i < 2 * n; i++) {
		json = line(i);
		text(json, "comm", names[i % n].want);
		json_decref(json);
	}
	memset(driver, '"', sizeof(driver));
	driver[79] = '\0';
	access.driver = driver;
	put(access);
	put(access);
	json = line(2 * n + 1);
	driver[64] = '\0';
	text(json, "driver", driver);
	json_decref(json);
	capture_stop(&capture);
}

/* What the line says of a function changes with it. */
static void functions(void)
{
	struct function fns[2] = { sample_function(), sample_function() };
	char driver[16] = "one";
	struct access access;
	json_t *json;

	strcpy(fns[1].address, "");
	fns[1].k.fid = 35;
	start(false);
	access = sample_write(&fns[0], 0, 8);
	access.driver = driver;
	put(access);
	access.fn = &fns[1];
	put(access);
	strcpy(fns[1].address, "0012:00:00.0");
	strcpy(driver, "two");
	put(access);
	json = line(0);
	number(json, "fid", 34);
	json_decref(json);
	json = line(1);
	number(json, "fid", 35);
	text(json, "function", "");
	text(json, "driver", "one");
	json_decref(json);
	json = line(2);
	text(json, "function", "0012:00:00.0");
	text(json, "driver", "two");
	json_decref(json);
	capture_stop(&capture);
}

static void insns(void)
{
	struct insn insn = { .fn = &ism, .ts = 5 };
	json_t *json;

	insn.raw.tid = 9;
	insn.raw.kind = ISMT_PCILG;
	insn.raw.space = ISMT_PCIAS_CONFIG;
	insn.raw.flags = ISMT_INSN_INSIDE;
	insn.raw.len = 4;
	insn.raw.latency_ns = 77;
	start(false);
	is_int(capture.sink->ops->insn(capture.sink, &insn), 0, "taken");
	insn.raw.kind = ISMT_MIO_BLOCK;
	insn.raw.space = 0xff;
	insn.raw.flags = 0;
	insn.raw.rc = -EIO;
	insn.raw.error.flags = ISMT_ERR_RC;
	insn.raw.error.rc = -EIO;
	insn.raw.error.space = 0xff;
	capture.sink->ops->insn(capture.sink, &insn);
	json = line(0);
	is_str(keys(json),
	       "type ts cpu pid tid comm function fid uid insn inside region offset len rc "
	       "latency_ns error",
	       "keys of an instruction");
	text(json, "type", "insn");
	text(json, "insn", "pcilg");
	text(json, "region", "config");
	ok(json_is_true(at(json, "inside")), "inside");
	ok(json_is_null(at(json, "error")), "no error");
	number(json, "latency_ns", 77);
	json_decref(json);
	json = line(1);
	text(json, "insn", "pcistbi");
	ok(json_is_null(at(json, "region")), "a MIO address is in no region");
	ok(json_is_false(at(json, "inside")), "outside");
	number(json, "rc", -EIO);
	json_decref(json);
	capture_stop(&capture);
}

static struct summary *filled(void)
{
	struct summary *s = summary_new();
	struct access access = sample_write(&ism, 0, 4096);
	struct summary_function *f;
	unsigned int i;

	access.raw.insn.stb[9] = 1;
	for (i = 0; i < 3; i++)
		summary_access(s, &access);
	access = sample_fragmented(&ism, 4096);
	access.rules = RULE_BIT(ISM001);
	access.driver = "\xff\"";
	summary_access(s, &access);
	f = summary_function(s, &ism);
	f->has_fmb = true;
	f->fmb_blocks = 3;
	f->outside.n[ISMT_PCILG] = UINT64_MAX / 2;
	s->lost.n[LOSS_RING] = 5;
	s->lost.n[LOSS_RETURN] = 2;
	s->filtered = 9;
	s->begin_ns = 1000;
	s->end_ns = 3500;
	summary_finish(s);
	return s;
}

static void summaries(void)
{
	struct summary *s = filled();
	json_t *json, *row;

	start(true);
	put(sample_write(&ism, 0, 8));
	is_int(capture.sink->ops->end(capture.sink, s), 0, "ended");
	json = line(0);
	is_str(keys(json),
	       "type schema recorded lost lost_known lost_why lost_at_least missing strays filtered "
	       "insn_records unopened foreign begin end duration_ns rows functions findings",
	       "keys of the summary");
	text(json, "type", "summary");
	number(json, "schema", 1);
	number(json, "recorded", 4);
	is_str(keys(at(json, "lost")),
	       "total ring slot return probe writer insn_ring insn_writer insn_probe "
	       "apart_full unexamined unfinished "
	       "insn_return error_probe errors_off probes_off insn_unseen driver cell track",
	       "causes of loss");
	number(json, "lost.total", 7);
	number(json, "lost.probe", 0);
	number(json, "lost.ring", 5);
	number(json, "filtered", 9);
	number(json, "duration_ns", 2500);
	is_int(json_array_size(at(json, "rows")), 2, "rows");
	row = json_array_get(at(json, "rows"), 0);
	text(row, "driver", "ism-vfio-pci");
	number(row, "accesses", 3);
	number(json_array_get(at(row, "size"), 0), "le", 4096);
	number(json_array_get(at(row, "size"), 0), "count", 3);
	number(json_array_get(at(row, "pcistb"), 0), "le", 4096);
	number(json_array_get(at(row, "latency_ns"), 0), "le", 4096);
	number(row, "latency.max", 3210);
	row = json_array_get(at(json, "rows"), 1);
	text(row, "driver", "\xef\xbf\xbd\"");
	number(json_array_get(at(row, "width"), 0), "count", 512);
	row = json_array_get(at(json, "functions"), 0);
	text(row, "function", "0011:00:00.0");
	number(row, "inside.pcistg", 512);
	number(row, "inside.failed", 512);
	number(row, "fmb.blocks", 3);
	number(row, "outside.pcilg", INT64_MAX);
	is_int(json_array_size(at(json, "findings")), 2, "findings");
	row = json_array_get(at(json, "findings"), 0);
	is_str(keys(row), "rule name severity count evidence fix", "keys of a finding");
	text(row, "rule", "ISM001");
	text(row, "evidence", "4096 bytes took 512 PCISTG of 8 bytes");
	row = json_array_get(at(json, "findings"), 1);
	text(row, "rule", "ISM012");
	number(row, "count", 7);
	json_decref(json);
	summary_free(s);

	s = summary_new();
	summary_finish(s);
	capture.sink->ops->end(capture.sink, s);
	json = line(1);
	is_int(json_array_size(at(json, "rows")), 0, "nothing recorded");
	json_decref(json);
	s->lost.misses_unknown = true;
	capture.sink->ops->end(capture.sink, s);
	json = line(2);
	ok(json_is_null(at(json, "lost.probe")) && json_is_null(at(json, "lost.insn_probe")) &&
		   json_is_null(at(json, "lost.insn_return")) &&
		   json_is_null(at(json, "lost.error_probe")),
	   "what the kernel does not tell");
	number(json, "lost.ring", 0);
	number(json, "lost.total", 0);
	json_decref(json);
	summary_free(s);
	capture_stop(&capture);
}

static void errors(void)
{
	struct sink_options options = { .out = fopen("/dev/full", "w") };
	struct sink *sink = sink_json_new(&options);
	struct access access = sample_write(&ism, 0, 8);
	struct summary *s = filled();
	int err = 0, i;

	sink->ops->access(sink, &access);
	is_int(sink->ops->flush(sink), -ENOSPC, "a full disk at a flush");
	is_int(sink->ops->end(sink, s), -ENOSPC, "at the end");
	sink->ops->free(sink);
	sink = sink_json_new(&options);
	for (i = 0; i < 1000 && !err; i++)
		err = sink->ops->access(sink, &access);
	is_int(err, -ENOSPC, "in the stream");
	sink->ops->free(sink);
	summary_free(s);
	fclose(options.out);
}

int main(void)
{
	ism = sample_function();
	plain();
	failures();
	extremes();
	too_large();
	controls();
	hostile();
	functions();
	insns();
	summaries();
	errors();
	return unit_end();
}
