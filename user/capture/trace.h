/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - what all files that are read have in common: functions, names, and the accounts of
 * their traces.  Memory is bounded, whatever the files say.
 */
#ifndef ISMT_CAPTURE_TRACE_H
#define ISMT_CAPTURE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/trace_account.h"
#include "model/function.h"
#include "model/summary.h"
#include "util/names.h"

/* Captures with more functions, or more traces, are refused. */
#define CAPTURE_FUNCTIONS_MAX 4096
#define CAPTURE_TRACES_MAX    1024
/* Captures with more entries of functions in the accounts of all traces are refused. */
#define CAPTURE_ENTRIES_MAX 16384

/* One run of `ismtrace record`, in one file or several. */
struct trace {
	struct account account; /* the latest one, by its serial number */
	struct trace_function {
		const struct function *fn;
		struct summary_function sum;
	} * functions;
	size_t nr_functions, room;
	uint32_t number; /* from 1; makes numbers of tasks unique among traces */
	bool known;	 /* account is valid */
	uint64_t read;	 /* accesses of the trace that were read */
};

struct capture_traces {
	struct function_table *functions;
	struct trace **traces; /* pointers stay good */
	size_t nr_traces;
	size_t nr_entries;   /* entries of functions in all traces */
	struct names *names; /* of drivers, and notes */
};

/* 0 or -ENOMEM. */
int traces_init(struct capture_traces *traces);
void traces_free(struct capture_traces *traces);

/* The table's entry for a function, a copy of `like`; NULL with errno: ENOMEM, or E2BIG if there are too many. */
const struct function *traces_function(struct capture_traces *traces, const struct function *like);

/* A copy of a name (names_get()) that is good until traces_free(); NULL: no memory. */
const char *traces_name(struct capture_traces *traces, const char *name);

/*
 * traces_account - add a part of an account.  Returns its trace; NULL with errno: ENOMEM, or E2BIG
 * if there are too many traces or functions.
 */
struct trace *traces_account(struct capture_traces *traces, const struct account_part *part);

/* Add up the accounts of all traces, into a summary.  0 or -ENOMEM. */
int traces_sum(const struct capture_traces *traces, struct summary *summary);

#endif /* ISMT_CAPTURE_TRACE_H */
