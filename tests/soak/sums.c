// SPDX-License-Identifier: GPL-2.0-only
/*
 * sums.c - the sums of all tracers of a run are the same, the machine's among them.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What depends on the moment, and is held against the log instead. */
#define RUNS "ISM004"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

/* The object of the array whose keys, up to three, have the values of like. */
static const json_t *object_like(const json_t *array, const json_t *like, const char *const *keys)
{
	const json_t *object;
	size_t i, k;

	json_array_foreach(array, i, object)
	{
		for (k = 0; keys[k]; k++)
			if (!json_equal(json_object_get(object, keys[k]),
					json_object_get(like, keys[k])))
				break;
		if (!keys[k])
			return object;
	}
	return NULL;
}

static void key_compare(const struct trace *one, const struct trace *other, const char *what,
			const json_t *a, const json_t *b, const char *key)
{
	json_t *x = json_object_get(a, key), *y = json_object_get(b, key);
	char *one_text, *other_text;

	if (json_equal(x, y))
		return;
	one_text = json_dumps(x, JSON_ENCODE_ANY | JSON_COMPACT);
	other_text = json_dumps(y, JSON_ENCODE_ANY | JSON_COMPACT);
	differ(other->name, "sums", "%s, %s: %s, but %s in %s", what, key, other_text ?: "nothing",
	       one_text ?: "nothing", one->name);
	free(one_text);
	free(other_text);
}

/* Each object of the one is in the other, with the same numbers. */
static void list_compare(const struct trace *one, const struct trace *other, const char *list,
			 const char *const *ids, const char *const *keys)
{
	const json_t *mine = json_object_get(one->summary, list), *object;
	const json_t *theirs = json_object_get(other->summary, list);
	char what[128];
	size_t i, k;

	json_array_foreach(mine, i, object)
	{
		const json_t *same = object_like(theirs, object, ids);

		if (!strcmp(text_of(object, ids[0]), RUNS))
			continue;
		snprintf(what, sizeof(what), "%s %s %s %s", list, text_of(object, ids[0]),
			 ids[1] ? text_of(object, ids[1]) : "",
			 ids[1] && ids[2] ? text_of(object, ids[2]) : "");
		if (!same)
			differ(other->name, "sums", "%s: is not there, but in %s", what, one->name);
		for (k = 0; same && keys[k]; k++)
			key_compare(one, other, what, object, same, keys[k]);
	}
}

void sums_compare(const struct trace *one, const struct trace *other)
{
	static const char *const row_ids[] = { "function", "region", "op", "driver", NULL };
	static const char *const row_keys[] = { "accesses", "bytes", "errors", "insn", "insn_bytes",
						"size",	    "width", "pcistb", NULL };
	static const char *const function_ids[] = { "function", NULL };
	static const char *const function_keys[] = { "inside", "outside", "filtered", "lost",
						     NULL };
	static const char *const finding_ids[] = { "rule", NULL };
	static const char *const finding_keys[] = { "count", NULL };

	if (lost_of(one) || lost_of(other))
		return;
	list_compare(one, other, "rows", row_ids, row_keys);
	list_compare(other, one, "rows", row_ids, row_keys);
	list_compare(one, other, "functions", function_ids, function_keys);
	list_compare(one, other, "findings", finding_ids, finding_keys);
	list_compare(other, one, "findings", finding_ids, finding_keys);
	key_compare(one, other, "summary", one->summary, other->summary, "recorded");
	key_compare(one, other, "summary", one->summary, other->summary, "unopened");
}

static void runs_compare(const char *name, json_int_t count, const struct sums *runs)
{
	if (count < runs->sure || count > runs->sure + runs->maybe)
		differ(name, "runs",
		       "%" JSON_INTEGER_FORMAT " writes that go on with a run, but there were "
		       "%" JSON_INTEGER_FORMAT ", and perhaps %" JSON_INTEGER_FORMAT " more",
		       count, runs->sure, runs->maybe);
}

