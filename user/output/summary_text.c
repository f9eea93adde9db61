// SPDX-License-Identifier: GPL-2.0-only
#include "output/summary_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/region.h"
#include "output/color.h"
#include "output/hist_text.h"
#include "util/clock.h"
#include "util/escape.h"
#include "util/times.h"

/* Histograms are drawn for that many rows, those with most accesses. */
#define ROWS_DRAWN 6
/* Fewer accesses than this are one line rather than a drawing. */
#define DRAW_FROM 20
/* Lines of one latency histogram. */
#define LATENCY_LINES 8

typedef unsigned long long ull;

static void put_totals(const struct summary *s, struct outbuf *out)
{
	uint64_t ns = time_span(s->begin_ns, s->end_ns);

	out_printf(out, "%llu access%s recorded, ", (ull)s->recorded, s->recorded == 1 ? "" : "es");
	if (s->unaccounted)
		out_lit(out, "lost: unknown, ");
	else
		out_printf(out, "%llu lost, ", (ull)summary_lost(s));
	out_printf(out, "%llu filtered in %llu.%03llu s", (ull)s->filtered, (ull)(ns / NS_PER_SEC),
		   (ull)(ns / 1000000 % 1000));
	if (s->insn_records)
		out_printf(out, ", %llu single instructions", (ull)s->insn_records);
	if (s->unopened)
		out_printf(out, ", %llu under way at the start left out", (ull)s->unopened);
	out_char(out, '\n');
	if (s->foreign)
		out_printf(
			out,
			"note: %llu of them are of processes outside this PID namespace, which have PID 0 here\n",
			(ull)s->foreign);
	if (s->filtered)
		out_printf(
			out,
			"hint: %llu access%s left out, by filters or as -n had enough; without them all are shown\n",
			(ull)s->filtered, s->filtered == 1 ? " was" : "es were");
	else if (!s->recorded && !summary_lost(s) && !s->unaccounted)
		out_lit(out,
			"hint: no access was seen; ismtrace list shows the functions and their drivers\n");
}

/* Is one of the causes after this one mended alike? */
static bool later_has(const struct losses *lost, int cause, const char *remedy)
{
	while (++cause < LOSS_COUNT)
		if (lost->n[cause] && loss_infos[cause].remedy &&
		    !strcmp(loss_infos[cause].remedy, remedy))
			return true;
	return false;
}

__attribute__((format(printf, 3, 4))) static void put_warning(struct outbuf *out, bool color,
							      const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sgr(out, color, SGR_YELLOW);
	out_lit(out, "warning: ");
	out_str(out, text);
	sgr(out, color, SGR_RESET);
	out_char(out, '\n');
}

static void put_lost(const struct summary *s, struct outbuf *out, bool color)
{
	const char *remedy;
	int i;

	if (s->unaccounted)
		put_warning(out, color, "it is not known what was lost: %s%s", s->unaccounted,
			    losses_all(&s->lost) ? "; until its last account:" : "");
	if (s->missing)
		put_warning(out, color, "%llu recorded access%s not in what was given",
			    (ull)s->missing, s->missing == 1 ? " is" : "es are");
	if (s->strays)
		put_warning(out, color, "%llu packet%s no record%s, and left out", (ull)s->strays,
			    s->strays == 1 ? " is" : "s are", s->strays == 1 ? "" : "s");
	for (i = 0; i < LOSS_COUNT; i++) {
		if (!s->lost.n[i] || loss_infos[i].what == LOST_ERRORS)
			continue;
		remedy = loss_infos[i].remedy;
		put_warning(out, color, "lost %llu %s", (ull)s->lost.n[i], loss_infos[i].says);
		/* Several causes have one remedy: it is told once. */
		if (remedy && !later_has(&s->lost, i, remedy))
			out_printf(out, "hint: %s\n", remedy);
	}
	if (s->lost.misses_unknown)
		out_printf(out, "note: %s\n", losses_unknown);
}

static const char *escaped(const char *text, char *buf, size_t size)
{
	escape_text(buf, size, text, size);
	return buf;
}

static const char *op_letter(uint8_t op)
{
	return op == ISMT_READ ? "R" : "W";
}

static double us(uint64_t ns)
{
	return (double)ns / 1000;
}

