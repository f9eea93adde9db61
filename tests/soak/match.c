// SPDX-License-Identifier: GPL-2.0-only
/*
 * match.c - each record of a trace is one access of the log, with its task, its name
 * and its result; each access that was traced is one record, or lost and counted.
 *
 * Place and time find the access of a record; what is left over after all that agree
 * have found one another is then compared loosely, so as to say what is wrong.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is left of the difference of clocks, see clocks_set(). */
#define CLOCK_NS 2000000ULL

static int place_order(const struct place *x, const struct place *y)
{
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->region != y->region)
		return x->region < y->region ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->write - y->write;
}

static int op_order(const void *a, const void *b)
{
	const struct op *x = a, *y = b;
	int order = place_order(&x->place, &y->place);

	return order ? order : (x->begin > y->begin) - (x->begin < y->begin);
}

/* The first access to the place, or where it would be. */
static size_t op_find(const struct load *load, const struct place *place)
{
	size_t low = 0, high = load->nr_ops;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (place_order(&load->ops[mid].place, place) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool same_task(const struct op *op, const struct record *rec)
{
	return op->pid == rec->pid && (op->tid == rec->tid || op->how == OP_WORKER);
}

static bool same_ret(const struct op *op, const struct record *rec)
{
	return op->state != OP_DONE || op->ret == rec->ret;
}

/*
 * What a record and an operation of the log must have in common.  EXACT: place, task, result and
 * time; ALL: the times may be CLOCK_NS apart; TASK: the results may differ, too; PLACE: only the
 * place and about the time.
 */
enum strictness { EXACT, ALL, TASK, PLACE };

static bool is_likely(const struct op *op, const struct record *rec, enum strictness how)
{
	uint64_t slack = how == EXACT ? 0 : CLOCK_NS;

	if (op->record || rec->ts + slack < op->begin)
		return false;
	if (op->end != UINT64_MAX && rec->ts > op->end + slack)
		return false;
	return how == PLACE || (same_task(op, rec) && (how == TASK || same_ret(op, rec)));
}

static void find_all(struct load *load, struct trace *trace, enum strictness how)
{
	size_t i, at;

	for (i = 0; i < trace->nr_records; i++) {
		struct record *rec = &trace->records[i];

		if (rec->op)
			continue;
		for (at = op_find(load, &rec->place);
		     at < load->nr_ops && !place_order(&load->ops[at].place, &rec->place); at++) {
			struct op *op = &load->ops[at];

			if (!is_likely(op, rec, how))
				continue;
			op->record = rec;
			rec->op = op;
			break;
		}
	}
}

/*
 * A tracer takes the difference of two clocks once, when it starts, and may be
 * interrupted between the two.  All its times are then off by the same.  They are set
 * right by no more than it takes to have each access, of those whose place is none of
 * another's, entered between what its task saw before and after.
 */
static void clocks_set(const struct load *load, struct trace *trace)
{
	int64_t least = INT64_MIN, most = INT64_MAX, off = 0;
	size_t i, at;

	for (i = 0; i < trace->nr_records; i++) {
		const struct record *rec = &trace->records[i];
		const struct op *op;

		at = op_find(load, &rec->place);
		if (at == load->nr_ops || place_order(&load->ops[at].place, &rec->place) ||
		    (at + 1 < load->nr_ops && !place_order(&load->ops[at + 1].place, &rec->place)))
			continue;
		op = &load->ops[at];
		if ((int64_t)(op->begin - rec->ts) > least)
			least = (int64_t)(op->begin - rec->ts);
		if (op->state == OP_DONE && (int64_t)(op->end - rec->ts) < most)
			most = (int64_t)(op->end - rec->ts);
	}
	if (least > most)
		return;
	if (least > 0)
		off = least;
	else if (most < 0)
		off = most;
	for (i = 0; i < trace->nr_records; i++)
		trace->records[i].ts += (uint64_t)off;
}

/* Has somebody given the task this name while the access was under way? */
static bool given(const struct rename *rename, const struct op *op)
{
	return rename->tid == op->tid && rename->begin <= op->end && rename->end >= op->begin;
}

static bool name_given(const struct load *load, const struct op *op, const char *comm)
{
	size_t i;

	for (i = 0; i < load->nr_renames; i++)
		if (given(&load->renames[i], op) && !strcmp(load->renames[i].comm, comm))
			return true;
	return false;
}

/*
 * The kernel writes a name byte by byte, and readers take no lock: while that is under way a
 * task has, for whoever looks, a name whose bytes are some of the one and some of the other.
 */
static bool name_half_written(const struct load *load, const struct op *op, const char *comm)
{
	char names[2][COMM_ROOM] = {}, byte;
	bool of_one;
	size_t i, at;

	snprintf(names[0], sizeof(names[0]), "%s", op->comm);
	snprintf(names[1], sizeof(names[1]), "%s", comm);
	for (at = 0; at < strlen(comm); at++) {
		byte = names[1][at];
		of_one = names[0][at] == byte || op->after[at] == byte;
		for (i = 0; !of_one && i < load->nr_renames; i++)
			of_one = given(&load->renames[i], op) &&
				 at < strlen(load->renames[i].comm) &&
				 load->renames[i].comm[at] == byte;
		if (!of_one)
			return false;
	}
	return true;
}

static bool same_name(const struct load *load, const struct op *op, const char *comm)
{
	/* The kernel names its workers by a number. */
	if (op->how == OP_WORKER && !strncmp(comm, "iou-", 4))
		return true;
	if (!strcmp(comm, op->comm) || (op->after[0] && !strcmp(comm, op->after)))
		return true;
	/* "" is a name, too. */
	if (op->state == OP_DONE && !strcmp(comm, op->after))
		return true;
	return name_given(load, op, comm) || name_half_written(load, op, comm);
}

static const char *text_of_op(const struct op *op, char text[256])
{
	snprintf(text, 256,
		 "op %" PRIu64 " (job %u, %s%s) %s of %u bytes at region %u+0x%" PRIx64
		 " of function %u by %u/%u '%s', returned %" PRId64,
		 op->seq, op->job, op->state == OP_DONE ? "done" : "not ended",
		 op->how == OP_WORKER ? ", io_uring" : "", op->place.write ? "write" : "read",
		 op->place.len, op->place.region, op->place.offset, op->place.function, op->pid,
		 op->tid, op->comm, op->ret);
	return text;
}

static void pair_check(const struct load *load, const struct trace *trace, const struct op *op)
{
	const struct record *rec = op->record;
	char text[256];

	if (!same_task(op, rec))
		differ(trace->name, "task", "%s: recorded as of %u/%u '%s'", text_of_op(op, text),
		       rec->pid, rec->tid, rec->comm);
	else if (!same_name(load, op, rec->comm))
		differ(trace->name, "name", "%s: recorded as of '%s'", text_of_op(op, text),
		       rec->comm);
	if (!same_ret(op, rec))
		differ(trace->name, "result", "%s: recorded with %" PRId64, text_of_op(op, text),
		       rec->ret);
	if (op->state == OP_NEVER)
		differ(trace->name, "never", "%s: was not got to, but recorded",
		       text_of_op(op, text));
}

/* All times may be off by the same, but by no more than that. */
static void clocks_check(const struct load *load, const struct trace *trace)
{
	int64_t least = INT64_MIN, most = INT64_MAX;
	const struct op *low = NULL, *high = NULL;
	char one[256], other[256];
	size_t i;

	for (i = 0; i < load->nr_ops; i++) {
		const struct op *op = &load->ops[i];

		if (!op->record || op->state != OP_DONE)
			continue;
		if ((int64_t)(op->begin - op->record->ts) > least) {
			least = (int64_t)(op->begin - op->record->ts);
			low = op;
		}
		if ((int64_t)(op->end - op->record->ts) < most) {
			most = (int64_t)(op->end - op->record->ts);
			high = op;
		}
	}
	if (low && high && least > most)
		differ(trace->name, "times",
		       "%s: recorded %" PRId64 " ns early, and %s: %" PRId64 " ns late",
		       text_of_op(low, one), least, text_of_op(high, other), -most);
}

bool surely_in(const struct op *op, const struct window *w)
{
	uint64_t entered = op->inside ? op->inside : op->end;

	if (op->state == OP_NEVER || (op->state == OP_BEGUN && !op->inside))
		return false;
	return !w || (op->begin >= w->sure_begin && entered <= w->sure_end);
}

static bool maybe_in(const struct op *op, const struct window *w)
{
	return op->state != OP_NEVER && (!w || (op->begin <= w->end && op->end >= w->begin));
}

/* Accesses without a record: how many were under way in the window for sure, and how many may have been. */
static void unrecorded(const struct load *load, const struct window *w, json_int_t *sure,
		       json_int_t *maybe)
{
	size_t i;

	*sure = *maybe = 0;
	for (i = 0; i < load->nr_ops; i++) {
		const struct op *op = &load->ops[i];

		if (op->record)
			continue;
		if (surely_in(op, w))
			++*sure;
		else if (maybe_in(op, w))
			++*maybe;
	}
}

void window_check(const struct load *load, const char *name, const struct window *w,
		  json_int_t accounted)
{
	json_int_t sure, maybe;

	unrecorded(load, w, &sure, &maybe);
	if (accounted < sure || accounted > sure + maybe)
		differ(name, "sum",
		       "%" JSON_INTEGER_FORMAT " counted, lost or filtered, but "
		       "%" JSON_INTEGER_FORMAT " accesses are to be, and perhaps "
		       "%" JSON_INTEGER_FORMAT " more",
		       accounted, sure, maybe);
}

/* One that counts: accesses of a function, region and direction. */
struct cell {
	json_int_t sure;
	json_int_t maybe;
	json_int_t counted;
};

static unsigned int cell_of(const struct place *place)
{
	unsigned int region = place->region < REGION_SHARED ? place->region : REGION_SHARED;

	return ((place->function % FUNCTIONS) * (REGION_SHARED + 1) + region) * 2 + place->write;
}

/* Row by row, so that what is missing in one is not made up for by another. */
static void rows_check(const struct load *load, const struct trace *trace, const struct window *w)
{
	static struct cell cells[FUNCTIONS * (REGION_SHARED + 1) * 2];
	json_int_t left_out = lost_of(trace) + number_of(trace->summary, "filtered");
	json_int_t missing = 0;
	const json_t *row;
	size_t i;

	memset(cells, 0, sizeof(cells));
	for (i = 0; i < load->nr_ops; i++) {
		struct cell *cell = &cells[cell_of(&load->ops[i].place)];

		cell->sure += surely_in(&load->ops[i], w);
		cell->maybe += maybe_in(&load->ops[i], w);
	}
	json_array_foreach(json_object_get(trace->summary, "rows"), i, row)
	{
		struct place place = place_read(row);

		cells[cell_of(&place)].counted += number_of(row, "accesses");
	}
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		const struct cell *cell = &cells[i];

		if (cell->counted > cell->maybe)
			differ(trace->name, "rows",
			       "function %zu, region %zu, %s: %" JSON_INTEGER_FORMAT
			       " counted, but there were %" JSON_INTEGER_FORMAT,
			       i / 2 / (REGION_SHARED + 1), i / 2 % (REGION_SHARED + 1),
			       i % 2 ? "write" : "read", cell->counted, cell->maybe);
		if (cell->counted < cell->sure)
			missing += cell->sure - cell->counted;
	}
	if (missing > left_out)
		differ(trace->name, "rows",
		       "%" JSON_INTEGER_FORMAT " accesses are missing in rows, of which "
		       "%" JSON_INTEGER_FORMAT " were lost or filtered",
		       missing, left_out);
}

/* What is not recorded must be what was lost or filtered. */
static void missing_check(const struct load *load, const struct trace *trace,
			  const struct window *w)
{
	json_int_t left_out = lost_of(trace) + number_of(trace->summary, "filtered");
	json_int_t sure, maybe;
	char text[256];
	size_t i;

	unrecorded(load, w, &sure, &maybe);
	if (left_out >= sure && left_out <= sure + maybe)
		return;
	differ(trace->name, "sum",
	       "%" JSON_INTEGER_FORMAT " lost or filtered, but %" JSON_INTEGER_FORMAT
	       " accesses are not recorded, and perhaps %" JSON_INTEGER_FORMAT " more",
	       left_out, sure, maybe);
	for (i = 0; left_out < sure && i < load->nr_ops; i++)
		if (!load->ops[i].record && surely_in(&load->ops[i], w))
			differ(trace->name, "missing", "%s", text_of_op(&load->ops[i], text));
}

/* Each record is an access of the log. */
static void extra_check(const struct trace *trace)
{
	size_t i;

	for (i = 0; i < trace->nr_records; i++) {
		const struct record *rec = &trace->records[i];

		if (!rec->op)
			differ(trace->name, "extra",
			       "%s of %u bytes at region %u+0x%" PRIx64
			       " of function %u by %u/%u '%s' that nobody did",
			       rec->place.write ? "write" : "read", rec->place.len,
			       rec->place.region, rec->place.offset, rec->place.function, rec->pid,
			       rec->tid, rec->comm);
	}
}

void match(struct load *load, struct trace *trace, const struct window *window)
{
	json_int_t recorded = number_of(trace->summary, "recorded");
	enum strictness how;
	size_t i;

	qsort(load->ops, load->nr_ops, sizeof(*load->ops), op_order);
	for (i = 0; i < load->nr_ops; i++)
		load->ops[i].record = NULL;
	for (i = 0; i < trace->nr_records; i++)
		trace->records[i].op = NULL;
	if (!trace->nr_records) {
		/* One that counts has no records, but a number of them. */
		window_check(load, trace->name, window,
			     recorded + lost_of(trace) + number_of(trace->summary, "filtered"));
		rows_check(load, trace, window);
		return;
	}
	clocks_set(load, trace);
	for (how = EXACT; how <= PLACE; how++)
		find_all(load, trace, how);
	for (i = 0; i < load->nr_ops; i++)
		if (load->ops[i].record)
			pair_check(load, trace, &load->ops[i]);
	extra_check(trace);
	clocks_check(load, trace);
	missing_check(load, trace, window);
}