/* How often the rule has fired. */
static json_int_t finding_count(const json_t *findings, const char *rule, const char *key)
{
	const json_t *object;
	size_t i;

	json_array_foreach(findings, i, object) if (!strcmp(text_of(object, "rule"),
							    rule)) return number_of(object, key);
	return 0;
}

void sums_of_runs(const struct trace *trace, const struct sums *runs)
{
	if (!lost_of(trace))
		runs_compare(
			trace->name,
			finding_count(json_object_get(trace->summary, "findings"), RUNS, "count"),
			runs);
}

void sums_of_records(const struct trace *trace)
{
	json_int_t recorded = number_of(trace->summary, "recorded");

	if ((size_t)recorded != trace->nr_records)
		differ(trace->name, "sums",
		       "%" JSON_INTEGER_FORMAT " recorded, it says, but there are %zu", recorded,
		       trace->nr_records);
}

#define PIDS (1 << 22) /* the kernel's most */

/* What a process did by the log, and what ismtop says of it: rows by number and name. */
struct process {
	json_int_t sure;
	json_int_t all;
	json_int_t bytes; /* of those that have ended */
	json_int_t rows_accesses;
	json_int_t rows_bytes;
};

static struct process *processes_of(const struct load *load)
{
	struct process *processes = calloc(PIDS, sizeof(*processes));
	size_t i;

	for (i = 0; processes && i < load->nr_ops; i++) {
		const struct op *op = &load->ops[i];
		struct process *p = &processes[op->pid & (PIDS - 1)];

		if (op->state == OP_NEVER)
			continue;
		p->all++;
		p->sure += op->state != OP_BEGUN || op->inside;
		p->bytes += op->state == OP_DONE && op->ret > 0 ? op->ret : 0;
	}
	return processes;
}

/* Has one of its tasks ever had that name? */
static bool had_name(const struct load *load, json_int_t pid, const char *comm)
{
	size_t i;

	for (i = 0; i < load->nr_ops; i++) {
		const struct op *op = &load->ops[i];

		if (op->pid == pid && (!strcmp(op->comm, comm) || !strcmp(op->after, comm) ||
				       (op->how == OP_WORKER && !strncmp(comm, "iou-", 4))))
			return true;
	}
	for (i = 0; i < load->nr_renames; i++)
		if (load->renames[i].pid == pid && !strcmp(load->renames[i].comm, comm))
			return true;
	return false;
}

/* Accesses of processes that have no row, or less in it than they did. */
struct missing {
	json_int_t least, most;
	bool others; /* there is a row for them */
};

static void process_compare(const struct process *p, size_t pid, struct missing *missing)
{
	if (missing->others && p->rows_accesses <= p->all) {
		missing->least += p->rows_accesses < p->sure ? p->sure - p->rows_accesses : 0;
		missing->most += p->all - p->rows_accesses;
	} else if (p->rows_accesses < p->sure || p->rows_accesses > p->all) {
		differ("ismtop", "processes",
		       "%zu: %" JSON_INTEGER_FORMAT " accesses, but it did "
		       "%" JSON_INTEGER_FORMAT,
		       pid, p->rows_accesses, p->sure);
	} else if (p->sure == p->all && p->rows_bytes != p->bytes) {
		differ("ismtop", "processes",
		       "%zu: %" JSON_INTEGER_FORMAT " bytes, but it moved "
		       "%" JSON_INTEGER_FORMAT,
		       pid, p->rows_bytes, p->bytes);
	}
}

/* The row of the others has what is missing of all of them, and no name. */
static void others_compare(json_int_t accesses, const struct missing *missing)
{
	if (accesses < missing->least || accesses > missing->most)
		differ("ismtop", "processes",
		       "others: %" JSON_INTEGER_FORMAT " accesses, but %" JSON_INTEGER_FORMAT
		       " to %" JSON_INTEGER_FORMAT " are in no row of a process",
		       accesses, missing->least, missing->most);
}