void summary_row_text(const struct summary_row *row, struct outbuf *out)
{
	char address[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)], driver[ESCAPE_TEXT_LEN(ISMT_NAME_LEN)];
	char region[REGION_NAME_LEN];
	uint64_t insns = 0;
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++)
		insns += row->stats.insns[i];
	out_printf(out,
		   "%-12s %-12s %-6s %-2s %9llu %7llu %12llu %9llu %7llu %9.1f %9.1f %9.1f %9.1f\n",
		   escaped(row->fn->address, address, sizeof(address)),
		   escaped(row->driver, driver, sizeof(driver)), region_label(row->region, region),
		   op_letter(row->op), (ull)row->stats.accesses, (ull)row->stats.errors,
		   (ull)row->stats.bytes, (ull)insns, (ull)row->stats.failed,
		   us(hist_percentile(&row->stats.latency, 50)),
		   us(hist_percentile(&row->stats.latency, 90)),
		   us(hist_percentile(&row->stats.latency, 99)), us(row->stats.latency.max));
}

void summary_head_text(struct outbuf *out)
{
	out_printf(out, "%-12s %-12s %-6s %-2s %9s %7s %12s %9s %7s %9s %9s %9s %9s", "FUNCTION",
		   "DRIVER", "REGION", "OP", "COUNT", "ERRORS", "BYTES", "INSNS", "FAILED",
		   "p50(us)", "p90(us)", "p99(us)", "max(us)");
}

static void put_rows(const struct summary *s, struct outbuf *out, bool color)
{
	size_t i;

	if (!s->nr_rows)
		return;
	out_char(out, '\n');
	sgr(out, color, SGR_BOLD);
	summary_head_text(out);
	sgr(out, color, SGR_RESET);
	out_char(out, '\n');
	for (i = 0; i < s->nr_rows; i++)
		summary_row_text(&s->rows[i], out);
	if (s->folded)
		out_printf(
			out,
			"(too many to keep: %llu of the least busy, or fewer, are counted together as " NAMES_OTHERS
			"; --json says by how much rows may be short)\n",
			(ull)s->folded);
}

void summary_view_insns(struct hist_view *view, const struct summary_row *row)
{
	unsigned int i, first, last;

	for (first = 0; first < ISMT_STB_BUCKETS && !row->stats.stb[first]; first++)
		;
	if (first < ISMT_STB_BUCKETS) {
		hist_view_init(view, "store blocks, bytes");
		for (last = ISMT_STB_BUCKETS; !row->stats.stb[last - 1]; last--)
			;
		for (i = first; i < last; i++)
			hist_view_add(view, i ? summary_stb_upper(i - 1) : 0, summary_stb_upper(i),
				      row->stats.stb[i]);
		return;
	}
	hist_view_init(view, row->op == ISMT_READ ? "loads, bytes" : "stores, bytes");
	for (i = 0; i < ISMT_WIDTHS; i++)
		if (row->stats.width[i])
			hist_view_add(view, i ? 1u << (i - 1) : 0, 1u << i, row->stats.width[i]);
}

static void put_hists(const struct summary_row *row, struct outbuf *out)
{
	char address[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)], driver[ESCAPE_TEXT_LEN(ISMT_NAME_LEN)];
	char region[REGION_NAME_LEN];
	struct hist_view views[3];
	unsigned int i;

	hist_view_set(&views[0], "access size, bytes", &row->stats.size);
	summary_view_insns(&views[1], row);
	hist_view_set(&views[2], "latency, ns", &row->stats.latency);
	hist_view_fold(&views[2], LATENCY_LINES);
	out_printf(out, "\n%s %s %s %s\n  ", escaped(row->fn->address, address, sizeof(address)),
		   escaped(row->driver, driver, sizeof(driver)), region_label(row->region, region),
		   row->op == ISMT_READ ? "reads" : "writes");
	if (row->stats.accesses >= DRAW_FROM) {
		hist_views_write(out, views, 3);
		return;
	}
	for (i = 0; i < 3; i++) {
		if (!views[i].nr)
			continue;
		if (i)
			out_lit(out, "; ");
		hist_view_line(out, &views[i]);
	}
	out_char(out, '\n');
}

