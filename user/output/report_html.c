// SPDX-License-Identifier: GPL-2.0-only
#include "output/report_html.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model/gate.h"
#include "model/region.h"
#include "model/rules.h"
#include "output/html.h"
#include "output/summary_text.h"
#include "util/clock.h"
#include "util/escape.h"
#include "util/times.h"

/* Charts are drawn for that many rows, those with most accesses. */
#define ROWS_CHARTED  12
#define LATENCY_LINES 14

static void card(struct outbuf *out, const char *name, uint64_t value)
{
	out_lit(out, "<div><b>");
	html_number(out, value);
	out_lit(out, "</b>");
	html_text(out, name);
	out_lit(out, "</div>\n");
}

static void put_time(struct outbuf *out, int64_t ns)
{
	uint32_t rest;
	time_t second = (time_t)time_second(ns, &rest);
	char text[40];
	struct tm tm;

	/* UTC: the page is read elsewhere. */
	if (!gmtime_r(&second, &tm) || !strftime(text, sizeof(text), "%F %T UTC", &tm))
		snprintf(text, sizeof(text), "?");
	html_text(out, text);
}

static void put_header(const struct report_page *page, struct outbuf *out)
{
	const struct summary *s = page->summary;
	uint64_t ns = time_span(s->begin_ns, s->end_ns);
	uint64_t findings[SEV_ERROR + 1] = { 0 };
	size_t i;

	/* What is lost is told as such, and is no access with a fault. */
	for (i = 0; i < RULE_COUNT; i++)
		if (rules[i].scope == OF_ACCESS)
			findings[rules[i].severity] += s->findings[i].count;
	out_lit(out, "<h1>ismtrace report</h1>\n<p class=\"dim\">");
	for (i = 0; i < page->nr_files; i++) {
		out_str(out, i ? ", <code>" : "<code>");
		html_text(out, page->files[i]);
		out_lit(out, "</code>");
	}
	out_lit(out, "<br>");
	put_time(out, s->begin_ns);
	out_printf(out, ", %" PRIu64 ".%03" PRIu64 " s</p>\n<div class=\"cards\">\n",
		   ns / NS_PER_SEC, ns / 1000000 % 1000);
	card(out, s->recorded == 1 ? "access" : "accesses", s->recorded);
	if (s->unaccounted)
		out_lit(out, "<div><b>unknown</b>lost</div>\n");
	else
		card(out, "lost", summary_lost(s));
	card(out, "filtered", s->filtered);
	card(out, "errors found", findings[SEV_ERROR]);
	card(out, "warnings found", findings[SEV_WARNING]);
	card(out, "infos", findings[SEV_INFO]);
	out_lit(out, "</div>\n");
}

static void put_findings(const struct summary *s, struct outbuf *out)
{
	static const char *const names[] = {
		"Rule", "Severity", "|", "Count", "|", "What, the first one, and the fix", NULL
	};
	char evidence[256];
	bool any = false;
	int i;

	out_lit(out, "<h2>Findings</h2>\n");
	for (i = 0; i < RULE_COUNT && !any; i++)
		any = s->findings[i].count;
	if (!any) {
		out_lit(out, "<p>None.</p>\n");
		return;
	}
	html_table(out, NULL, names);
	for (i = 0; i < RULE_COUNT; i++) {
		const char *severity = severity_name(rules[i].severity);

		if (!s->findings[i].count)
			continue;
		summary_evidence(s, (enum rule_id)i, evidence, sizeof(evidence));
		out_printf(out,
			   "<tr><th scope=\"row\"><code>%s</code> %s</th>"
			   "<td class=\"t sev %s\">%s</td>",
			   rules[i].id, rules[i].name, severity, severity);
		html_td(out, s->findings[i].count);
		out_lit(out, "<td class=\"t w\">");
		html_text(out, rules[i].says);
		out_lit(out, "<br><b>First:</b> ");
		html_text(out, evidence);
		out_lit(out, "<br><b>Fix:</b> ");
		html_text(out, rules[i].fix);
		out_lit(out, "</td></tr>\n");
	}
	out_lit(out, "</tbody></table></div>\n");
}

static void put_unknown(const struct summary *s, struct outbuf *out)
{
	if (!s->lost.misses_unknown)
		return;
	out_lit(out, "<p class=\"dim\">");
	html_text(out, losses_unknown);
	out_lit(out, ".</p>\n");
}

