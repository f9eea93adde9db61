// SPDX-License-Identifier: GPL-2.0-only
/*
 * load.c - the load's log and what tracers printed, one JSON object a line.
 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The PCI domain of the lab's first function. */
#define FIRST_DOMAIN 0x11

static void *grow(void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * n : 1) * size);
	if (!array) {
		perror("soak-check");
		exit(2);
	}
	return array;
}

void lines_read(const char *path, void (*each)(void *arg, json_t *object), void *arg)
{
	FILE *file = fopen(path, "re");
	unsigned long number = 0;
	json_error_t error;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!file) {
		fprintf(stderr, "soak-check: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	while ((len = getline(&line, &room, file)) > 0) {
		json_t *object = json_loadb(line, (size_t)len, JSON_ALLOW_NUL, &error);

		number++;
		if (!object) {
			fprintf(stderr, "soak-check: %s:%lu: %s\n", path, number, error.text);
			exit(2);
		}
		each(arg, object);
		json_decref(object);
	}
	free(line);
	fclose(file);
}

json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

static bool is_type(const json_t *object, const char *type)
{
	return !strcmp(text_of(object, "type"), type);
}

static void comm_read(const json_t *object, const char *key, char comm[COMM_ROOM])
{
	snprintf(comm, COMM_ROOM, "%s", text_of(object, key));
}

static uint32_t region_read(const char *name)
{
	static const char *const names[] = { "bar0", "bar1", "bar2",   "bar3", "bar4",
					     "bar5", "rom",  "config", "vga" };
	uint32_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return i;
	return strncmp(name, "dev", 3) ? UINT32_MAX : (uint32_t)atoi(name + 3);
}

static uint64_t time_or_never(const json_t *object, const char *key)
{
	json_int_t value = number_of(object, key);

	return value ? (uint64_t)value : UINT64_MAX;
}

static void op_read(struct op *op, const json_t *object)
{
	memset(op, 0, sizeof(*op));
	op->place.function = (uint32_t)number_of(object, "function");
	op->place.region = (uint32_t)number_of(object, "region");
	op->place.offset = (uint64_t)number_of(object, "offset");
	op->place.len = (uint32_t)number_of(object, "len");
	op->place.write = !strcmp(text_of(object, "op"), "write");
	op->begin = (uint64_t)number_of(object, "begin");
	op->end = time_or_never(object, "end");
	op->inside = (uint64_t)number_of(object, "inside");
	op->ret = number_of(object, "ret");
	op->seq = (uint64_t)number_of(object, "seq");
	op->pid = (uint32_t)number_of(object, "pid");
	op->tid = (uint32_t)number_of(object, "tid");
	op->job = (uint32_t)number_of(object, "job");
	op->state = (enum op_state)number_of(object, "state");
	op->how = (enum op_how)number_of(object, "how");
	comm_read(object, "comm", op->comm);
	comm_read(object, "after", op->after);
}

static void load_line(void *arg, json_t *object)
{
	struct load *load = arg;

	if (is_type(object, "op")) {
		load->ops = grow(load->ops, load->nr_ops, sizeof(*load->ops));
		op_read(&load->ops[load->nr_ops++], object);
	} else if (is_type(object, "rename")) {
		struct rename *rename;

		load->renames = grow(load->renames, load->nr_renames, sizeof(*load->renames));
		rename = &load->renames[load->nr_renames++];
		rename->begin = (uint64_t)number_of(object, "begin");
		rename->end = time_or_never(object, "end");
		rename->pid = (uint32_t)number_of(object, "pid");
		rename->tid = (uint32_t)number_of(object, "tid");
		comm_read(object, "comm", rename->comm);
	} else if (is_type(object, "total")) {
		load->total = json_incref(object);
	}
}

static int rename_order(const void *a, const void *b)
{
	const struct rename *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return (x->begin > y->begin) - (x->begin < y->begin);
}

struct load *load_read(const char *path)
{
	struct load *load = calloc(1, sizeof(*load));

	if (!load)
		exit(2);
	lines_read(path, load_line, load);
	if (!load->total) {
		fprintf(stderr, "soak-check: %s: the log has no end\n", path);
		exit(2);
	}
	if (load->nr_renames)
		qsort(load->renames, load->nr_renames, sizeof(*load->renames), rename_order);
	return load;
}

struct place place_read(const json_t *object)
{
	unsigned int domain = FIRST_DOMAIN;

	sscanf(text_of(object, "function"), "%x", &domain);
	return (struct place){ .function = domain - FIRST_DOMAIN,
			       .region = region_read(text_of(object, "region")),
			       .offset = (uint64_t)number_of(object, "offset"),
			       .len = (uint32_t)number_of(object, "len"),
			       .write = !strcmp(text_of(object, "op"), "write") };
}

static void record_read(struct record *rec, const json_t *object)
{
	memset(rec, 0, sizeof(*rec));
	rec->place = place_read(object);
	rec->ts = (uint64_t)number_of(object, "ts");
	rec->ret = number_of(object, "ret");
	rec->pid = (uint32_t)number_of(object, "pid");
	rec->tid = (uint32_t)number_of(object, "tid");
	comm_read(object, "comm", rec->comm);
}

static void trace_line(void *arg, json_t *object)
{
	struct trace *trace = arg;

	if (is_type(object, "access")) {
		trace->records = grow(trace->records, trace->nr_records, sizeof(*trace->records));
		record_read(&trace->records[trace->nr_records++], object);
	} else if (is_type(object, "summary")) {
		trace->summary = json_incref(object);
	}
}

static int record_order(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->ts > y->ts) - (x->ts < y->ts);
}

struct trace *trace_read(const char *path, const char *name)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		exit(2);
	trace->name = name;
	lines_read(path, trace_line, trace);
	if (!trace->summary) {
		fprintf(stderr, "soak-check: %s: there is no summary\n", path);
		exit(2);
	}
	if (trace->nr_records)
		qsort(trace->records, trace->nr_records, sizeof(*trace->records), record_order);
	return trace;
}

void trace_free(struct trace *trace)
{
	json_decref(trace->summary);
	free(trace->records);
	free(trace);
}

struct last {
	const char *type;
	json_t *object;
};

static void last_line(void *arg, json_t *object)
{
	struct last *last = arg;

	if (is_type(object, last->type)) {
		json_decref(last->object);
		last->object = json_incref(object);
	}
}

json_t *object_read(const char *path, const char *type)
{
	struct last last = { .type = type };

	lines_read(path, last_line, &last);
	if (!last.object) {
		fprintf(stderr, "soak-check: %s: no object of type %s\n", path, type);
		exit(2);
	}
	return last.object;
}
