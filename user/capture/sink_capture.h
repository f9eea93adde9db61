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
	int64_t mono_offset_ns;	 /* ns to add to CLOCK_MONOTONIC to get ns since 1970 */
	bool has_cc;		 /* failed instructions come with cc and status */
	bool at_once; /* a pipe, which is read while it is written: do not hold records back */
	/* Begin a new file when this one has about so many bytes, or is so old; 0: never. */
	uint64_t max_size;
	uint64_t max_ns;
	/*
	 * Fill an empty summary with what was lost and unattributed until now.  Called every ten
	 * seconds and at the end of each file but the last.  May be NULL.  Returns 0 or -errno.
	 */
	int (*account)(void *arg, struct summary *summary);
	void *arg;
};

/*
 * sink_capture_new - NULL with errno on failure; on success the writer's descriptor is the sink's.
 * access() and insn() return SINK_DROPPED while all buffers wait to be written.
 */
struct sink *sink_capture_new(const struct sink_capture_options *options);

/* Wait until all is written, and fill in stats. */
void sink_capture_stats(struct sink *sink, struct writer_stats *stats);

#endif /* ISMT_CAPTURE_SINK_CAPTURE_H */
