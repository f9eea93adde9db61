/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - what the files of a capture have in common: functions,
 * names, and the accounts of the traces that the files are of.  Bounded,
 * whatever the files say.
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

/* More are refused. */
#define CAPTURE_FUNCTIONS_MAX 4096
#define CAPTURE_TRACES_MAX    1024
/* Entries of functions in the accounts of all traces. */
#define CAPTURE_ENTRIES_MAX 16384

/* One run of `ismtrace record`, in one file or several. */
struct trace {
	struct account account; /* the latest that was met */
	struct trace_function {
		const struct function *fn;
		struct summary_function sum;
	} * functions;
	size_t nr_functions, room;
	uint32_t number; /* from 1: tells the tasks of several traces apart */
	bool known;	 /* there is an account */
	uint64_t read;	 /* accesses of it that were read */
};

struct capture_traces {
	struct function_table *functions;
	struct trace **traces; /* pointers stay good */
	size_t nr_traces;
	size_t nr_entries;   /* of all of them */
	struct names *names; /* of drivers, and notes */
};

/* 0 or -ENOMEM. */
int traces_init(struct capture_traces *traces);
void traces_free(struct capture_traces *traces);

/* The table's entry; NULL with errno ENOMEM, or E2BIG if there are too many. */
const struct function *traces_function(struct capture_traces *traces, const struct function *like);

/* A copy that is good until traces_free(), as names_get() makes it; NULL: no memory. */
const char *traces_name(struct capture_traces *traces, const char *name);

/*
 * traces_account - take in a part of an account.  Returns its trace; NULL with
 * errno ENOMEM, or E2BIG if there are too many.
 */
struct trace *traces_account(struct capture_traces *traces, const struct account_part *part);

/* All of them, added up, into a summary.  0 or -ENOMEM. */
int traces_sum(const struct capture_traces *traces, struct summary *summary);

#endif /* ISMT_CAPTURE_TRACE_H */
