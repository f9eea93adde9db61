// SPDX-License-Identifier: GPL-2.0-only
/*
 * window_head.c - the lines above the table: where it comes from, rates,
 * totals, efficiency.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <curses.h>

#include "output/bars.h"
#include "top/window.h"
#include "util/escape.h"
#include "util/times.h"
#include "version.h"

#define EFFICIENCY_BAR 10

/* Only so many characters of a file's name are shown, its last ones: directories matter least. */
#define NAME_MAX_SHOWN 30

static const char *state_word(const struct top *top)
{
	if (top->paused)
		return "PAUSED";
	switch (top->gather->state) {
	case GATHER_WAITING:
		return "WAITING";
	case GATHER_ENDED:
		return "END";
	case GATHER_RUNNING:
		break;
	}
	return top_is_capture(top) ? "REPLAY" : "LIVE";
}

static void capture_position(const struct top *top, char *buf, size_t len)
{
	const struct gather *gather = top->gather;
	uint64_t at = time_span(gather->begin_ns, gather->counts->ts);
	char end[32] = "?";

	if (gather->has_end)
		snprintf(end, sizeof(end), "%.3f",
			 (double)time_span(gather->begin_ns, gather->end_ns) / 1e9);
	snprintf(buf, len, "%.3f of %s s, speed %g", (double)at / 1e9, end, top->speed);
}

/* Program, source and state. */
static void put_source(const struct top *top)
{
	char name[ESCAPE_TEXT_LEN(256)], at[96], line[2 * LINE_BYTES];
	const char *state = state_word(top), *shown = name;
	int right = COLS - (int)strlen(state);

	if (top_is_capture(top)) {
		escape_text(name, sizeof(name), top->gather->name, 256);
		if (strlen(name) > NAME_MAX_SHOWN)
			shown = name + strlen(name) - NAME_MAX_SHOWN;
		capture_position(top, at, sizeof(at));
		snprintf(line, sizeof(line), "ismtop  %s  %s", shown, at);
	} else {
		snprintf(line, sizeof(line), "ismtop %s  %s  %.1f s", ISMTRACE_VERSION,
			 top->gather->mode ? top->gather->mode : "not attached",
			 top->data.all_seconds);
	}
	window_put(0, 0, (unsigned int)COLS, terminal_tone(TONE_HEAD) | A_BOLD, line);
	window_put(0, right, strlen(state),
		   top->paused || top->gather->state == GATHER_WAITING
			   ? terminal_tone(TONE_WARN) | A_REVERSE
			   : terminal_tone(TONE_GOOD),
		   state);
}

static void put_rates(const struct top *top)
{
	const struct top_data *data = &top->data;
	double seconds = data->seconds > 0 ? data->seconds : 1;
	const struct {
		const char *name;
		enum column_unit unit;
		uint64_t count;
		const char *count_why; /* it is not known */
	} rates[] = {
		{ "accesses/s", UNIT_RATE, data->total.last.counted.stats.accesses, NULL },
		{ "bytes/s", UNIT_BYTES, data->total.last.counted.stats.bytes, NULL },
		{ "insn/s", UNIT_RATE, sum_insns(&data->total.last), NULL },
		{ "findings/s", UNIT_RATE, data->total.last.findings, NULL },
		{ "lost/s", UNIT_RATE, data->last_lost, data->lost_why },
	};
	char line[LINE_BYTES] = "", text[16];
	size_t i, used = 0;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		format_value(rates[i].unit, (double)rates[i].count / seconds, text, sizeof(text));
		if (rates[i].count_why)
			snprintf(text, sizeof(text), "?");
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s %s", i ? "  " : "",
					 rates[i].name, text);
	}
	window_put(1, 0, (unsigned int)COLS, A_NORMAL, line);
}

static void put_totals(const struct top *top)
{
	const struct top_data *data = &top->data;
	char line[LINE_BYTES], accesses[16], findings[16], lost[16], filtered[16];
	char functions[16], processes[16];

	format_value(UNIT_COUNT, (double)data->functions, functions, sizeof(functions));
	format_value(UNIT_COUNT, (double)data->processes, processes, sizeof(processes));
	format_value(UNIT_COUNT, (double)data->total.all.counted.stats.accesses, accesses,
		     sizeof(accesses));
	format_value(UNIT_COUNT, (double)data->total.all.findings, findings, sizeof(findings));
	format_value(UNIT_COUNT, (double)data->lost, lost, sizeof(lost));
	format_value(UNIT_COUNT, (double)data->filtered, filtered, sizeof(filtered));
	/* Why it is not known comes last, as there may be no room for it. */
	snprintf(line, sizeof(line),
		 "functions %s  processes %s  accesses %s  findings %s  %s%s%s%sfiltered %s%s%s",
		 functions, processes, accesses, findings, data->lost_why ? "" : "lost ",
		 data->lost_why ? "" : lost,
		 data->lost_why	 ? ""
		 : data->missing ? "+"
				 : "",
		 data->lost_why ? "" : "  ", filtered, data->lost_why ? "  lost: unknown, " : "",
		 data->lost_why ? data->lost_why : "");
	window_put(2, 0, (unsigned int)COLS,
		   data->lost || data->missing || data->lost_why ? terminal_tone(TONE_BAD)
								 : A_NORMAL,
		   line);
}

/* "name ##### 99.9%", or "name -". */
static int put_share(int x, const struct terminal *terminal, const char *name, bool have,
		     double percent)
{
	char bar[BAR_LEN(EFFICIENCY_BAR)], text[16], line[128];
	unsigned long tone = percent >= 90 ? TONE_GOOD : percent >= 50 ? TONE_WARN : TONE_BAD;

	window_put(3, x, (unsigned int)(COLS - x), A_NORMAL, name);
	x += (int)strlen(name) + 1;
	if (!have) {
		window_put(3, x, 1, A_NORMAL, "-");
		return x + 3;
	}
	bar_write(bar, percent / 100, EFFICIENCY_BAR, terminal->utf8);
	window_put(3, x, EFFICIENCY_BAR, terminal_tone((int)tone), bar);
	x += EFFICIENCY_BAR;
	format_value(UNIT_PERCENT, percent, text, sizeof(text));
	snprintf(line, sizeof(line), " %s%%", text);
	window_put(3, x, (unsigned int)(COLS - x), A_NORMAL, line);
	return x + (int)strlen(line) + 2;
}

/* How well store blocks are used; when nothing was written lately, since the beginning. */
static void put_efficiency(const struct top *top, const struct terminal *terminal)
{
	const struct row_sum *sum =
		top->data.total.last.bar_writes ? &top->data.total.last : &top->data.total.all;
	char text[16] = "-", line[64];
	double value = 0;
	bool have;
	int x;

	if (value_bytes_per_store(sum, &value))
		format_value(UNIT_BYTES, value, text, sizeof(text));
	snprintf(line, sizeof(line), "bytes/store %s", text);
	window_put(3, 0, (unsigned int)COLS, A_NORMAL, line);
	x = (int)strlen(line) + 2;
	have = value_one_block(sum, &value);
	x = put_share(x, terminal, "one PCISTB", have, value);
	have = value_full(sum, &value);
	put_share(x, terminal, "full blocks", have, value);
}

void window_head(const struct top *top, const struct terminal *terminal)
{
	put_source(top);
	put_rates(top);
	put_totals(top);
	put_efficiency(top, terminal);
}
