// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_text.c - the columns, what is spelled out under them, the summary.
 */
#include "capture.h"
#include "model/rules.h"
#include "sample.h"
#include "unit.h"

static struct function ism;
static struct capture capture;

/* The words of line n with one blank between. */
static const char *words(unsigned int n)
{
	static char text[1024];
	const char *src = line_of(capture_text(&capture), n);
	size_t used = 0;

	while (*src && used < sizeof(text) - 1) {
		if (*src != ' ' || (used && text[used - 1] != ' '))
			text[used++] = *src;
		src++;
	}
	if (used && text[used - 1] == ' ')
		used--;
	text[used] = '\0';
	return text;
}

static void start(struct sink_options options)
{
	options.start_ns = 999000000;
	capture_start(&capture, sink_text_new, options);
	capture.sink->ops->begin(capture.sink);
}

static void put(struct access access)
{
	is_int(capture.sink->ops->access(capture.sink, &access), 0, "taken");
}

static void columns(void)
{
	struct access access;

	start((struct sink_options){ .findings = false });
	put(sample_write(&ism, 0, 4096));
	put(sample_read(&ism, 0x10, 64, 3));
	put(sample_fragmented(&ism, 4096));
	access = sample_refused(&ism, 8, 4096, EINVAL);
	access.rules = RULE_BIT(ISM003);
	put(access);
	put(sample_failed(&ism, 0xffffffffff000, 64, ENXIO, 0, 0));
	access = sample_read(&ism, 3, 13, 0);
	access.raw.insn.n[ISMT_PCISTB] = 1;
	access.raw.insn.max = 8;
	access.ts = 998999000;
	access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM011);
	memcpy(access.raw.comm, "a b\033c\0", 6);
	put(access);
	is_str(words(0),
	       "TIME(s) COMM PID FUNCTION DRIVER OP REGION OFFSET LEN RET LAT(us) INSN RULES",
	       "header");
	is_str(words(1),
	       "0.001000 ismload 812 0011:00:00.0 ism-vfio-pci W bar2 0x0 4096 4096 3.210 "
	       "1*pcistb:4096 -",
	       "a write");
	is_str(words(2),
	       "0.001000 ismload 812 0011:00:00.0 ism-vfio-pci R bar2 0x10 64 64 3.210 8*pcilg:8 -",
	       "a read");
	is_str(words(3),
	       "0.001000 ismload 812 0011:00:00.0 vfio-pci W bar2 0x0 4096 4096 3.210 "
	       "512*pcistg:8!512(cc1,st8) -",
	       "fragmented");
	is_str(words(4),
	       "0.001000 ismload 812 0011:00:00.0 ism-vfio-pci W bar2 0x8 4096 -EINVAL 3.210 - "
	       "ISM003",
	       "refused");
	is_str(words(5),
	       "0.001000 ismload 812 0011:00:00.0 ism-vfio-pci W bar2 0xffffffffff000 64 -ENXIO "
	       "3.210 1*pcistb:64!1(exc) -",
	       "an exception");
	is_str(words(6),
	       "-0.000001 a\\x20b\\x1bc 812 0011:00:00.0 ism-vfio-pci R bar2 0x3 13 13 3.210 "
	       "13*pcilg+1*pcistb:1-8 ISM001,ISM011",
	       "two kinds, two rules, a hostile name, before the begin");
	ok(strstr(line_of(capture_text(&capture), 0), "REGION") -
			   line_of(capture_text(&capture), 0) ==
		   strstr(line_of(capture_text(&capture), 1), "bar2") -
			   line_of(capture_text(&capture), 1),
	   "columns stand under their heads");
	ok(!strchr(capture_text(&capture), '\033'), "no escapes");
	capture_stop(&capture);
}

