// SPDX-License-Identifier: GPL-2.0-only
/*
 * tables_text.c - the tables for people.
 */
#include "model/report_tables.h"

#include <inttypes.h>
#include <stdio.h>

#include "output/color.h"

#define LABEL_WIDTH 28

static double share(uint64_t part, uint64_t whole)
{
	return whole ? 100 * (double)part / (double)whole : 0;
}

static void put_head(struct outbuf *out, const struct table_view *view, bool color)
{
	static const char *const titles[] = {
		[VIEW_FUNCTIONS] = "BY FUNCTION",
		[VIEW_PROCESSES] = "BY PROCESS",
		[VIEW_REGIONS] = "BY REGION",
		[VIEW_SIZES] = "BY SIZE, bytes",
	};

	out_char(out, '\n');
	sgr(out, color, SGR_BOLD);
	out_printf(out, "%-*s %10s %6s %14s %8s %11s %9s %9s %10s %10s", LABEL_WIDTH,
		   titles[view->kind], "COUNT", "%", "BYTES", "ERRORS", "INSNS", "FAILED",
		   "FINDINGS", "mean(us)", "max(us)");
	sgr(out, color, SGR_RESET);
	out_char(out, '\n');
}

static void put_row(struct outbuf *out, const char *label, const struct totals *t,
		    const struct table_view *view)
{
	double mean = t->accesses ? (double)t->latency_ns / (double)t->accesses : 0;

	out_printf(out,
		   "%-*s %10" PRIu64 " %6.1f %14" PRIu64 " %8" PRIu64 " %11" PRIu64 " %9" PRIu64
		   " %9" PRIu64 " %10.1f %10.1f\n",
		   LABEL_WIDTH, label, t->accesses, share(t->accesses, view->total.accesses),
		   t->bytes, t->errors, t->insns, t->failed, t->findings, mean / 1000,
		   (double)t->latency_max / 1000);
}

static void put_others(struct outbuf *out, const struct table_view *view)
{
	char label[64];

	if (!view->others.accesses)
		return;
	snprintf(label, sizeof(label), "(%" PRIu64 "%s more)", view->more + view->folded,
		 view->folded ? " or fewer" : "");
	put_row(out, label, &view->others, view);
}

static void put_table(struct outbuf *out, const struct table_view *view, bool color)
{
	char label[TABLE_LABEL_LEN];
	size_t i;

	put_head(out, view, color);
	for (i = 0; i < view->nr; i++) {
		table_label(view->kind, &view->rows[i].key, label, sizeof(label));
		put_row(out, label, &view->rows[i].totals, view);
	}
	put_others(out, view);
	put_row(out, "total", &view->total, view);
	if (view->folded)
		out_printf(out,
			   "(too many to keep: %" PRIu64 " of the least busy were folded "
			   "into one line%s)\n",
			   view->folded,
			   view->missing ? "; --json says by how much rows may be short" : "");
}

/* Rules and places in words; one line each, counts in front. */
static void put_findings(struct outbuf *out, const struct table_view *view, bool color)
{
	char label[TABLE_LABEL_LEN];
	size_t i;

	if (!view->total.findings)
		return;
	out_char(out, '\n');
	sgr(out, color, SGR_BOLD);
	out_printf(out, "%10s %6s  %s", "FINDINGS", "%", "TOP FINDINGS");
	sgr(out, color, SGR_RESET);
	out_char(out, '\n');
	for (i = 0; i < view->nr; i++) {
		const struct totals *t = &view->rows[i].totals;

		table_label(view->kind, &view->rows[i].key, label, sizeof(label));
		out_printf(out, "%10" PRIu64 " %6.1f  %s\n", t->findings,
			   share(t->findings, view->total.findings), label);
	}
	if (view->others.findings)
		out_printf(out, "%10" PRIu64 " %6.1f  (%" PRIu64 "%s more)\n",
			   view->others.findings,
			   share(view->others.findings, view->total.findings),
			   view->more + view->folded, view->folded ? " or fewer" : "");
	out_printf(out, "%10" PRIu64 "  100.0  total\n", view->total.findings);
}

void tables_write_text(const struct tables *tables, struct outbuf *out, size_t top, bool color)
{
	struct table_view view;
	int i;

	if (!tables->total.accesses)
		return;
	for (i = 0; i < VIEWS; i++) {
		tables_view(tables, (enum view)i, top, &view);
		if (i == VIEW_FINDINGS)
			put_findings(out, &view, color);
		else
			put_table(out, &view, color);
	}
}
