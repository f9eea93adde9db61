/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * writer.h - a thread that compresses and writes, so that a slow disk
 * never holds up whoever takes records out of the ring buffer: when all
 * buffers are under way there is none to be had, and what would go into it
 * is lost and counted by the caller.
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
	 * For the file with this number, from 1: a descriptor or -errno.
	 * Called by the writer's thread.  NULL: there is one file only.
	 */
	int (*next_file)(void *arg, unsigned int number);
	void *arg;
};

/* The caller fills in what is written; the rest is the writer's. */
struct writer_buf {
	struct writer_buf *next;
	size_t len;	   /* bytes in data: whole blocks */
	uint64_t accesses; /* records in it */
	uint64_t insns;
	bool last; /* the file ends with it, and another one begins */
	uint8_t data[WRITER_BUF_LEN];
};

struct writer_stats {
	uint64_t bytes;	   /* written, of all files */
	uint64_t accesses; /* records in what was written */
	uint64_t failed;   /* accesses in what could not be written */
	uint64_t failed_insns;
	unsigned int files;
	bool next_failed; /* the one after them could not be opened */
};

struct writer;

/* Takes over options->fd if it succeeds.  0, -ENOMEM, or -errno of the thread. */
int writer_new(struct writer **result, const struct writer_options *options);

/* An empty buffer; NULL if there is none, or with wait, only after an error. */
struct writer_buf *writer_get(struct writer *writer, bool wait);
/* Hand over a buffer of writer_get(); it is written in order. */
void writer_put(struct writer *writer, struct writer_buf *buf);

/* Wait until all that was handed over is written.  0 or the first -errno. */
int writer_sync(struct writer *writer);

/* 0, or the first -errno: from then on nothing is written any more. */
int writer_error(struct writer *writer);

/* Is something waiting to be written?  Then it is better to fill buffers. */
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
