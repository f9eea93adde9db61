/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * writer.h - a thread that compresses and writes, so that a slow disk never holds up the thread
 * that takes records out of the ring buffer.  While all buffers wait to be written, the caller
 * gets none, and counts what would have gone into it as lost.
 */
#ifndef ISMT_CAPTURE_WRITER_H
#define ISMT_CAPTURE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of one buffer, which becomes one gzip member. */
#define WRITER_BUF_LEN	    (256u << 10)
#define WRITER_BUFS_DEFAULT 32

#define WRITER_PLAIN (-1)

struct writer_options {
	int fd;		      /* the first file; the writer closes it */
	int level;	      /* of zlib, 0 to 9, or WRITER_PLAIN */
	bool little;	      /* byte order of the blocks */
	unsigned int buffers; /* 0: the default */
	/*
	 * Open the file with this number, from 1: returns a descriptor or -errno.  Called in the
	 * writer's thread.  NULL: there is one file only.
	 */
	int (*next_file)(void *arg, unsigned int number);
	void *arg;
};

/* A buffer.  The caller fills in everything but next. */
struct writer_buf {
	struct writer_buf *next;
	size_t len;	   /* bytes in data: whole blocks */
	uint64_t accesses; /* records in data */
	uint64_t insns;
	bool last; /* the file ends with this buffer, and another one begins */
	uint8_t data[WRITER_BUF_LEN];
};

struct writer_stats {
	uint64_t bytes;	   /* written, to all files */
	uint64_t accesses; /* access records that were written */
	uint64_t failed;   /* access records that could not be written */
	uint64_t failed_insns;
	unsigned int files; /* that were written to */
	bool next_failed;   /* the next file could not be opened */
};

struct writer;

/* Start the thread; options->fd is the writer's on success.  0, -ENOMEM, or what pthread_create() failed with. */
int writer_new(struct writer **result, const struct writer_options *options);

/* An empty buffer.  NULL: without wait, there is none now; with wait, the writer has failed. */
struct writer_buf *writer_get(struct writer *writer, bool wait);
/* Hand over a buffer of writer_get(); it is written in order. */
void writer_put(struct writer *writer, struct writer_buf *buf);

/* Wait until all that was handed over is written.  0 or the first -errno. */
int writer_sync(struct writer *writer);

/* 0, or the first -errno: from then on nothing is written any more. */
int writer_error(struct writer *writer);

/* Are buffers waiting to be written?  Then it is no use to hand over one that is not full. */
bool writer_behind(struct writer *writer);

/* Bytes in the file that is being written now. */
uint64_t writer_file_bytes(struct writer *writer);

/*
 * writer_finish - wait until all is written, end the thread, close the file.
 * Returns 0 or the first -errno.  May be called again.
 */
int writer_finish(struct writer *writer);

/* After writer_finish(). */
void writer_get_stats(const struct writer *writer, struct writer_stats *stats);

void writer_free(struct writer *writer);

#endif /* ISMT_CAPTURE_WRITER_H */