/* The rows with most accesses, of those that are alike the first; how many. */
static size_t choose_drawn(const struct summary *s, size_t *drawn)
{
	size_t i, k, nr = 0;

	for (i = 0; i < s->nr_rows; i++) {
		if (s->rows[i].stats.accesses <= 1)
			continue;
		for (k = nr; k && s->rows[drawn[k - 1]].stats.accesses < s->rows[i].stats.accesses;
		     k--)
			if (k < ROWS_DRAWN)
				drawn[k] = drawn[k - 1];
		if (k == ROWS_DRAWN)
			continue;
		drawn[k] = i;
		nr += nr < ROWS_DRAWN;
	}
	return nr;
}

static int compare_places(const void *pa, const void *pb)
{
	const size_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

static void put_all_hists(const struct summary *s, struct outbuf *out)
{
	size_t drawn[ROWS_DRAWN], nr = choose_drawn(s, drawn), i, left = 0;

	qsort(drawn, nr, sizeof(*drawn), compare_places);
	for (i = 0; i < nr; i++)
		put_hists(&s->rows[drawn[i]], out);
	for (i = 0; i < s->nr_rows; i++)
		left += s->rows[i].stats.accesses > 1;
	left -= nr;
	if (left)
		out_printf(out, "\n(histograms of %llu more rows not drawn; --json has them all)\n",
			   (ull)left);
}

static void put_kinds(struct outbuf *out, const char *name, const char *what, const uint64_t *n,
		      uint64_t failed)
{
	uint64_t mio = n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK];
	uint64_t issued = n[ISMT_PCILG] + n[ISMT_PCISTG] + n[ISMT_PCISTB] + mio;

	out_printf(out, "%-12s %-17s %10llu %10llu %10llu %6llu %10llu %10llu\n", name, what,
		   (ull)n[ISMT_PCILG], (ull)n[ISMT_PCISTG], (ull)n[ISMT_PCISTB], (ull)mio,
		   (ull)failed, (ull)(issued - failed));
}

/* Adds to the sums what there is. */
static void put_unattr(struct outbuf *out, const char *what, const struct ismt_unattr *unattr,
		       uint64_t *sums)
{
	uint64_t n[ISMT_KINDS], all = 0;
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++) {
		n[i] = unattr->n[i];
		sums[i] += n[i];
		all += n[i];
	}
	if (all)
		put_kinds(out, "", what, n, unattr->failed);
}

/*
 * The machine counts what it carried out; what failed is not told by kind, so
 * the sums are compared.
 */
static void put_fmb(const struct summary_function *f, struct outbuf *out, bool color)
{
	uint64_t done = summary_issued(f) - summary_failed(f);
	uint64_t machine = f->fmb_loads + f->fmb_stores + f->fmb_blocks;

	if (!f->has_fmb) {
		out_printf(out,
			   "%-12s measurement block not available%s%s; --measure begins it anew\n",
			   "", f->fmb_note ? ": " : "", f->fmb_note ? f->fmb_note : "");
		return;
	}
	out_printf(out, "%-12s %-17s %10llu %10llu %10llu %6s %10s %10llu", "", "measurement block",
		   (ull)f->fmb_loads, (ull)f->fmb_stores, (ull)f->fmb_blocks, "-", "-",
		   (ull)machine);
	if (done == machine) {
		out_lit(out, " equal\n");
		return;
	}
	sgr(out, color, SGR_YELLOW);
	out_printf(out, " differs by %s%llu", machine > done ? "+" : "-",
		   (ull)(machine > done ? machine - done : done - machine));
	sgr(out, color, SGR_RESET);
	out_printf(out, " (updated %.1f s before the end)\n", (double)f->fmb_age_ns / 1e9);
}

static void put_function(const struct summary_function *f, struct outbuf *out)
{
	char address[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)];
	uint64_t sums[ISMT_KINDS], inside = 0;
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++) {
		sums[i] = f->inside[i];
		inside += sums[i];
	}
	put_kinds(out, escaped(f->fn->address, address, sizeof(address)), "in accesses", f->inside,
		  f->inside_failed);
	put_unattr(out, "outside", &f->outside, sums);
	put_unattr(out, "in filtered", &f->filtered, sums);
	put_unattr(out, "in lost", &f->lost, sums);
	if (summary_issued(f) != inside)
		put_kinds(out, "", "all", sums, summary_failed(f));
}