static void put_lost(const struct summary *s, struct outbuf *out)
{
	const uint32_t told = GATE_BIT(GATE_LOST) | GATE_BIT(GATE_UNACCOUNTED) |
			      GATE_BIT(GATE_PARTIAL) | GATE_BIT(GATE_STRAYS);
	uint32_t lacks = gate_lacks(s) & told;
	char text[512];

	if (!lacks)
		return;
	gate_sentence(s, lacks, text, sizeof(text));
	out_printf(out, "<p class=\"box\"><b class=\"warning\">The trace is %s.</b> ",
		   lacks & (GATE_BIT(GATE_LOST) | GATE_BIT(GATE_PARTIAL)) ? "incomplete"
		   : lacks & GATE_BIT(GATE_UNACCOUNTED)			  ? "possibly incomplete"
							: "mixed with other packets");
	html_text(out, text);
	out_lit(out, "</p>\n");
}

static void put_row_name(struct outbuf *out, const struct summary_row *row)
{
	char region[REGION_NAME_LEN];

	html_text(out, row->fn->address[0] ? row->fn->address : "-");
	out_char(out, ' ');
	html_text(out, row->driver);
	out_char(out, ' ');
	html_text(out, region_label(row->region, region));
	out_str(out, row->op == ISMT_READ ? " reads" : " writes");
}

static void put_rows(const struct summary *s, struct outbuf *out)
{
	static const char *const names[] = {
		"Function, driver, region",
		"|",
		"Count",
		"Errors",
		"Bytes",
		"Instructions",
		"Failed",
		"p50 us",
		"p90 us",
		"p99 us",
		"max us",
		NULL,
	};
	uint64_t insns;
	size_t i;
	int k;

	out_lit(out, "<h2>Accesses and their latency</h2>\n");
	html_table(out, NULL, names);
	for (i = 0; i < s->nr_rows; i++) {
		const struct summary_row *row = &s->rows[i];

		for (k = 0, insns = 0; k < ISMT_KINDS; k++)
			insns += row->stats.insns[k];
		out_lit(out, "<tr><th scope=\"row\" class=\"mono\">");
		put_row_name(out, row);
		out_lit(out, "</th>");
		html_td(out, row->stats.accesses);
		html_td(out, row->stats.errors);
		html_td(out, row->stats.bytes);
		html_td(out, insns);
		html_td(out, row->stats.failed);
		html_td_us(out, (double)hist_percentile(&row->stats.latency, 50));
		html_td_us(out, (double)hist_percentile(&row->stats.latency, 90));
		html_td_us(out, (double)hist_percentile(&row->stats.latency, 99));
		html_td_us(out, (double)row->stats.latency.max);
		out_lit(out, "</tr>\n");
	}
	out_lit(out, "</tbody></table></div>\n");
	if (s->folded)
		out_printf(out,
			   "<p class=\"dim\">Too many to keep: %" PRIu64 " of the least busy, or "
			   "fewer, are counted together as " NAMES_OTHERS ".</p>\n",
			   s->folded);
}

static void put_charts(const struct summary_row *row, struct outbuf *out, unsigned int id)
{
	struct hist_view view;

	out_lit(out, "<h3 class=\"mono\">");
	put_row_name(out, row);
	out_lit(out, "</h3>\n<div class=\"charts\">\n");
	hist_view_set(&view, "access size, bytes", &row->stats.size);
	html_chart(out, &view, HTML_BYTES, 3 * id);
	summary_view_insns(&view, row);
	if (view.nr)
		html_chart(out, &view, HTML_BYTES, 3 * id + 1);
	hist_view_set(&view, "latency", &row->stats.latency);
	hist_view_fold(&view, LATENCY_LINES);
	html_chart(out, &view, HTML_NS, 3 * id + 2);
	out_lit(out, "</div>\n");
}

/* Rows, busiest first. */
static int compare_rows(const void *pa, const void *pb)
{
	const struct summary_row *const *a = pa, *const *b = pb;

	if ((*a)->stats.accesses != (*b)->stats.accesses)
		return (*a)->stats.accesses > (*b)->stats.accesses ? -1 : 1;
	return (*a > *b) - (*a < *b);
}

