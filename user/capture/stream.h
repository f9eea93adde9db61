/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stream.h - blocks on their way into a capture's files: the buffer that is being filled, and the
 * blocks besides records, each when it is due: section headers, interfaces, statistics with
 * accounts.  It also begins a new file when this one is long or old enough.
 *
 * Functions with `wait` need a buffer.  Without wait they return false, having done nothing, if
 * the writer has all buffers; with wait, only if the writer has failed or there is no memory.
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
	struct function fn; /* as it was last described */
	uint64_t accesses;  /* its accesses in all files of the trace */
};

struct capture_stream {
	const struct sink_capture_options *options;
	struct writer *writer;
	struct writer_buf *buf; /* the buffer that is being filled; NULL: there is none */
	struct block_out out;	/* writes to buf */
	uint64_t buf_since;	/* CLOCK_MONOTONIC of its first block, ns */

	struct stream_interface *interfaces;
	size_t nr_interfaces;
	/* The last record's function as it was then, and its interface: the next record likely has the same. */
	const struct function *last_fn;
	struct function last_seen;
	size_t last_interface;

	struct account account;
	uint64_t file_since,
		account_since; /* when the file began, and the last account; CLOCK_MONOTONIC, ns */
	uint64_t file_put;     /* bytes handed to the writer for this file */
};

/* See to it that the buffer has room for len bytes more. */
bool stream_room(struct capture_stream *stream, size_t len, bool wait);

/* Hand the buffer, if there is one, to the writer; last: it is the last one of this file. */
void stream_put(struct capture_stream *stream, bool last);

/* Write what a file begins with: the section header and all interfaces, as readers want them before packets. */
bool stream_preamble(struct capture_stream *stream, const struct summary *summary, bool wait);

/*
 * stream_account - write statistics of all interfaces, and the account with these ACCOUNT_ flags.
 * There must be an interface.
 */
bool stream_account(struct capture_stream *stream, const struct summary *summary, uint32_t flags,
		    bool wait);

/* Write the interface description of a function; after the first one an account, too. */
bool stream_describe(struct capture_stream *stream, const struct function *fn, bool wait);

/* The index of a function's interface, which is described anew if the function has changed.  -1: no room. */
long stream_interface_of(struct capture_stream *stream, const struct function *fn);

/* Begin a new file, or write an account, if it is time; more: bytes that are about to be written. */
void stream_keep_house(struct capture_stream *stream, size_t more);

#endif /* ISMT_CAPTURE_STREAM_H */