static void times(void)
{
	struct access access = sample_write(&ism, 0, 8);

	setenv("TZ", "UTC", 1);
	access.ts = 1763696000123456789;
	start((struct sink_options){ .time = TIME_REAL });
	put(access);
	is_str(words(0),
	       "TIME COMM PID FUNCTION DRIVER OP REGION OFFSET LEN RET LAT(us) INSN RULES",
	       "header of clock time");
	ok(!strncmp(words(1), "03:33:20.123456 ", 16), "clock time");
	capture_stop(&capture);
	start((struct sink_options){ .time = TIME_MONO, .mono_offset_ns = 1763696000000000000 });
	put(access);
	ok(!strncmp(words(1), "0.123456 ", 9), "monotonic time");
	capture_stop(&capture);
}

static void findings(void)
{
	struct function second = ism;
	struct access access = sample_fragmented(&ism, 4096);
	unsigned int i;

	start((struct sink_options){ .findings = true });
	access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM011);
	for (i = 0; i < 5; i++)
		put(access);
	access.fn = &second;
	put(access);
	is_str(line_of(capture_text(&capture), 2),
	       "  ISM001 fragmented-store: 4096 bytes took 512 PCISTG of 8 bytes", "spelled out");
	has_str(line_of(capture_text(&capture), 3), "  ISM011 silent-loss: ", "the other rule");
	has_str(line_of(capture_text(&capture), 8), "  ISM001 ", "for the third time");
	has_str(line_of(capture_text(&capture), 11), "  (only the first 3 ", "said once");
	has_str(line_of(capture_text(&capture), 12), " ISM001,ISM011", "then only the column");
	has_str(line_of(capture_text(&capture), 14), "  ISM001 ", "another function begins anew");
	is_str(line_of(capture_text(&capture), 16), "", "no more");
	capture_stop(&capture);

	start((struct sink_options){ .findings = true, .color = true });
	put(access);
	has_str(line_of(capture_text(&capture), 1), "\033[31mISM001,ISM011\033[0m",
		"errors are red");
	capture_stop(&capture);
}

static struct insn make_insn(uint32_t tid, uint64_t ts, uint8_t flags)
{
	struct insn insn = {
		.raw = { .pid = tid,
			 .tid = tid,
			 .comm = "ismload",
			 .kind = ISMT_PCISTG,
			 .space = 2,
			 .flags = flags,
			 .len = 8,
			 .latency_ns = 512 },
		.fn = &ism,
		.ts = ts,
	};

	return insn;
}

static int put_insn(uint32_t tid, uint64_t ts, uint8_t flags)
{
	struct insn insn = make_insn(tid, ts, flags);

	return capture.sink->ops->insn(capture.sink, &insn);
}

static void insns(void)
{
	struct summary *s = summary_new();
	unsigned int i, lines = 0;
	const char *p;

	start((struct sink_options){ .quiet = false });
	is_int(put_insn(812, 999000001, ISMT_INSN_INSIDE), 0, "taken");
	put_insn(812, 1000000001, ISMT_INSN_INSIDE);
	put_insn(900, 1000000002, 0);
	put_insn(900, 1000000003, ISMT_INSN_INSIDE);
	put(sample_write(&ism, 0, 8));
	is_str(words(1), "0.001000 ismload 900 0011:00:00.0 - i bar2 0x0 8 0 0.512 1*pcistg:8 -",
	       "outside: at once, on its own");
	is_str(words(2), "0.000000 ismload 812 0011:00:00.0 - i bar2 0x0 8 0 0.512 1*pcistg:8 -",
	       "of an access that is not there");
	has_str(line_of(capture_text(&capture), 3), "1*pcistb:8", "the access");
	is_str(words(4), "insn pcistg bar2 0x0 8 0 0.512", "its instruction under it");
	is_str(words(5), "", "another task's waits");
	summary_finish(s);
	capture.sink->ops->end(capture.sink, s);
	has_str(line_of(capture_text(&capture), 5), " 900 ", "until the end");
	capture_stop(&capture);

	start((struct sink_options){ .quiet = false });
	for (i = 0; i < 20000; i++)
		put_insn(812, 1000000001, ISMT_INSN_INSIDE);
	put(sample_write(&ism, 0, 8));
	for (p = capture_text(&capture); *p; p++)
		lines += *p == '\n';
	is_int(lines, 20002, "none is lost if there are too many");
	capture_stop(&capture);
	summary_free(s);
}