/* ismtop's rows of processes against what these did. */
static void processes_compare(const struct load *load, const json_t *top)
{
	struct process *processes = processes_of(load);
	struct missing missing = { 0 };
	json_int_t others = 0;
	const json_t *row;
	size_t i;

	if (!processes)
		return;
	json_array_foreach(json_object_get(top, "processes"), i, row)
	{
		json_int_t pid = number_of(row, "pid");

		if (json_object_get(row, "others")) {
			missing.others = true;
			others += number_of(row, "accesses");
			continue;
		}
		processes[pid & (PIDS - 1)].rows_accesses += number_of(row, "accesses");
		processes[pid & (PIDS - 1)].rows_bytes += number_of(row, "bytes");
		if (!had_name(load, pid, text_of(row, "comm")))
			differ("ismtop", "name",
			       "%" JSON_INTEGER_FORMAT " '%s': it never had that name", pid,
			       text_of(row, "comm"));
	}
	for (i = 0; i < PIDS; i++)
		process_compare(&processes[i], i, &missing);
	if (missing.others)
		others_compare(others, &missing);
	free(processes);
}

static json_int_t sum_of(const json_t *list, const char *key)
{
	const json_t *object;
	json_int_t sum = 0;
	size_t i;

	json_array_foreach(list, i, object) sum += number_of(object, key);
	return sum;
}

static void top_number(const char *what, json_int_t theirs, json_int_t ours)
{
	if (theirs != ours)
		differ("ismtop", "sums",
		       "%s: %" JSON_INTEGER_FORMAT ", but %" JSON_INTEGER_FORMAT " in live", what,
		       theirs, ours);
}

void top_compare(const struct load *load, const struct trace *live, const json_t *top,
		 const struct sums *runs)
{
	const json_t *totals = json_object_get(top, "totals"), *object;
	const json_t *rows = json_object_get(live->summary, "rows");
	const json_t *findings = json_object_get(live->summary, "findings");
	size_t i;

	if (lost_of(live) || number_of(totals, "lost"))
		return;
	top_number("accesses", number_of(totals, "accesses"), sum_of(rows, "accesses"));
	top_number("bytes", number_of(totals, "bytes"), sum_of(rows, "bytes"));
	top_number("errors", number_of(totals, "errors"), sum_of(rows, "errors"));
	json_array_foreach(json_object_get(top, "findings"), i, object)
	{
		const char *rule = text_of(object, "rule");

		if (!strcmp(rule, RUNS))
			runs_compare("ismtop", number_of(object, "findings"), runs);
		else
			top_number(rule, number_of(object, "findings"),
				   finding_count(findings, rule, "count"));
	}
	processes_compare(load, top);
}

/* "  Load operations:   1234" */
static bool block_line(const char *line, json_int_t *sum)
{
	static const char *const names[] = { "Load operations:", "Store operations:",
					     "Store block operations:" };
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		at = strstr(line, names[i]);
		if (!at)
			continue;
		*sum += strtoll(at + strlen(names[i]), NULL, 10);
		return true;
	}
	return false;
}

void block_compare(const struct trace *trace, const char *dir)
{
	const json_t *function;
	size_t i;

	json_array_foreach(json_object_get(trace->summary, "functions"), i, function)
	{
		char path[512], line[256];
		unsigned int lines = 0;
		json_int_t sum = 0;
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s.statistics", dir,
			 text_of(function, "function"));
		file = fopen(path, "re");
		if (!file)
			continue;
		while (fgets(line, sizeof(line), file))
			lines += block_line(line, &sum);
		fclose(file);
		/* One that was opened and closed meanwhile has none by now. */
		if (lines == 3 && sum != number_of(function, "done"))
			differ(trace->name, "block",
			       "%s: %" JSON_INTEGER_FORMAT
			       " instructions were carried out, but the machine counted "
			       "%" JSON_INTEGER_FORMAT,
			       text_of(function, "function"), number_of(function, "done"), sum);
	}
}
