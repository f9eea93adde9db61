// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_html.c - the page: well formed, complete, and deaf to what a trace says.
 */
#include <ctype.h>
#include <stdlib.h>

#include "model/rules.h"
#include "output/html.h"
#include "output/report_html.h"
#include "sample.h"
#include "unit.h"

static struct outbuf *out;
static FILE *file;
static char *page;
static size_t len;

static void begin(void)
{
	page = NULL;
	file = open_memstream(&page, &len);
	out_init(out, file);
}

static const char *text_of(const char *text)
{
	static char copy[8192];

	begin();
	html_text(out, text);
	out_flush(out);
	snprintf(copy, sizeof(copy), "%s", page);
	fclose(file);
	free(page);
	return copy;
}

static void texts(void)
{
	is_str(text_of("plain"), "plain", "plain");
	is_str(text_of("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;", "escaped");
	is_str(text_of("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f", "UTF-8 stays");
	is_str(text_of("a\xffz"), "a\xef\xbf\xbdz", "what is none does not");
	is_str(text_of("a\033[1mz\177"), "a\xef\xbf\xbd[1mz\xef\xbf\xbd", "control characters");
	is_str(text_of("\xc2\x9b"), "\xef\xbf\xbd", "C1");
	is_str(text_of("\xe2\x80\xaexe"), "\xef\xbf\xbdxe", "right-to-left override");
	is_str(text_of("\xe2\x81\xa6xe"), "\xef\xbf\xbdxe", "isolates");
	is_str(text_of("\xe2\x82\xac"), "\xe2\x82\xac", "a Euro sign is neither");
}

/* Every tag that is opened is closed, in order; the number of tags, or -1. */
static int balance(const char *html)
{
	static const char *const empty[] = { "meta", "br", "line", "rect/", "!DOCTYPE" };
	char stack[64][16], name[16];
	int depth = 0, tags = 0;
	size_t n;
	unsigned int i;

	for (; (html = strchr(html, '<')); tags++) {
		bool closing = html[1] == '/', none = false;
		const char *end = strchr(html, '>');

		html += 1 + closing;
		for (n = 0; (isalnum((unsigned char)html[n]) || html[n] == '!') && n < 15; n++)
			name[n] = html[n];
		name[n] = '\0';
		if (!end || !n || (closing && (!depth || strcmp(stack[--depth], name))))
			return -1;
		for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
			none = none || !strcmp(empty[i], name);
		if (!closing && !none && end[-1] != '/') {
			if (depth == 64)
				return -1;
			strcpy(stack[depth++], name);
		}
		html = end;
	}
	return depth ? -1 : tags;
}

static const char hostile[] = "<img src=x>";

static void make(bool many)
{
	static struct function ism;
	const char *const files[] = { "a<b>.pcapng", "\"&'\033.gz" };
	struct summary *summary = summary_new();
	struct tables *tables = tables_new(SORT_COUNT);
	struct report_page report = { summary, tables, files, 2, 10 };
	struct access access;
	int i;

	ism = sample_function();
	for (i = 0; many && i < 100; i++) {
		access = i % 2 ? sample_fragmented(&ism, 4096)
			       : sample_read(&ism, 0, 8u << i % 10, 3);
		access.raw.latency_ns = 100u << i % 20;
		access.raw.region = (uint32_t)i % 20;
		if (i % 2)
			access.rules = RULE_BIT(ISM001) | RULE_BIT(ISM008);
		access.driver = "<b>drv";
		memcpy(access.raw.comm, hostile, sizeof(hostile));
		summary_access(summary, &access);
		tables_access(tables, &access);
	}
	if (many) {
		summary->lost.n[LOSS_RING] = 17;
		summary->lost.misses_unknown = true;
		summary->functions[0].has_fmb = true;
		summary->functions[0].outside.n[ISMT_PCILG] = 5;
	}
	summary->begin_ns = 1763696000123456789;
	summary->end_ns = 1763696002123456789;
	summary_finish(summary);
	tables_finish(tables);
	begin();
	report_html_write(&report, out);
	is_int(out_flush(out), 0, "written");
	tables_free(tables);
	summary_free(summary);
}

static void done(void)
{
	fclose(file);
	free(page);
}

static void pages(void)
{
	make(true);
	ok(balance(page) > 500, "well formed");
	has_str(page,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">",
		"a policy that allows nothing");
	ok(!strstr(page, "<script") && !strstr(page, "http:") && !strstr(page, "https:") &&
		   !strstr(page, "url(") && !strstr(page, "<img") && !strstr(page, "@import") &&
		   !strstr(page, "<link"),
	   "nothing is fetched or run");
	has_str(page, "&lt;img\\x20src=x&gt;[812]", "a hostile name is text");
	has_str(page, "&lt;b&gt;drv", "so is a driver's");
	ok(!strstr(page, "<b>drv"), "and only that");
	has_str(page,
		"<code>a&lt;b&gt;.pcapng</code>, <code>&quot;&amp;&#39;\xef\xbf\xbd.gz</code>",
		"file names");
	ok(!strchr(page, '\033'), "no escapes");
	has_str(page, "2025-11-21 03:33:20 UTC, 2.000 s", "when");
	has_str(page, "not in the trace: 17 accesses", "what was lost");
	has_str(page, "how often the kernel missed a probe is not known here", "and what may be");
	has_str(page, "4096 bytes took 512 PCISTG of 8 bytes", "evidence");
	has_str(page, "Use the ism-vfio-pci driver", "what to do");
	has_str(page, "<svg role=\"img\" aria-labelledby=\"t0 d0\"", "pictures have names");
	has_str(page, "<desc id=\"d0\">Histogram. Up to ", "and descriptions");
	has_str(page, "prefers-color-scheme:dark", "dark");
	has_str(page, "@media print", "on paper");
	has_str(page, "8 more rows, with fewer accesses, are not drawn",
		"what is not drawn is said");
	has_str(page, "measurement block", "the machine's own counts");
	done();

	make(false);
	ok(balance(page) > 20, "nothing recorded: well formed");
	has_str(page, "<p>None.</p>", "no findings");
	done();
}

static void charts(void)
{
	struct hist hist = { 0 };
	struct hist_view view;

	hist_add(&hist, 0);
	hist_add(&hist, 1);
	hist_add(&hist, UINT64_MAX);
	hist_view_set(&view, "a<b", &hist);
	begin();
	html_chart(out, &view, HTML_NS, 3);
	out_flush(out);
	ok(balance(page) > 60, "well formed");
	has_str(page, "<title id=\"t3\">a&lt;b</title>", "title");
	has_str(page, "Up to 1 ns: 2.", "description");
	ok(!strstr(page, "inf") && !strstr(page, "nan"), "numbers");
	done();
}

int main(void)
{
	out = malloc(sizeof(*out));
	texts();
	pages();
	charts();
	free(out);
	return unit_end();
}
