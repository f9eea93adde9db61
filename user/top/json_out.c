// SPDX-License-Identifier: GPL-2.0-only
/*
 * json_out.c - an interval as an object: totals, and all views' rows, whose keys
 * are the columns'.  docs/man/ismtop.8 has the schema.
 */
#include <string.h>

#include "top/batch.h"
#include "util/json.h"

/* Most are one_block, and to write those as integers costs a tenth. */
static json_t *json_value(bool have, double value)
{
	if (!have)
		return json_null();
	return value < 1e15 && value == (double)(json_int_t)value ? json_integer((json_int_t)value)
								  : json_real(value);
}

/* Counts are one_block numbers, everything else may have a fraction. */
static json_t *column_json(const struct column *column, const struct top_row *row,
			   const struct top_data *data)
{
	char text[COLUMN_TEXT_LEN];
	double value = 0;

	if (column->unit == UNIT_TEXT && strcmp(column->id, "pid")) {
		column->text(row, text, sizeof(text));
		return json_text(text);
	}
	if (!column->value(row, data, &value))
		return json_null();
	if (column->rank >= 7 || column->unit == UNIT_TEXT || !strcmp(column->id, "findings"))
		return json_number((uint64_t)value);
	return json_value(true, value);
}

/* The row of others has no name or number, but says how many it stands for. */
static json_t *others_json(json_t *object, enum view view, const struct top_row *row)
{
	bool process = view == VIEW_PROCESSES;

	if (!json_object_set_new(object, "others", json_number(row->others)) &&
	    !json_object_set_new(object, process ? "pid" : "function", json_null()) &&
	    !json_object_set_new(object, process ? "comm" : "driver", json_null()))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *row_json(const struct top *top, const struct top_row *row)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < nr_top_columns && object; i++) {
		const struct column *column = &top_columns[i];

		if (!column_in(column, top->view) || !strcmp(column->id, "says"))
			continue;
		if (json_object_set_new(object, column->id, column_json(column, row, &top->data))) {
			json_decref(object);
			object = NULL;
		}
	}
	if (object && row_is_others(top->view, &row->key))
		return others_json(object, top->view, row);
	/* A name as it is, not as a column shows it. */
	if (object && top->view == VIEW_PROCESSES) {
		char comm[ISMT_COMM_LEN + 1] = "";

		memcpy(comm, row->comm, ISMT_COMM_LEN);
		json_object_set_new(object, "comm", json_text(comm));
	}
	if (object && top->view == VIEW_SIZES)
		json_object_set_new(object, "le",
				    json_number(hist_upper((unsigned int)row->key.number)));
	return object;
}

static json_t *rows_json(const struct top *top)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < top->data.nr; i++)
		array = json_append(array, row_json(top, &top->data.rows[i]));
	return array;
}

/* Where it is not known a number would be taken for the truth. */
static json_t *lost_json(const struct top_data *data, uint64_t n)
{
	return data->lost_why ? json_null() : json_number(n);
}

static json_t *totals_json(const struct top *top)
{
	const struct top_data *data = &top->data;
	const struct row_sum *all = &data->total.all;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "accesses",
			 json_number(all->counted.stats.accesses), "bytes",
			 json_number(all->counted.stats.bytes), "instructions",
			 json_number(sum_insns(all)), "findings", json_number(all->findings),
			 "errors", json_number(all->counted.stats.errors), "lost",
			 lost_json(data, data->lost), "missing", json_number(data->missing),
			 "filtered", json_number(data->filtered));
}

static json_t *interval_json(const struct top *top)
{
	const struct top_data *data = &top->data;
	const struct row_sum *last = &data->total.last;
	double per_store = 0, one_block = 0, full = 0;
	bool have_per_store = value_bytes_per_store(last, &per_store);
	bool have_one_block = value_one_block(last, &one_block),
	     have_full = value_full(last, &full);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "accesses",
			 json_number(last->counted.stats.accesses), "bytes",
			 json_number(last->counted.stats.bytes), "instructions",
			 json_number(sum_insns(last)), "findings", json_number(last->findings),
			 "errors", json_number(last->counted.stats.errors), "lost",
			 lost_json(data, data->last_lost), "bytes_per_store",
			 json_value(have_per_store, per_store), "one_block_percent",
			 json_value(have_one_block, one_block), "full_block_percent",
			 json_value(have_full, full));
}

static json_t *rates_json(const struct top *top)
{
	const struct row_sum *last = &top->data.total.last;
	double seconds = top->data.seconds > 0 ? top->data.seconds : 1;

	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:o}", "accesses",
			 (double)last->counted.stats.accesses / seconds, "bytes",
			 (double)last->counted.stats.bytes / seconds, "instructions",
			 (double)sum_insns(last) / seconds, "findings",
			 (double)last->findings / seconds, "errors",
			 (double)last->counted.stats.errors / seconds, "lost",
			 top->data.lost_why ? json_null()
					    : json_real((double)top->data.last_lost / seconds));
}

static const char *state_name(enum gather_state state)
{
	return state == GATHER_WAITING ? "waiting" : state == GATHER_ENDED ? "ended" : "running";
}

/* Every view in turn; the person's stays what it was. */
static json_t *views_json(struct top *top, json_t *object)
{
	enum view view = top->view;
	unsigned int i;

	for (i = 0; i < VIEWS && object; i++) {
		top->view = (enum view)i;
		top_build(top);
		if (top->error ||
		    json_object_set_new(object, view_many(top->view), rows_json(top))) {
			json_decref(object);
			object = NULL;
		}
	}
	top->view = view;
	return object;
}

int batch_json(struct top *top, unsigned long long number, struct outbuf *out)
{
	const struct gather *gather = top->gather;
	json_t *object = json_pack(
		"{s:s, s:o, s:o, s:o, s:f, s:o, s:s, s:o, s:i, s:s, s:o, s:b, s:o, s:b, s:o, s:o, s:o, s:o, "
		"s:o}",
		"type", top->intervals > 1 ? "gap" : "interval", "number", json_number(number),
		"begin", json_integer(top->before->ts), "end", json_integer(gather->counts->ts),
		"seconds", top->data.seconds, "intervals", json_number(top->intervals), "source",
		gather->name ? "capture" : "live", "attach",
		gather->mode ? json_string(gather->mode) : json_null(), "attaches",
		(int)gather->attaches, "state", state_name(gather->state), "note",
		gather->note[0] ? json_text(gather->note) : json_null(), "lost_known",
		!gather->lost_why, "lost_why",
		gather->lost_why ? json_string(gather->lost_why) : json_null(), "misses_known",
		!gather->counts->lost.misses_unknown, "nr_functions",
		json_number(top->data.functions), "nr_processes", json_number(top->data.processes),
		"interval", interval_json(top), "rates", rates_json(top), "totals",
		totals_json(top));

	return json_write(views_json(top, object), out);
}