static void put_all_charts(const struct summary *s, struct outbuf *out)
{
	const struct summary_row **order = calloc(s->nr_rows + 1, sizeof(*order));
	size_t i;

	out_lit(out, "<h2>Histograms</h2>\n");
	if (!order) {
		out->error = out->error ? out->error : -ENOMEM;
		return;
	}
	for (i = 0; i < s->nr_rows; i++)
		order[i] = &s->rows[i];
	qsort(order, s->nr_rows, sizeof(*order), compare_rows);
	for (i = 0; i < s->nr_rows && i < ROWS_CHARTED; i++)
		put_charts(order[i], out, (unsigned int)i);
	if (i < s->nr_rows)
		out_printf(out,
			   "<p class=\"dim\">%zu more rows, with fewer accesses, are "
			   "not drawn.</p>\n",
			   s->nr_rows - i);
	free(order);
}

static void put_totals(struct outbuf *out, const struct totals *t)
{
	html_td(out, t->accesses);
	html_td(out, t->bytes);
	html_td(out, t->errors);
	html_td(out, t->insns);
	html_td(out, t->failed);
	html_td(out, t->findings);
	html_td_us(out, t->accesses ? (double)t->latency_ns / (double)t->accesses : 0);
	html_td_us(out, (double)t->latency_max);
}

static void put_table(struct outbuf *out, const struct table_view *view)
{
	static const char *const names[] = {
		"Which",  "|",	      "Count",	 "Bytes",  "Errors", "Instructions",
		"Failed", "Findings", "mean us", "max us", NULL,
	};
	char label[TABLE_LABEL_LEN];
	size_t i;

	snprintf(label, sizeof(label), "by %s%s", view_one(view->kind),
		 view->kind == VIEW_SIZES ? ", bytes" : "");
	html_table(out, label, names);
	for (i = 0; i < view->nr; i++) {
		table_label(view->kind, &view->rows[i].key, label, sizeof(label));
		out_lit(out, "<tr><th scope=\"row\" class=\"mono\">");
		html_text(out, label);
		out_lit(out, "</th>");
		put_totals(out, &view->rows[i].totals);
		out_lit(out, "</tr>\n");
	}
	if (view->others.accesses) {
		out_printf(out, "<tr><th scope=\"row\">%" PRIu64 "%s more</th>",
			   view->more + view->folded, view->folded ? " or fewer" : "");
		put_totals(out, &view->others);
		out_lit(out, "</tr>\n");
	}
	out_lit(out, "</tbody><tfoot><tr><th scope=\"row\">total</th>");
	put_totals(out, &view->total);
	out_lit(out, "</tr></tfoot></table></div>\n");
}

static void put_kinds(struct outbuf *out, const struct function *fn, const char *what,
		      const uint64_t *n, uint64_t failed)
{
	uint64_t mio = n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK];

	out_lit(out, "<tr><th scope=\"row\" class=\"mono\">");
	html_text(out, fn->address[0] ? fn->address : "-");
	out_printf(out, "</th><td class=\"t\">%s</td>", what);
	html_td(out, n[ISMT_PCILG]);
	html_td(out, n[ISMT_PCISTG]);
	html_td(out, n[ISMT_PCISTB]);
	html_td(out, mio);
	html_td(out, failed);
	html_td(out, n[ISMT_PCILG] + n[ISMT_PCISTG] + n[ISMT_PCISTB] + mio - failed);
	out_lit(out, "</tr>\n");
}

static void put_unattr(struct outbuf *out, const struct summary_function *f, const char *what,
		       const struct ismt_unattr *unattr)
{
	uint64_t n[ISMT_KINDS], all = 0;
	int i;

	for (i = 0; i < ISMT_KINDS; i++) {
		n[i] = unattr->n[i];
		all += n[i];
	}
	if (all)
		put_kinds(out, f->fn, what, n, unattr->failed);
}

static bool is_measured(const struct summary_function *f)
{
	return f->measure.begun || f->measure.refused;
}

