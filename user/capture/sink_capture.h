/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink_capture.h - a sink that writes a capture (docs/capture-format.md).
 */
#ifndef ISMT_CAPTURE_SINK_CAPTURE_H
#define ISMT_CAPTURE_SINK_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/writer.h"
#include "model/sink.h"
#include "model/summary.h"

struct sink_capture_options {
	struct writer_options writer;
	const char *application; /* "ismtrace 0.1 (kprobe)"; borrowed */
	int64_t begin_ns;	 /* since 1970 */
	int64_t mono_offset_ns;	 /* to add to CLOCK_MONOTONIC for that */
	bool has_cc;		 /* failed instructions come with cc and status */
	bool at_once;		 /* somebody reads while it is written: a pipe */
	/* A new file from about this size on, bytes, or after this time; 0: never. */
	uint64_t max_size;
	uint64_t max_ns;
	/*
	 * What was lost and unattributed until now, into an empty summary;
	 * called every ten seconds and at the end of each file but the last.
	 * May be NULL.  0 or -errno.
	 */
	int (*account)(void *arg, struct summary *summary);
	void *arg;
};

/*
 * NULL with errno; the writer's descriptor is taken over if it succeeds.  When
 * all buffers are under way access and insn return SINK_DROPPED.
 */
struct sink *sink_capture_new(const struct sink_capture_options *options);

/* Waits until all is written; then what came of it. */
void sink_capture_stats(struct sink *sink, struct writer_stats *stats);

#endif /* ISMT_CAPTURE_SINK_CAPTURE_H */
