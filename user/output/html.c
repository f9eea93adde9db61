// SPDX-License-Identifier: GPL-2.0-only
#include "output/html.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "util/escape.h"
#include "version.h"

#define TEXT_MAX 4096

void html_text(struct outbuf *out, const char *text)
{
	char clean[ESCAPE_UTF8_LEN(TEXT_MAX)];
	const char *c;

	escape_seen(clean, sizeof(clean), text, TEXT_MAX);
	for (c = clean; *c; c++) {
		switch (*c) {
		case '<':
			out_lit(out, "&lt;");
			break;
		case '>':
			out_lit(out, "&gt;");
			break;
		case '&':
			out_lit(out, "&amp;");
			break;
		case '"':
			out_lit(out, "&quot;");
			break;
		case '\'':
			out_lit(out, "&#39;");
			break;
		default:
			out_char(out, *c);
		}
	}
}

void html_number(struct outbuf *out, uint64_t value)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, value), i;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out_lit(out, "&#8239;");
		out_char(out, digits[i]);
	}
}

void html_td(struct outbuf *out, uint64_t value)
{
	out_lit(out, "<td>");
	html_number(out, value);
	out_lit(out, "</td>");
}

void html_td_us(struct outbuf *out, double ns)
{
	out_printf(out, "<td>%.1f</td>", ns / 1000);
}

void html_table(struct outbuf *out, const char *caption, const char *const *names)
{
	bool words = true;

	out_lit(out, "<div class=\"wrap\"><table>\n");
	if (caption) {
		out_lit(out, "<caption>");
		html_text(out, caption);
		out_lit(out, "</caption>\n");
	}
	out_lit(out, "<thead><tr>");
	for (; *names; names++) {
		if (**names == '|') {
			words = !words;
			continue;
		}
		out_printf(out, "<th scope=\"col\"%s>", words ? " class=\"t\"" : "");
		html_text(out, *names);
		out_lit(out, "</th>");
	}
	out_lit(out, "</tr></thead>\n<tbody>\n");
}

/* Geometry of a chart, in CSS pixels. */
enum { LABEL_W = 84, BAR_W = 170, COUNT_W = 86, ROW_H = 19, PAD = 4 };

/* The upper end of a row: "4K", or for times "4.10 us". */
static void upper_text(uint64_t value, enum html_unit unit, char *buf, size_t len)
{
	static const char prefixes[] = "KMGTPE";
	static const char *const times[] = { "ns", "us", "ms", "s" };
	double time = (double)value;
	unsigned int i = 0;

	if (unit == HTML_NS) {
		for (; time >= 1000 && i < 3; i++)
			time /= 1000;
		snprintf(buf, len, i && time < 100 ? "%.3g %s" : "%.0f %s", time, times[i]);
		return;
	}
	if (value == UINT64_MAX || value == UINT32_MAX) {
		snprintf(buf, len, "any");
		return;
	}
	for (; value >= 1024 && value % 1024 == 0 && i < 6; i++)
		value /= 1024;
	if (i)
		snprintf(buf, len, "%" PRIu64 "%c", value, prefixes[i - 1]);
	else
		snprintf(buf, len, "%" PRIu64, value);
}

static void put_bar(struct outbuf *out, const struct hist_view *view, unsigned int i,
		    enum html_unit unit, uint64_t most)
{
	uint64_t count = view->row[i].count;
	double width = (double)count * BAR_W / (double)most;
	unsigned int y = PAD + i * ROW_H;
	char upper[32];

	if (count && width < 1)
		width = 1;
	upper_text(view->row[i].upper, unit, upper, sizeof(upper));
	out_printf(out, "<text class=\"l\" x=\"%d\" y=\"%u\">&#8804; %s</text>", LABEL_W - 6,
		   y + 14, upper);
	if (count)
		out_printf(out,
			   "<rect x=\"%d\" y=\"%u\" width=\"%.1f\" height=\"%d\">"
			   "<title>&#8804; %s: %" PRIu64 "</title></rect>",
			   LABEL_W, y + 2, width, ROW_H - 4, upper, count);
	out_printf(out, "<text x=\"%.1f\" y=\"%u\">", LABEL_W + width + 5, y + 14);
	html_number(out, count);
	out_lit(out, "</text>\n");
}

