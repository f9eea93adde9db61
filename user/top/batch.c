// SPDX-License-Identifier: GPL-2.0-only
#include "top/batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/output.h"
#include "util/clock.h"
#include "util/end_signal.h"
#include "util/message.h"
#include "util/rlimits.h"
#include "util/times.h"

/* --- Text. */

static void put_columns(const struct top *top, const struct layout *layout,
			const struct top_row *row, bool total, struct outbuf *out)
{
	char text[COLUMN_TEXT_LEN];
	size_t i, column;

	for (i = 0; i < layout->nr; i++) {
		const struct column *c = layout->columns[i];

		column = out_column(out);
		if (!row)
			out_str(out, c->name);
		else if (total && !i)
			out_lit(out, "total");
		else {
			column_format(c, row, &top->data, total, text, sizeof(text));
			out_str(out, text);
		}
		if (c->unit == UNIT_TEXT)
			out_left(out, column, i + 1 < layout->nr ? c->width : 0);
		else
			out_right(out, column, c->width);
	}
	/* No blanks at the ends of lines. */
	while (out->used && out->data[out->used - 1] == ' ')
		out->used--;
	out_char(out, '\n');
}

static void put_rate(struct outbuf *out, const char *name, enum column_unit unit, uint64_t count,
		     double seconds)
{
	char text[16];

	format_value(unit, seconds > 0 ? (double)count / seconds : 0, text, sizeof(text));
	out_printf(out, "%s %s", text, name);
}

static void put_share(struct outbuf *out, const char *name, bool have, double value,
		      enum column_unit unit)
{
	char text[16] = "-";

	if (have)
		format_value(unit, value, text, sizeof(text));
	out_printf(out, "%s %s%s", name, text, have && unit == UNIT_PERCENT ? "%" : "");
}

static void put_head(const struct top *top, struct outbuf *out)
{
	const struct top_data *data = &top->data;
	const struct row_sum *last = &data->total.last;
	const struct gather *gather = top->gather;
	double at = (double)time_span(gather->begin_ns, gather->counts->ts) / 1e9, value = 0;
	bool have;

	out_printf(out, "ismtop %s at %.3f s, interval %.3f s%s%s\n",
		   gather->name	  ? "capture"
		   : gather->mode ? gather->mode
				  : "not attached",
		   at, data->seconds, gather->note[0] ? ": " : "", gather->note);
	put_rate(out, "accesses/s, ", UNIT_RATE, last->counted.stats.accesses, data->seconds);
	put_rate(out, "bytes/s, ", UNIT_BYTES, last->counted.stats.bytes, data->seconds);
	put_rate(out, "instructions/s, ", UNIT_RATE, sum_insns(last), data->seconds);
	put_rate(out, "findings/s, ", UNIT_RATE, last->findings, data->seconds);
	if (data->lost_why)
		out_lit(out, "lost/s unknown\n");
	else
		put_rate(out, "lost/s\n", UNIT_RATE, data->last_lost, data->seconds);
	out_printf(out,
		   "%" PRIu64 " functions, %" PRIu64 " processes, %" PRIu64 " accesses, %" PRIu64
		   " findings, ",
		   data->functions, data->processes, data->total.all.counted.stats.accesses,
		   data->total.all.findings);
	if (data->lost_why)
		out_printf(out, "lost: unknown (%s), ", data->lost_why);
	else
		out_printf(out, "%" PRIu64 "%s lost, ", data->lost, data->missing ? "+" : "");
	out_printf(out, "%" PRIu64 " filtered\n", data->filtered);
	have = value_bytes_per_store(last, &value);
	put_share(out, "bytes/store", have, value, UNIT_BYTES);
	have = value_one_block(last, &value);
	put_share(out, ", one PCISTB", have, value, UNIT_PERCENT);
	have = value_full(last, &value);
	put_share(out, ", full blocks", have, value, UNIT_PERCENT);
	out_lit(out, "\n\n");
}

int batch_text(const struct top *top, struct outbuf *out)
{
	const struct gather *gather = top->gather;
	struct layout layout;
	size_t i;

	if (top->intervals > 1) {
		out_printf(out, "ismtop capture at %.3f s, no access for %.3f s\n\n",
			   (double)time_span(gather->begin_ns, gather->counts->ts) / 1e9,
			   top->data.seconds);
		return out->error;
	}

	layout_make(&layout, top->view, top->sort[top->view], 0);
	put_head(top, out);
	put_columns(top, &layout, NULL, false, out);
	for (i = 0; i < top->data.nr; i++)
		put_columns(top, &layout, &top->data.rows[i], false, out);
	put_columns(top, &layout, &top->data.total, true, out);
	out_char(out, '\n');
	return out->error;
}

/* --- The loop. */

/*
 * More than this in a row without an access are told as one: captures that are days apart
 * would be nothing but empty intervals.
 */
#define GAP_INTERVALS 60

/* Until the interval is over; a capture does not wait. */
static void wait_until(const struct top *top, uint64_t until)
{
	uint64_t now;

	while (!top_is_capture(top) && !signals_ended()) {
		now = mono_ns();
		if (now >= until)
			return;
		top->gather->ops->wait(top->gather, (int)((until - now + 999999) / 1000000));
	}
}

/*
 * *last: no other one is wanted, which it is set to if a signal has ended this one.  1: an interval;
 * 0: there are no more; or -ENOMEM.
 */
static int next_interval(struct top *top, uint64_t *until, bool *last)
{
	int64_t from = top->gather->counts->ts;
	int err;

	if (top->gather->state == GATHER_ENDED)
		return 0;
	top->intervals = top_gap(top);
	if (top->intervals <= GAP_INTERVALS)
		top->intervals = 1;
	*until += top->interval_ns;
	/* After a delay, as attaching is one: whole intervals again, not many short ones. */
	if (*until < mono_ns())
		*until = mono_ns() + top->interval_ns;
	wait_until(top, *until);
	if (signals_ended() && top_is_capture(top))
		return 0;
	*last = *last || signals_ended();
	/* The last one has what was still under way, too, and so the sum of all. */
	if (!top_is_capture(top) && *last) {
		err = top->gather->ops->end(top->gather);
		if (err)
			return err;
	}
	err = top_tick(top, top->intervals * top->interval_ns);
	if (err)
		return err;
	/* The capture ended with the interval before. */
	if (top_is_capture(top) && top->gather->counts->ts == from)
		return 0;
	top_build(top);
	return top->error ? top->error : 1;
}

int top_batch(struct top *top, unsigned long long count, bool json)
{
	struct outbuf *out = malloc(sizeof(*out));
	uint64_t until = mono_ns();
	unsigned long long number = 0;
	int got = out ? 1 : -ENOMEM, err = 0;
	bool last = false;

	gather_confine(top->gather);
	if (out)
		out_init(out, stdout);
	while (got > 0 && !err && !last) {
		last = number + 1 == count;
		got = next_interval(top, &until, &last);
		if (got <= 0)
			break;
		number++;
		err = json ? batch_json(top, number, out) : batch_text(top, out);
		if (!err)
			err = out_flush(out);
	}
	free(out);
	if (got < 0 || err == -ENOMEM) {
		rlimits_no_memory();
		return EXIT_OUTPUT;
	}
	return output_status(NULL, err) ?: top->gather->status;
}
