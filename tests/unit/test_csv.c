// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_csv.c - CSV: columns, quoting, formulas; payloads as hex in all formats.
 */
#include <jansson.h>

#include "capture.h"
#include "model/rules.h"
#include "sample.h"
#include "unit.h"

static struct function ism;
static struct capture capture;

#define COLUMNS 32

static void start(struct sink *(*new)(const struct sink_options *), bool hex)
{
	capture_start(&capture, new, (struct sink_options){ .hex = hex, .start_ns = 0 });
	capture.sink->ops->begin(capture.sink);
}

static void put(struct access access)
{
	is_int(capture.sink->ops->access(capture.sink, &access), 0, "taken");
}

/*
 * A reader of RFC 4180, as simple as can be: field n of a line, unquoted; NULL
 * if the line is not well formed or has no such field.
 */
static const char *field(const char *line, unsigned int n)
{
	static char text[512];
	unsigned int at = 0;
	size_t used;

	for (;; at++, line++) {
		used = 0;
		if (*line == '"') {
			for (line++; *line; line++) {
				if (*line == '"' && *++line != '"')
					break;
				text[used++] = *line;
			}
		} else {
			while (*line && *line != ',') {
				if (*line == '"')
					return NULL;
				text[used++] = *line++;
			}
		}
		text[used] = '\0';
		if (at == n)
			return text;
		if (*line != ',')
			return NULL;
	}
}

static unsigned int fields(const char *line)
{
	unsigned int n = 0;

	while (field(line, n))
		n++;
	return n;
}

static const char *column(unsigned int row, const char *name)
{
	char head[64];
	unsigned int i;

	for (i = 0; i < COLUMNS + 1; i++) {
		const char *key = field(line_of(capture_text(&capture), 0), i);

		snprintf(head, sizeof(head), "%s", key ? key : "");
		if (!strcmp(head, name))
			return field(line_of(capture_text(&capture), row), i);
	}
	return "no such column";
}

static void columns(void)
{
	struct access access = sample_fragmented(&ism, 4096);

	start(sink_csv_new, false);
	access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM008) | RULE_BIT(ISM011);
	access.ts = 1763696000123456789;
	put(access);
	put(sample_refused(&ism, 8, 4096, EINVAL));
	is_str(line_of(capture_text(&capture), 0),
	       "ts,cpu,pid,tid,comm,function,fid,uid,driver,op,region,offset,len,ret,latency_ns,"
	       "insn.pcilg,insn.pcistg,insn.pcistb,insn.mio,insn.failed,insn.min,insn.max,"
	       "insn.bytes,insn.busy,error.insn,error.rc,error.cc,error.status,error.region,"
	       "error.offset,error.len,rules",
	       "header");
	is_str(line_of(capture_text(&capture), 1),
	       "1763696000123456789,0,812,812,ismload,0011:00:00.0,34,17,vfio-pci,write,bar2,0,"
	       "4096,4096,3210,0,512,0,0,512,8,8,0,0,pcistg,-5,1,8,bar2,0,8,ISM001 ISM008 ISM011",
	       "a fragmented write");
	is_str(line_of(capture_text(&capture), 2),
	       "1000000000,0,812,812,ismload,0011:00:00.0,34,17,ism-vfio-pci,write,bar2,8,4096,"
	       "-22,3210,0,0,0,0,0,0,0,0,0,,,,,,,,",
	       "what is null is empty");
	is_int(fields(line_of(capture_text(&capture), 1)), COLUMNS, "columns");
	is_int(fields(line_of(capture_text(&capture), 2)), COLUMNS, "columns, no error");
	capture_stop(&capture);
}

