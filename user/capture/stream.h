/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stream.h - blocks on their way into a capture's files: the buffer that
 * is being filled, and all blocks that are no records, at their time: sections,
 * interfaces, statistics with accounts, and a new file when this one is long or
 * old enough.
 *
 * Where wait is false and all buffers are with the writer nothing is put, and
 * false is returned; with wait only after the writer has failed or there is no
 * memory.
 */
#ifndef ISMT_CAPTURE_STREAM_H
#define ISMT_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/pcapng.h"
#include "capture/sink_capture.h"
#include "capture/trace_account.h"
#include "capture/writer.h"

struct stream_interface {
	struct function fn; /* as it was described */
	uint64_t accesses;  /* of it, in all files of the trace */
};

struct capture_stream {
	const struct sink_capture_options *options;
	struct writer *writer;
	struct writer_buf *buf; /* being filled; NULL: there was none */
	struct block_out out;	/* into it */
	uint64_t buf_since;	/* CLOCK_MONOTONIC of its first block, ns */

	struct stream_interface *interfaces;
	size_t nr_interfaces;
	/* The last record's function as it was then, and its interface: the next record likely has the same. */
	const struct function *last_fn;
	struct function last_seen;
	size_t last_interface;

	struct account account;
	uint64_t file_since, account_since; /* CLOCK_MONOTONIC */
	uint64_t file_put;		    /* bytes handed to the writer for this file */
};

/* A buffer with room for len bytes more. */
bool stream_room(struct capture_stream *stream, size_t len, bool wait);

/* Hand the buffer to the writer, if there is one; last: of this file. */
void stream_put(struct capture_stream *stream, bool last);

/* What a file begins with: readers want interfaces before their packets. */
bool stream_preamble(struct capture_stream *stream, const struct summary *summary, bool wait);

/*
 * stream_account - statistics of all interfaces, and the account with these
 * ACCOUNT_ flags.  There has to be an interface.
 */
bool stream_account(struct capture_stream *stream, const struct summary *summary, uint32_t flags,
		    bool wait);

/* Describe a function; behind the first one comes an account. */
bool stream_describe(struct capture_stream *stream, const struct function *fn, bool wait);

/* The interface of a function, described anew when it has changed.  -1: no room. */
long stream_interface_of(struct capture_stream *stream, const struct function *fn);

/* Rotate, or give an account, if it is time; more: bytes that are about to come. */
void stream_keep_house(struct capture_stream *stream, size_t more);

#endif /* ISMT_CAPTURE_STREAM_H */
