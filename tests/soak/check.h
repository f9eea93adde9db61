/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - what the load's own log says, what a tracer says, and where they differ.
 */
#ifndef ISMT_SOAK_CHECK_H
#define ISMT_SOAK_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMM_ROOM 64 /* of 15 bytes, some of which may have become U+FFFD */
#define FUNCTIONS 4  /* of a machine */
/* Regions from here upwards share a row. */
#define REGION_SHARED 32

/* As lab/ismsoak/log.h has them. */
enum op_state { OP_BEGUN = 1, OP_DONE, OP_UNKNOWN, OP_NEVER };
enum op_how { OP_CALL, OP_WORKER };

/* Where an access went: what the log and the tracer both know for sure. */
struct place {
	uint32_t function; /* index of the address's domain: 0x11 is 0 */
	uint32_t region;
	uint64_t offset;
	uint32_t len;
	bool write;
};

/* Times are ns since 1970. */
struct op {
	struct place place;
	uint64_t begin;
	uint64_t end;	 /* UINT64_MAX: not known */
	uint64_t inside; /* 0: not known */
	int64_t ret;
	uint64_t seq;
	uint32_t pid;
	uint32_t tid;
	uint32_t job;
	enum op_state state;
	enum op_how how;
	const struct record *record; /* that is it, for the tracer at hand */
	char comm[COMM_ROOM];
	char after[COMM_ROOM];
};

struct rename {
	uint64_t begin;
	uint64_t end;
	uint32_t pid;
	uint32_t tid;
	char comm[COMM_ROOM];
};

/* What the load did; ops by place, then by begin; renames by tid, then by begin. */
struct load {
	struct op *ops;
	size_t nr_ops;
	struct rename *renames;
	size_t nr_renames;
	json_t *total;
};

struct record {
	struct place place;
	uint64_t ts;
	int64_t ret;
	uint32_t pid;
	uint32_t tid;
	const struct op *op; /* that it is of; NULL: of none */
	char comm[COMM_ROOM];
};

/* What a tracer says; records by time. */
struct trace {
	const char *name;
	struct record *records;
	size_t nr_records;
	json_t *summary;
};

/* When something was traced for sure, and when it may have been. */
struct window {
	uint64_t sure_begin;
	uint64_t sure_end;
	uint64_t begin;
	uint64_t end;
};

/* load.c: all exit with a message when a file is not what it should be. */
struct load *load_read(const char *path);
struct trace *trace_read(const char *path, const char *name);
void trace_free(struct trace *trace);
/* The last object of this type in a file of lines. */
json_t *object_read(const char *path, const char *type);

/* Where a record, or a row of a summary, has been. */
struct place place_read(const json_t *object);
/* Call each with every line of the file. */
void lines_read(const char *path, void (*each)(void *arg, json_t *object), void *arg);

/* match.c: each record against the log, and the other way round. */
void match(struct load *load, struct trace *trace, const struct window *window);

/* Whether the access was in the driver, for sure, while it was traced. */
bool surely_in(const struct op *op, const struct window *window);
/* Check a tracer that only counts: it accounts for `accounted` accesses in the window. */
void window_check(const struct load *load, const char *name, const struct window *window,
		  json_int_t accounted);

/* runs.c: of a trace that was matched, how many there were for sure, and perhaps. */
struct sums {
	json_int_t sure;
	json_int_t maybe;
};
struct sums runs_expect(const struct trace *trace);

/* sums.c; the runs of adjacent writes are those that there were. */
void sums_compare(const struct trace *one, const struct trace *other);
void sums_of_runs(const struct trace *trace, const struct sums *runs);
void sums_of_records(const struct trace *trace);
void top_compare(const struct load *load, const struct trace *live, const json_t *top,
		 const struct sums *runs);
void block_compare(const struct trace *trace, const char *dir);

/* cuts.c: tracers that began and ended meanwhile; returns how many. */
unsigned int cuts_check(struct load *load, const char *dir);

/* main.c: a difference. */
void differ(const char *tracer, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
json_int_t number_of(const json_t *object, const char *key);
json_int_t lost_of(const struct trace *trace);

#endif /* ISMT_SOAK_CHECK_H */
