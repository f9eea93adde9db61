// SPDX-License-Identifier: GPL-2.0-only
/*
 * page_row.c - what is inside a row: its numbers, its rate over the last minutes,
 * and how widths, store blocks, sizes and latencies are distributed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/words.h"
#include "output/bars.h"
#include "output/hist_text.h"
#include "top/window.h"

/* "<=  128", its count, and two blanks to the next one. */
#define RANGE_WIDTH 7
#define COUNT_WIDTH 6
#define BLOCK_GAP   2
/* Buckets shown of each: more are folded at that end that holds less. */
#define BUCKETS_MAX 8
#define BLOCKS	    4
/* Characters of the longest bar: a line with all histograms side by side must fit into LINE_BYTES. */
#define BAR_MAX		64
#define BLOCK_WIDTH_MIN 26

static void put_upper(char *buf, size_t len, uint64_t upper)
{
	if (upper == UINT64_MAX)
		snprintf(buf, len, "more");
	else
		format_value(upper >= 1024 && upper % 1024 == 0 ? UNIT_BYTES : UNIT_COUNT,
			     (double)upper, buf, len);
}

/* One line of one histogram: exactly width characters. */
static void put_block(char *buf, size_t len, const struct hist_view *view, unsigned int i,
		      bool nanoseconds, unsigned int width, bool utf8)
{
	unsigned int bar_width = width - RANGE_WIDTH - COUNT_WIDTH - 2, k;
	char upper[16], count[16], bar[BAR_LEN(BAR_MAX)];
	uint64_t most = 1;

	if (i >= view->nr) {
		snprintf(buf, len, "%*s", (int)width, "");
		return;
	}
	for (k = 0; k < view->nr; k++)
		if (view->row[k].count > most)
			most = view->row[k].count;
	if (bar_width > BAR_MAX)
		bar_width = BAR_MAX;
	bar_write(bar, (double)view->row[i].count / (double)most, bar_width, utf8);
	if (nanoseconds && view->row[i].upper != UINT64_MAX)
		format_value(UNIT_NS, (double)view->row[i].upper, upper, sizeof(upper));
	else
		put_upper(upper, sizeof(upper), view->row[i].upper);
	format_value(UNIT_COUNT, (double)view->row[i].count, count, sizeof(count));
	snprintf(buf, len, "%*.*s %*s %s", RANGE_WIDTH, RANGE_WIDTH, upper, COUNT_WIDTH, count,
		 bar);
}

static void view_widths(struct hist_view *view, const struct stats_row *counted)
{
	unsigned int i;

	hist_view_init(view, "loads, stores");
	for (i = 0; i < ISMT_WIDTHS; i++)
		if (counted->stats.width[i])
			hist_view_add(view, i ? 1u << (i - 1) : 0, 1u << i,
				      counted->stats.width[i]);
}

static void view_blocks(struct hist_view *view, const struct stats_row *counted)
{
	unsigned int i, first = 0, last = ISMT_STB_BUCKETS;

	hist_view_init(view, "store blocks");
	while (first < last && !counted->stats.stb[first])
		first++;
	while (last > first && !counted->stats.stb[last - 1])
		last--;
	for (i = first; i < last; i++)
		hist_view_add(view, i ? summary_stb_upper(i - 1) : 0, summary_stb_upper(i),
			      counted->stats.stb[i]);
}

/* What does not fit any more is cut off, as the end of a line that is too long for the screen is. */
static void line_append(char *line, size_t size, const char *text)
{
	size_t at = strlen(line);

	snprintf(line + at, size - at, "%s", text);
}

static void put_blocks(struct lines *lines, const struct stats_row *counted, unsigned int width,
		       bool utf8)
{
	struct hist_view views[BLOCKS];
	unsigned int nr = width / BLOCK_WIDTH_MIN, each, i, v, rows = 0;
	char line[LINE_BYTES], block[LINE_BYTES], title[64];

	/* The sizes asked for have a view of their own: they go first. */
	nr = nr > BLOCKS ? BLOCKS : nr;
	each = (width + BLOCK_GAP) / nr - BLOCK_GAP;
	view_widths(&views[0], counted);
	view_blocks(&views[1], counted);
	hist_view_set(&views[2], "latency", &counted->stats.latency);
	hist_view_set(&views[3], "access size", &counted->stats.size);
	line[0] = '\0';
	for (v = 0; v < nr; v++) {
		hist_view_fold(&views[v], BUCKETS_MAX);
		if (views[v].nr > rows)
			rows = views[v].nr;
		snprintf(title, sizeof(title), "%s, %s, up to", views[v].title,
			 v == 2 ? "us" : "bytes");
		snprintf(block, sizeof(block), "%-*s%*s", (int)each, title,
			 v + 1 < nr ? BLOCK_GAP : 0, "");
		line_append(line, sizeof(line), block);
	}
	lines_add(lines, TONE_HEAD, "%s", line);
	for (i = 0; i < rows; i++) {
		line[0] = '\0';
		for (v = 0; v < nr; v++) {
			put_block(block, sizeof(block), &views[v], i, v == 2, each, utf8);
			line_append(line, sizeof(line), block);
			if (v + 1 < nr)
				line_append(line, sizeof(line), "  ");
		}
		lines_add(lines, TONE_PLAIN, "%s", line);
	}
}