/* What is in neither column, or not as it should be. */
static void put_measure_notes(const struct measure *m, struct outbuf *out)
{
	if (m->before || m->after)
		out_printf(out,
			   "in neither: %llu before a block began, %llu after its last update\n",
			   (ull)m->before, (ull)m->after);
	if (!measure_mismatch(m) && m->missed)
		out_printf(out, "up to %llu issued as a block began%s\n", (ull)m->missed,
			   m->missed_unknown ? "" : ", or missed by a probe");
	if (m->missed_unknown)
		out_lit(out, "how many a probe missed is not known\n");
	if (m->astray)
		out_printf(out, "the trace's sums are off by %llu\n", (ull)m->astray);
	if (m->refused)
		out_printf(out, "a block could not be begun: %s\n", strerror(-m->refused));
}

static void put_measured(const struct summary_function *f, struct outbuf *out, bool color)
{
	const struct measure *m = &f->measure;
	char address[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)];
	unsigned int i;

	out_char(out, '\n');
	sgr(out, color, SGR_BOLD);
	out_printf(out, "%-12s %-12s %12s %12s %12s",
		   escaped(f->fn->address, address, sizeof(address)), "MEASURED", "OURS",
		   "MACHINE'S", "DIFFERENCE");
	sgr(out, color, SGR_RESET);
	out_char(out, '\n');
	for (i = 0; i < ISMT_MEASURED; i++) {
		int64_t difference = measure_difference(m, i);

		out_printf(out, "%-12s %-12s %12llu %12llu ", "", measure_names[i], (ull)m->ours[i],
			   (ull)m->machine[i]);
		if (difference && measure_mismatch(m))
			sgr(out, color, SGR_YELLOW);
		out_printf(out, "%12lld", (long long)difference);
		if (difference && measure_mismatch(m))
			sgr(out, color, SGR_RESET);
		out_char(out, '\n');
	}
	put_measure_notes(m, out);
}

void summary_measured_text(const struct summary *s, struct outbuf *out, bool color)
{
	size_t i;

	for (i = 0; i < s->nr_functions; i++)
		if (s->functions[i].measure.begun || s->functions[i].measure.refused)
			put_measured(&s->functions[i], out, color);
}

static void put_functions(const struct summary *s, struct outbuf *out, bool color)
{
	size_t i;

	if (!s->nr_functions)
		return;
	out_char(out, '\n');
	sgr(out, color, SGR_BOLD);
	out_printf(out, "%-12s %-17s %10s %10s %10s %6s %10s %10s", "FUNCTION", "INSTRUCTIONS",
		   "PCILG", "PCISTG", "PCISTB", "MIO", "FAILED", "DONE");
	sgr(out, color, SGR_RESET);
	out_char(out, '\n');
	for (i = 0; i < s->nr_functions; i++) {
		put_function(&s->functions[i], out);
		/* Measured, it has a table of its own, which compares more exactly. */
		if (!s->functions[i].measure.begun)
			put_fmb(&s->functions[i], out, color);
	}
}

static void put_findings(const struct summary *s, struct outbuf *out, bool color)
{
	char evidence[256];
	bool any = false;
	int i;

	for (i = 0; i < RULE_COUNT; i++) {
		if (!s->findings[i].count)
			continue;
		if (!any) {
			out_char(out, '\n');
			sgr(out, color, SGR_BOLD);
			out_printf(out, "%-6s %-17s %-8s %9s  %s", "RULE", "NAME", "SEVERITY",
				   "COUNT", "FIRST");
			sgr(out, color, SGR_RESET);
			out_char(out, '\n');
			any = true;
		}
		summary_evidence(s, (enum rule_id)i, evidence, sizeof(evidence));
		sgr(out, color, severity_color(rules[i].severity));
		out_printf(out, "%-6s %-17s %-8s", rules[i].id, rules[i].name,
			   severity_name(rules[i].severity));
		sgr(out, color, SGR_RESET);
		out_printf(out, " %9llu  %s\n       fix: %s\n", (ull)s->findings[i].count, evidence,
			   summary_fix(s, (enum rule_id)i));
	}
	if (!any && s->recorded)
		out_lit(out, "\nno findings\n");
}

void summary_write_text(const struct summary *summary, struct outbuf *out, bool color)
{
	put_totals(summary, out);
	put_lost(summary, out, color);
	put_rows(summary, out, color);
	put_all_hists(summary, out);
	put_functions(summary, out, color);
	put_findings(summary, out, color);
	summary_measured_text(summary, out, color);
}
