// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_check.c - findings one by one, as text and as JSON.
 */
#include <jansson.h>
#include <stdlib.h>

#include "output/findings_list.h"
#include "sample.h"
#include "unit.h"

static struct function ism;
static struct check_output *check;
static FILE *file;
static char *text;
static size_t len;

/* Three findings of one access, an info, and a trace that lost something. */
static void make(struct check_options options, const char *name)
{
	struct access access = sample_fragmented(&ism, 64);
	struct summary *summary = summary_new();

	text = NULL;
	file = open_memstream(&text, &len);
	check_output_init(check, &options, file);
	access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM008) | RULE_BIT(ISM011);
	memcpy(access.raw.comm, "a b\033\"", 6);
	is_int(check_output_access(check, name, 17, &access), 0, "taken");
	summary_access(summary, &access);
	access = sample_read(&ism, 0, 8, 0);
	access.rules = RULE_BIT(ISM005);
	is_int(check_output_access(check, name, 18, &access), 0, "taken");
	summary_access(summary, &access);
	summary->lost.n[LOSS_RING] = 5;
	summary_finish(summary);
	is_int(check_output_end(check, name, summary), 0, "ended");
	summary_free(summary);
}

static void done(void)
{
	fclose(file);
	free(text);
}

static void as_text(void)
{
	make((struct check_options){ .severity = SEV_INFO }, "dir/a b.pcapng");
	is_str(text,
	       "dir/a\\x20b.pcapng:17: ISM001 fragmented-store error: 0011:00:00.0 bar2+0x0 "
	       "a\\x20b\\x1b\"[812]: 64 bytes took 8 PCISTG of 8 bytes\n"
	       "dir/a\\x20b.pcapng:17: ISM008 instruction-error error: 0011:00:00.0 bar2+0x0 "
	       "a\\x20b\\x1b\"[812]: 8 of 8 PCISTG failed, first one of 8 bytes at bar2+0x0: "
	       "cc 1 (error), status 8 (function in error state)\n"
	       "dir/a\\x20b.pcapng:17: ISM011 silent-loss error: 0011:00:00.0 bar2+0x0 "
	       "a\\x20b\\x1b\"[812]: returned 64 of 64 although 8 of 8 PCISTG failed\n"
	       "dir/a\\x20b.pcapng:18: ISM005 narrow-access info: 0011:00:00.0 bar2+0x0 "
	       "ismload[812]: read of 8 bytes at 0x0 used 8 of 1 byte\n"
	       "dir/a\\x20b.pcapng:0: ISM012 lost-records warning: not in the trace: 5 accesses\n",
	       "lines");
	is_int(check->found, 5, "found");
	is_int(check->by[SEV_ERROR], 3, "errors");
	done();
}

static void options(void)
{
	make((struct check_options){ .severity = SEV_WARNING }, "x");
	ok(!strstr(text, "ISM005"), "below the severity");
	is_int(check->found, 4, "does not count");
	is_int(check->by[SEV_INFO], 1, "but is told of");
	done();
	make((struct check_options){ .severity = SEV_ERROR, .rules = RULE_BIT(ISM005) }, "x");
	is_str(text, "", "another rule");
	is_int(check->found, 0, "none");
	done();
	make((struct check_options){ .max = 2 }, "x");
	is_int(check->shown, 2, "shown");
	is_int(check->found, 5, "all count");
	done();
	make((struct check_options){ .quiet = true }, "x");
	is_str(text, "", "quiet");
	is_int(check->found, 5, "all count");
	done();
	make((struct check_options){ .color = true, .severity = SEV_WARNING }, "x");
	has_str(text, " ISM012 lost-records \033[33mwarning\033[0m: ", "colour");
	done();
}

/* As in the stream: nothing that only some readers of JSON take. */
static void too_large(void)
{
	struct access access = sample_fragmented(&ism, 64);
	json_t *json;

	text = NULL;
	file = open_memstream(&text, &len);
	check_output_init(check, &(struct check_options){ .json = true }, file);
	access.rules = RULE_BIT(ISM001);
	access.ts = INT64_MIN;
	access.raw.offset = UINT64_MAX;
	access.raw.len = (uint64_t)INT64_MAX + 1;
	memcpy(access.raw.comm, "\177\xc2\x9b", 4);
	is_int(check_output_access(check, "x", 1, &access), 0, "taken");
	out_flush(&check->out);
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ok(json_is_object(json), "an object");
	is_int(json_integer_value(json_object_get(json, "ts")), INT64_MIN, "ts, before 1970");
	is_int(json_integer_value(json_object_get(json, "offset")), INT64_MAX, "offset");
	is_int(json_integer_value(json_object_get(json, "len")), INT64_MAX, "len");
	has_str(text, "\"comm\":\"\\u007f\\u009b\"", "DEL and C1");
	json_decref(json);
	done();
}

static void as_json(void)
{
	json_t *json;
	char *end;

	make((struct check_options){ .json = true }, "a\"b\377");
	end = strchr(text, '\n');
	*end = '\0';
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ok(json_is_object(json), "an object");
	is_str(json_string_value(json_object_get(json, "type")), "finding", "type");
	is_str(json_string_value(json_object_get(json, "rule")), "ISM001", "rule");
	is_str(json_string_value(json_object_get(json, "name")), "fragmented-store", "name");
	is_str(json_string_value(json_object_get(json, "severity")), "error", "severity");
	is_str(json_string_value(json_object_get(json, "file")), "a\"b\xef\xbf\xbd", "file");
	is_int(json_integer_value(json_object_get(json, "index")), 17, "index");
	is_int(json_integer_value(json_object_get(json, "ts")), 1000000000, "ts");
	is_str(json_string_value(json_object_get(json, "comm")), "a b\033\"", "comm");
	is_int(json_integer_value(json_object_get(json, "pid")), 812, "pid");
	is_str(json_string_value(json_object_get(json, "op")), "write", "op");
	is_str(json_string_value(json_object_get(json, "region")), "bar2", "region");
	is_int(json_integer_value(json_object_get(json, "len")), 64, "len");
	is_str(json_string_value(json_object_get(json, "evidence")),
	       "64 bytes took 8 PCISTG of 8 bytes", "evidence");
	json_decref(json);
	has_str(end + 1, "\"rule\":\"ISM012\",\"name\":\"lost-records\"", "what is lost");
	has_str(end + 1, "\n{\"type\":\"summary\",", "the summary is last");
	done();
}

int main(void)
{
	check = malloc(sizeof(*check));
	ism = sample_function();
	as_text();
	options();
	as_json();
	too_large();
	free(check);
	return unit_end();
}