static void put_numbers(struct lines *lines, const struct row_sum *sum)
{
	const struct stats_row *counted = &sum->counted;
	char bytes[16], p50[16], p90[16], p99[16], max[16];
	uint64_t mio = counted->stats.insns[ISMT_MIO_LOAD] + counted->stats.insns[ISMT_MIO_STORE] +
		       counted->stats.insns[ISMT_MIO_BLOCK];
	const struct hist *latency = &counted->stats.latency;

	format_value(UNIT_BYTES, (double)counted->stats.bytes, bytes, sizeof(bytes));
	lines_add(lines, TONE_PLAIN,
		  "accesses %" PRIu64 ": %" PRIu64 " reads, %" PRIu64
		  " writes; bytes %s; errors %" PRIu64,
		  counted->stats.accesses, sum->reads, sum->writes, bytes, counted->stats.errors);
	lines_add(lines, TONE_PLAIN,
		  "instructions %" PRIu64 ": %" PRIu64 " PCILG, %" PRIu64 " PCISTG, %" PRIu64
		  " PCISTB, %" PRIu64 " MIO; failed %" PRIu64,
		  sum_insns(sum), counted->stats.insns[ISMT_PCILG],
		  counted->stats.insns[ISMT_PCISTG], counted->stats.insns[ISMT_PCISTB], mio,
		  counted->stats.failed);
	if (!latency->count)
		return;
	format_value(UNIT_NS, (double)hist_percentile(latency, 50), p50, sizeof(p50));
	format_value(UNIT_NS, (double)hist_percentile(latency, 90), p90, sizeof(p90));
	format_value(UNIT_NS, (double)hist_percentile(latency, 99), p99, sizeof(p99));
	format_value(UNIT_NS, (double)latency->max, max, sizeof(max));
	lines_add(lines, TONE_PLAIN, "latency us: p50 %s, p90 %s, p99 %s, max %s", p50, p90, p99,
		  max);
}

static void put_rate(struct lines *lines, const struct top *top, unsigned int width, bool utf8)
{
	/* "accesses/s " and the ends of the line. */
	const unsigned int label = 13;
	double rates[HISTORY_LEN], seconds, peak = 0;
	char line[BAR_LEN(HISTORY_LEN)], text[16];
	unsigned int room = width > label ? width - label : 1;
	size_t nr, i;

	nr = history_rates(top->history, top->view, &top->row.key, rates,
			   room < HISTORY_LEN ? room : HISTORY_LEN, &seconds);
	if (!nr)
		return;
	for (i = 0; i < nr; i++)
		if (rates[i] > peak)
			peak = rates[i];
	spark_write(line, rates, nr, room, utf8);
	lines_add(lines, TONE_GOOD, "accesses/s |%s|", line);
	format_value(UNIT_RATE, peak, text, sizeof(text));
	lines_add(lines, TONE_PLAIN, "%*sthe last %.1f s, an interval a character; peak %s", 12, "",
		  seconds, text);
}

void page_row(struct lines *lines, const struct top *top, unsigned int width, bool utf8)
{
	const struct row_sum *sum = &top->row.all;

	if (top->view == VIEW_SIZES) {
		lines_add(lines, TONE_PLAIN,
			  "accesses %" PRIu64 ": %" PRIu64 " reads, %" PRIu64 " writes",
			  sum->counted.stats.accesses, sum->reads, sum->writes);
		lines_add(lines, TONE_PLAIN,
			  "instructions of this size: %" PRIu64 " PCILG, %" PRIu64
			  " PCISTG, %" PRIu64 " PCISTB",
			  sum->counted.stats.insns[ISMT_PCILG],
			  sum->counted.stats.insns[ISMT_PCISTG],
			  sum->counted.stats.insns[ISMT_PCISTB]);
		put_rate(lines, top, width, utf8);
	} else if (top->view != VIEW_FINDINGS) {
		put_numbers(lines, sum);
		put_rate(lines, top, width, utf8);
		lines_add(lines, TONE_PLAIN, "%s", "");
		put_blocks(lines, &sum->counted, width, utf8);
	}
	if (top->view != VIEW_FINDINGS)
		lines_add(lines, TONE_PLAIN, "%s", "");
	page_findings(lines, top, width);
}