static void put_measured(const struct summary *s, struct outbuf *out)
{
	static const char *const names[] = {
		"Function", "Instructions", "|", "Ours", "Machine's", "Difference", NULL,
	};
	const struct measure *m;
	unsigned int kind;
	size_t i;

	for (i = 0; i < s->nr_functions && !is_measured(&s->functions[i]); i++)
		;
	if (i == s->nr_functions)
		return;
	out_lit(out, "<h2>Measured</h2>\n");
	html_table(out, NULL, names);
	for (i = 0; i < s->nr_functions; i++) {
		m = &s->functions[i].measure;
		for (kind = 0; is_measured(&s->functions[i]) && kind < ISMT_MEASURED; kind++) {
			out_lit(out, "<tr><th scope=\"row\" class=\"mono\">");
			html_text(out, s->functions[i].fn->address);
			out_printf(out, "</th><td class=\"t\">%s</td>", measure_names[kind]);
			html_td(out, m->ours[kind]);
			html_td(out, m->machine[kind]);
			out_printf(out, "<td>%" PRId64 "</td></tr>\n", measure_difference(m, kind));
		}
	}
	out_lit(out, "</tbody></table></div>\n");
}

static void put_functions(const struct summary *s, struct outbuf *out)
{
	static const char *const names[] = {
		"Function", "Instructions", "|",      "PCILG", "PCISTG",
		"PCISTB",   "MIO",	    "Failed", "Done",  NULL,
	};
	size_t i;

	if (!s->nr_functions)
		return;
	out_lit(out, "<h2>Instructions by function</h2>\n");
	html_table(out, NULL, names);
	for (i = 0; i < s->nr_functions; i++) {
		const struct summary_function *f = &s->functions[i];

		put_kinds(out, f->fn, "in accesses", f->inside, f->inside_failed);
		put_unattr(out, f, "outside", &f->outside);
		put_unattr(out, f, "in filtered", &f->filtered);
		put_unattr(out, f, "in lost", &f->lost);
		if (!f->has_fmb)
			continue;
		out_lit(out, "<tr><th scope=\"row\" class=\"mono\">");
		html_text(out, f->fn->address);
		out_lit(out, "</th><td class=\"t\">measurement block</td>");
		html_td(out, f->fmb_loads);
		html_td(out, f->fmb_stores);
		html_td(out, f->fmb_blocks);
		out_lit(out, "<td>-</td><td>-</td>");
		html_td(out, f->fmb_loads + f->fmb_stores + f->fmb_blocks);
		out_lit(out, "</tr>\n");
	}
	out_lit(out, "</tbody></table></div>\n");
}

static void put_tables(const struct report_page *page, struct outbuf *out)
{
	struct table_view view;
	char label[TABLE_LABEL_LEN];
	static const char *const names[] = { "Finding", "|", "Count", NULL };
	size_t i;
	int kind;

	tables_view(page->tables, VIEW_FINDINGS, page->top, &view);
	if (view.total.findings) {
		out_lit(out, "<h2>Top findings</h2>\n");
		html_table(out, NULL, names);
		for (i = 0; i < view.nr; i++) {
			table_label(VIEW_FINDINGS, &view.rows[i].key, label, sizeof(label));
			out_lit(out, "<tr><th scope=\"row\" class=\"mono\">");
			html_text(out, label);
			out_lit(out, "</th>");
			html_td(out, view.rows[i].totals.findings);
			out_lit(out, "</tr>\n");
		}
		if (view.others.findings) {
			out_printf(out, "<tr><th scope=\"row\">%" PRIu64 "%s more</th>",
				   view.more + view.folded, view.folded ? " or fewer" : "");
			html_td(out, view.others.findings);
			out_lit(out, "</tr>\n");
		}
		out_lit(out, "</tbody><tfoot><tr><th scope=\"row\">total</th>");
		html_td(out, view.total.findings);
		out_lit(out, "</tr></tfoot></table></div>\n");
	}
	out_lit(out, "<h2>Tables</h2>\n");
	for (kind = 0; kind < VIEW_FINDINGS; kind++) {
		tables_view(page->tables, (enum view)kind, page->top, &view);
		put_table(out, &view);
	}
}

void report_html_write(const struct report_page *page, struct outbuf *out)
{
	html_begin(out, "ismtrace report");
	put_header(page, out);
	put_lost(page->summary, out);
	put_unknown(page->summary, out);
	put_findings(page->summary, out);
	if (page->summary->nr_rows) {
		put_rows(page->summary, out);
		put_all_charts(page->summary, out);
		put_tables(page, out);
	}
	put_functions(page->summary, out);
	put_measured(page->summary, out);
	html_end(out);
}
