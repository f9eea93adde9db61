/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - where decoded records go: a terminal, a file, a capture.  The caller calls the
 * operations in the order begin, (access | insn)*, end.  A sink never knows where the records
 * come from.
 */
#ifndef ISMT_MODEL_SINK_H
#define ISMT_MODEL_SINK_H

#include <stdbool.h>
#include <stdio.h>

#include "model/access.h"
#include "model/summary.h"
#include "util/clock.h"

/* Times are in nanoseconds. */

enum time_style { TIME_REL, TIME_MONO, TIME_REAL };

struct sink_options {
	FILE *out;  /* borrowed */
	bool color; /* SGR escapes allowed */
	enum time_style time;
	int64_t start_ns;	/* TIME_REL counts from here, ns since 1970 */
	int64_t mono_offset_ns; /* ts - mono_offset = CLOCK_MONOTONIC */
	bool findings;		/* text: a line under an access per finding */
	bool quiet;		/* only the summary */
	bool hex;		/* payloads too, where there are any */
};

struct sink;

/* What access() and insn() return if the sink could not keep up and has left the record out. */
#define SINK_DROPPED 1

struct sink_ops {
	/* All return 0 or -errno: -EPIPE when the reader has gone. */
	int (*begin)(struct sink *sink);
	int (*access)(struct sink *sink, const struct access *access);
	int (*insn)(struct sink *sink, const struct insn *insn);
	int (*end)(struct sink *sink, const struct summary *summary);
	/* Push out what is buffered: called when the source has nothing more. */
	int (*flush)(struct sink *sink);
	void (*free)(struct sink *sink);
};

struct sink {
	const struct sink_ops *ops;
};

/* Ownership of the result goes to the caller, who ends it with ops->free. */
struct sink *sink_text_new(const struct sink_options *options);
struct sink *sink_json_new(const struct sink_options *options);
/* Accesses only, with a header line; no summary. */
struct sink *sink_csv_new(const struct sink_options *options);

#endif /* ISMT_MODEL_SINK_H */
