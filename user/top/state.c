// SPDX-License-Identifier: GPL-2.0-only
#include "top/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/times.h"

int top_init(struct top *top, struct gather *gather, uint64_t interval_ns)
{
	unsigned int i;

	memset(top, 0, sizeof(*top));
	top->gather = gather;
	top->interval_ns = interval_ns;
	top->intervals = 1;
	top->speed = 1;
	for (i = 0; i < VIEWS; i++)
		top->sort[i] = column_default((enum view)i);
	top->before = counts_new();
	top->base = counts_new();
	if (!top->before || !top->base)
		return -ENOMEM;
	return counts_copy(top->before, gather->counts);
}

void top_free(struct top *top)
{
	data_free(&top->data);
	history_free(top->history);
	counts_free(top->before);
	counts_free(top->base);
	gather_free(top->gather);
}

static int step(struct top *top, int64_t ts)
{
	int err = counts_copy(top->before, top->gather->counts);

	if (!err)
		err = top->gather->ops->advance(top->gather, ts);
	/* Differences are of what is counted apart now. */
	counts_follow(top->before, top->gather->counts);
	if (top->has_base)
		counts_follow(top->base, top->gather->counts);
	if (!err && top->history)
		err = history_tick(top->history, top->gather->counts, top->before);
	if (top->history && top->gather->has_end && top->gather->lost_why && !top->reported) {
		/* There may be no room for it beside the numbers. */
		snprintf(top->message, sizeof(top->message), "What was lost is unknown: %s",
			 top->gather->lost_why);
		top->reported = true;
	}
	return err;
}

int top_tick(struct top *top, uint64_t elapsed_ns)
{
	if (top->gather->state == GATHER_ENDED)
		return 0;
	return step(top, time_end(top->gather->counts->ts, elapsed_ns));
}

uint64_t top_gap(const struct top *top)
{
	const struct gather *gather = top->gather;
	uint64_t span;
	int64_t ts;

	if (!gather->ops->next || !gather->ops->next(top->gather, &ts))
		return 0;
	span = time_span(gather->counts->ts, ts);
	/* What ends just with an interval is in it. */
	return span ? (span - 1) / top->interval_ns : 0;
}

/* The intervals before ts one by one, so that their history is there. */
int top_seek(struct top *top, int64_t ts)
{
	struct gather *gather = top->gather;
	int64_t from = gather->counts->ts;
	uint64_t n;
	int err = 0;

	if (ts < gather->begin_ns)
		ts = gather->begin_ns;
	if (gather->has_end && ts > gather->end_ns)
		ts = gather->end_ns;
	if (ts == from)
		return 0;
	if (ts < from) {
		if (top->history)
			history_clear(top->history);
		/* Totals since a time that has not been yet would make no sense. */
		top->has_base = false;
		from = gather->begin_ns;
		err = gather->ops->advance(gather, from);
		if (err)
			return err;
	}
	n = time_span(from, ts) / top->interval_ns;
	if (n > HISTORY_LEN)
		n = HISTORY_LEN;
	/* Whatever is left over comes first: the interval that is shown is whole. */
	from = time_add(ts, -(int64_t)(n * top->interval_ns));
	err = step(top, from);
	for (; n && !err; n--) {
		from = time_end(from, top->interval_ns);
		err = step(top, from);
	}
	return err;
}

int top_seek_end(struct top *top)
{
	struct gather *gather = top->gather;
	int err;

	if (!gather->has_end) {
		err = gather->ops->advance(gather, INT64_MAX);
		if (err || !gather->has_end)
			return err;
		/* Now it is known; go there again, with the interval before it. */
		err = top_seek(top, gather->begin_ns);
		if (err)
			return err;
	}
	return top_seek(top, gather->end_ns);
}

int top_reset(struct top *top)
{
	int err = counts_copy(top->base, top->gather->counts);

	if (err)
		return err;
	top->has_base = true;
	if (top->history)
		history_clear(top->history);
	return counts_copy(top->before, top->gather->counts);
}

/* The cursor stays on its row; where that has gone, on its place. */
static void follow_selected(struct top *top)
{
	const struct top_data *data = &top->data;
	size_t i;

	for (i = 0; i < data->nr && top->chosen; i++)
		if (row_key_same(&data->rows[i].key, &top->selected))
			break;
	if (i < data->nr && top->chosen)
		top->cursor = i;
	else if (top->cursor >= data->nr)
		top->cursor = data->nr ? data->nr - 1 : 0;
	if (data->nr && !top->detail)
		top->selected = data->rows[top->cursor].key;
	if (top->detail && i < data->nr)
		top->row = data->rows[top->cursor];
}

/*
 * Until the end of a capture is known, a screen has what is known so far.  In a list of intervals
 * that would be taken for the truth.
 */
static const char *lost_why(const struct top *top)
{
	return top->history && !top->gather->has_end ? NULL : top->gather->lost_why;
}

void top_build(struct top *top)
{
	const struct top_counts counts = {
		.now = top->gather->counts,
		.before = top->before,
		.base = top->has_base ? top->base : NULL,
		.begin_ns = top->gather->begin_ns,
		.lost_why = lost_why(top),
		.filter = top->filter,
	};

	data_build(&top->data, top->view, &counts);
	top_sort(&top->data, top->sort[top->view], top->reverse[top->view]);
	follow_selected(top);
	if (top->detail)
		data_histograms(&top->row, top->view, &counts);
	if (top->data.failed)
		top->error = -ENOMEM;
}

void top_show(struct top *top, enum view view)
{
	top->detail = false;
	if (top->view != view) {
		top->view = view;
		top->cursor = 0;
		top->first = 0;
		top->chosen = false;
	}
	top_build(top);
}