static void names(void)
{
	static const struct {
		char comm[ISMT_COMM_LEN];
		const char *raw, *value;
	} cases[] = {
		{ "plain", ",plain,", "plain" },
		{ "a b", ",\"a b\",", "a b" },
		{ "a,b", ",\"a,b\",", "a,b" },
		{ "a\"b", ",\"a\"\"b\",", "a\"b" },
		{ "=1+1", ",\"'=1+1\",", "'=1+1" },
		{ "+1", ",\"'+1\",", "'+1" },
		{ "-1", ",\"'-1\",", "'-1" },
		{ "@SUM(A1)", ",\"'@SUM(A1)\",", "'@SUM(A1)" },
		{ "  =1", ",\"'  =1\",", "'  =1" },
		{ "'=1", ",\"''=1\",", "''=1" },
		{ "\t=1", ",\\x09=1,", "\\x09=1" },
		{ "\r\n=1", ",\\x0d\\x0a=1,", "\\x0d\\x0a=1" },
		{ "\033[31mred", ",\\x1b[31mred,", "\\x1b[31mred" },
		{ "\177\xc2\x9b", ",\\x7f\\xc2\\x9b,", "\\x7f\\xc2\\x9b" },
		{ "\\x20", ",\\x5cx20,", "\\x5cx20" },
		{ "\xef\xbc\x9d"
		  "1",
		  ",\\xef\\xbc\\x9d1,", "\\xef\\xbc\\x9d1" },
		{ "=cmd|' /C c'!A0", ",\"'=cmd|' /C c'!A0\",", "'=cmd|' /C c'!A0" },
		{ "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"", NULL, "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"" },
		{ "", ",812,,0011", "" },
	};
	struct access access = sample_write(&ism, 0, 8);
	unsigned int i;

	start(sink_csv_new, false);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(access.raw.comm, cases[i].comm, sizeof(access.raw.comm));
		put(access);
		if (cases[i].raw)
			has_str(line_of(capture_text(&capture), i + 1), cases[i].raw, "quoted");
		is_str(column(i + 1, "comm"), cases[i].value, "a reader gets this");
		is_int(fields(line_of(capture_text(&capture), i + 1)), COLUMNS, "columns stay");
	}
	/* Sixteen bytes and no NUL, as only a bad capture has it. */
	memset(access.raw.comm, '"', sizeof(access.raw.comm));
	access.driver = "=dri,ver\n";
	put(access);
	is_str(column(i + 1, "comm"), "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"", "no NUL");
	is_str(column(i + 1, "driver"), "'=dri,ver\\x0a", "a hostile driver");
	capture_stop(&capture);
}

static uint8_t bytes[40];

static struct access with_payload(uint32_t len)
{
	struct access access = sample_write(&ism, 0x1000, 40);

	access.payload = bytes;
	access.payload_len = len;
	return access;
}

static void payloads(void)
{
	const char *text;
	json_t *json;

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "<=>\033\xff", 5);
	start(sink_csv_new, true);
	put(with_payload(4));
	put(sample_write(&ism, 0, 8));
	is_str(column(1, "payload"), "3c3d3e1b", "payload");
	is_str(column(2, "payload"), "", "none");
	is_int(fields(line_of(capture_text(&capture), 2)), COLUMNS + 1, "columns");
	capture_stop(&capture);

	start(sink_json_new, true);
	put(with_payload(4));
	put(sample_write(&ism, 0, 8));
	json = json_loads(line_of(capture_text(&capture), 0), 0, NULL);
	is_str(json_string_value(json_object_get(json, "payload")), "3c3d3e1b", "JSON");
	json_decref(json);
	json = json_loads(line_of(capture_text(&capture), 1), 0, NULL);
	ok(json_is_null(json_object_get(json, "payload")), "null");
	json_decref(json);
	capture_stop(&capture);

	start(sink_json_new, false);
	put(with_payload(4));
	ok(!strstr(capture_text(&capture), "payload"), "only when asked");
	capture_stop(&capture);

	start(sink_text_new, true);
	put(with_payload(40));
	put(with_payload(5));
	text = capture_text(&capture);
	is_str(line_of(text, 2),
	       "    00001000  3c 3d 3e 1b ff 00 00 00  00 00 00 00 00 00 00 00  |<=>.............|",
	       "sixteen bytes");
	is_str(line_of(text, 3),
	       "    00001010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|",
	       "sixteen more");
	is_str(line_of(text, 4),
	       "    00001020  00 00 00 00 00 00 00 00                           |........|",
	       "the rest");
	is_str(line_of(text, 6),
	       "    00001000  3c 3d 3e 1b ff                                    |<=>..|", "five");
	is_str(line_of(text, 7), "    (5 of 40 bytes captured)", "cut");
	capture_stop(&capture);
}

static void stars(void)
{
	static uint8_t zeros[64];
	struct access access = sample_write(&ism, 0, 64);

	access.payload = zeros;
	access.payload_len = 64;
	start(sink_text_new, true);
	put(access);
	is_str(line_of(capture_text(&capture), 3), "    *", "equal lines are a star");
	has_str(line_of(capture_text(&capture), 4), "    00000030  00", "but not the last");
	is_str(line_of(capture_text(&capture), 5), "", "nothing more");
	capture_stop(&capture);
}

int main(void)
{
	ism = sample_function();
	columns();
	names();
	payloads();
	stars();
	return unit_end();
}