static void summaries(void)
{
	struct summary *s = summary_new();
	struct access access = sample_write(&ism, 0, 4096);
	struct summary_function *f;
	const char *text;
	unsigned int i;

	access.raw.insn.stb[9] = 1;
	for (i = 0; i < 30; i++) {
		access.raw.latency_ns = 1000 + i * 1000;
		summary_access(s, &access);
	}
	access = sample_fragmented(&ism, 4096);
	access.rules = RULE_BIT(ISM001);
	summary_access(s, &access);
	summary_access(s, &access);
	f = summary_function(s, &ism);
	f->outside.n[ISMT_PCILG] = 3;
	f->has_fmb = true;
	f->fmb_loads = 3;
	f->fmb_blocks = 30;
	s->lost.n[LOSS_RING] = 7;
	s->filtered = 2;
	s->begin_ns = 1000000000;
	s->end_ns = 2500000000;
	summary_finish(s);

	start((struct sink_options){ .quiet = true });
	put(sample_write(&ism, 0, 8));
	is_int(capture.sink->ops->end(capture.sink, s), 0, "ended");
	text = capture_text(&capture);
	is_str(line_of(text, 0), "32 accesses recorded, 7 lost, 2 filtered in 1.500 s", "totals");
	has_str(text, "warning: lost 7 accesses: ring buffer full\n", "loss by cause");
	has_str(text, "--buffer-size", "and what helps");
	ok(!strstr(text, "not known here"), "all is known");
	has_str(text, "hint: 2 accesses were left out, by filters", "filters");
	has_str(text, "  (2K, 4K]             30 |@@@@@@@@@@@@@@|", "a bar");
	has_str(text, "  access size, bytes <=4K:2; stores, bytes <=8:1024; latency, ns <=4K:2\n",
		"few accesses on one line");
	has_str(text, " 33 equal\n", "the measurement block");
	has_str(text, "ISM001 fragmented-store  error            2  4096 bytes took", "a finding");
	has_str(text, "\n       fix: Use the ism-vfio-pci driver", "and its fix");
	has_str(text, "ISM012 lost-records", "loss is a finding");
	ok(!strchr(text, '\033'), "no escapes");
	ok(!strstr(text, " \n"), "no blanks at line ends");
	capture_stop(&capture);

	f = summary_function(s, &ism);
	f->fmb_blocks = 29;
	start((struct sink_options){ .quiet = true });
	capture.sink->ops->end(capture.sink, s);
	has_str(capture_text(&capture), " 32 differs by -1", "a difference");
	capture_stop(&capture);
	f->has_fmb = false;
	s->lost.misses_unknown = true;
	start((struct sink_options){ .quiet = true });
	capture.sink->ops->end(capture.sink, s);
	has_str(capture_text(&capture), "measurement block not available", "none");
	has_str(capture_text(&capture),
		"\nnote: how often the kernel missed a probe is not known here", "nor is this");
	capture_stop(&capture);
	summary_free(s);

	s = summary_new();
	summary_finish(s);
	start((struct sink_options){ .quiet = true });
	capture.sink->ops->end(capture.sink, s);
	has_str(capture_text(&capture), "0 accesses recorded, 0 lost, 0 filtered",
		"nothing at all");
	has_str(capture_text(&capture), "hint: no access was seen", "what to do about it");
	capture_stop(&capture);
	summary_free(s);
}

int main(void)
{
	ism = sample_function();
	columns();
	times();
	findings();
	insns();
	summaries();
	return unit_end();
}