void html_chart(struct outbuf *out, const struct hist_view *view, enum html_unit unit,
		unsigned int id)
{
	unsigned int height = view->nr * ROW_H + 2 * PAD, i;
	uint64_t most = 1;
	char upper[32];

	for (i = 0; i < view->nr; i++)
		if (view->row[i].count > most)
			most = view->row[i].count;
	out_lit(out, "<figure><figcaption>");
	html_text(out, view->title);
	out_printf(out,
		   "</figcaption>\n<svg role=\"img\" aria-labelledby=\"t%u d%u\" "
		   "width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\">\n<title id=\"t%u\">",
		   id, id, LABEL_W + BAR_W + COUNT_W, height, LABEL_W + BAR_W + COUNT_W, height,
		   id);
	html_text(out, view->title);
	out_printf(out, "</title><desc id=\"d%u\">Histogram.", id);
	for (i = 0; i < view->nr; i++) {
		upper_text(view->row[i].upper, unit, upper, sizeof(upper));
		if (view->row[i].count)
			out_printf(out, " Up to %s: %" PRIu64 ".", upper, view->row[i].count);
	}
	out_printf(out, "</desc>\n<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%u\"/>\n", LABEL_W, PAD,
		   LABEL_W, height - PAD);
	for (i = 0; i < view->nr; i++)
		put_bar(out, view, i, unit, most);
	out_lit(out, "</svg></figure>\n");
}

/*
 * Colours by system preference; on paper black on white.  No script and no
 * network, which the policy in the head makes the browser enforce.
 */
static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#5b6570;--line:#d5dae0;"
	"--soft:#f4f6f8;--bar:#2f6db5;--error:#b3261e;--warning:#8a5a00;--info:#2f6db5}\n"
	"@media (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e8ec;--dim:#9aa5b1;"
	"--line:#38414b;--soft:#1d232a;--bar:#6aa5e8;--error:#ff8a80;--warning:#f0b54a;"
	"--info:#8fbdf0}}\n"
	"body{margin:0 auto;max-width:78rem;padding:1.5rem;background:var(--bg);"
	"color:var(--fg);font:15px/1.5 system-ui,sans-serif}\n"
	"h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}"
	"h3{font-size:1rem;margin:1.4rem 0 .3rem}\n"
	".dim,figcaption,caption{color:var(--dim)}\n"
	"code,.mono,td.k{font-family:ui-monospace,monospace;font-size:.92em}\n"
	".cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}"
	".cards div{background:var(--soft);border:1px solid var(--line);border-radius:.4rem;"
	"padding:.5rem 1rem}.cards b{display:block;font-size:1.35rem;font-weight:600}\n"
	".wrap{overflow-x:auto}\n"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.4rem 0}"
	"caption{text-align:left;font-weight:600;padding-bottom:.2rem}"
	"th,td{text-align:right;padding:.2rem .7rem;border-bottom:1px solid var(--line);"
	"white-space:nowrap;vertical-align:top}"
	"thead th{color:var(--dim);font-weight:600;border-bottom-width:2px}"
	"th[scope=row],.t{text-align:left}th[scope=row]{font-weight:400}"
	"td.w{white-space:normal;min-width:22rem}tfoot td,tfoot th{font-weight:600}\n"
	".error{color:var(--error)}.warning{color:var(--warning)}.info{color:var(--info)}"
	".sev{font-weight:600}\n"
	".box{border-left:.3rem solid var(--warning);background:var(--soft);"
	"padding:.5rem 1rem;margin:1rem 0}\n"
	".charts{display:flex;flex-wrap:wrap;gap:.5rem 2rem}figure{margin:0}"
	"svg{max-width:100%;height:auto}svg text{fill:var(--fg);font-size:12px}"
	"svg text.l{text-anchor:end;fill:var(--dim)}svg rect{fill:var(--bar)}"
	"svg line{stroke:var(--line)}\n"
	"@media print{:root{--bg:#fff;--fg:#000;--dim:#333;--line:#999;--soft:#fff;"
	"--bar:#555;--error:#000;--warning:#000;--info:#000}body{font-size:10pt;padding:0;"
	"max-width:none}figure,tr,.charts{break-inside:avoid}h2,h3{break-after:avoid}"
	".wrap{overflow:visible}th,td{padding:.1rem .35rem;font-size:8pt}"
	"td.w{min-width:12rem}}\n";

void html_begin(struct outbuf *out, const char *title)
{
	out_lit(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<meta name=\"generator\" content=\"ismtrace " ISMTRACE_VERSION "\">\n<title>");
	html_text(out, title);
	out_lit(out, "</title>\n<style>\n");
	out_str(out, style);
	out_lit(out, "</style>\n</head>\n<body>\n<main>\n");
}

void html_end(struct outbuf *out)
{
	out_lit(out, "</main>\n<footer class=\"dim\"><p>ismtrace " ISMTRACE_VERSION
		     "</p></footer>\n</body>\n</html>\n");
}
