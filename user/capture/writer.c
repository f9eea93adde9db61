// SPDX-License-Identifier: GPL-2.0-only
#include "capture/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/pcapng.h"
#include "ismtrace.h"
#include "util/bytes.h"
#include "util/gzmember.h"
#include "util/interrupt.h"

struct writer {
	pthread_mutex_t lock;
	pthread_cond_t work; /* something is queued, or it is over */
	pthread_cond_t room; /* a buffer has come back */
	struct writer_buf *free, *queue, **tail;
	bool busy; /* the thread has one in its hands */
	bool finishing;
	int error;
	uint64_t file_bytes; /* all up to here is shared, under the lock */

	/* The thread's own. */
	struct writer_options options;
	int fd;
	bool regular; /* what is half written can be cut off again */
	off_t begin;  /* of ours in it: >>FILE has had more before */
	unsigned int number;
	struct writer_stats stats;
	z_stream deflate;
	bool has_deflate;
	uint8_t *packed;
	size_t packed_room;

	pthread_t thread;
	bool running;
};

static void file_begin(struct writer *writer, int fd)
{
	struct stat st;

	writer->fd = fd;
	writer->regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	writer->begin = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek(fd, 0, SEEK_CUR);
	writer->stats.files++;
}

/*
 * A pipe takes so much without blocking when it is ready, so that a reader who stands still does
 * not keep a trace from ending that a signal has ended.
 */
#define AT_ONCE	       4096
#define LOOK_MS	       100
#define PATIENCE_LOOKS 10

/* 0, or -EINTR if that takes long, and we were told to end. */
static int wait_writable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int looks = 0;

	while (!poll(&pfd, 1, LOOK_MS))
		if (interrupt_came() && ++looks == PATIENCE_LOOKS)
			return -EINTR;
	return 0;
}

/* How much of it was written is in *done, in any case. */
static int write_all(const struct writer *writer, const uint8_t *data, size_t len, size_t *done)
{
	size_t most;
	ssize_t got;
	int err;

	*done = 0;
	while (*done < len) {
		most = len - *done;
		if (!writer->regular) {
			err = wait_writable(writer->fd);
			if (err)
				return err;
			most = most < AT_ONCE ? most : AT_ONCE;
		}
		got = write(writer->fd, data + *done, most);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (got > 0)
			*done += (size_t)got;
	}
	return 0;
}

/* The whole blocks among the first len bytes: their length, and the records. */
static size_t one_blocks(const struct writer *writer, const struct writer_buf *buf, size_t len,
			 uint64_t *accesses)
{
	bool little = writer->options.little;
	size_t at = 0, size;

	*accesses = 0;
	while (len - at >= 12) {
		size = get_32(buf->data + at + 4, little);
		if (size > len - at)
			break;
		/* Type of the block, and of the record behind the head of a packet. */
		*accesses += get_32(buf->data + at, little) == PCAPNG_EPB &&
			     buf->data[at + 29] == ISMT_REC_ACCESS;
		at += size;
	}
	return at;
}

/*
 * Half a member or a block helps nobody: off with it, if it can be, and if nobody else has written
 * to the file behind it.
 */
static void cut_back(struct writer *writer, const struct writer_buf *buf, size_t done)
{
	uint64_t accesses = 0;
	size_t good = writer->has_deflate ? 0 : one_blocks(writer, buf, done, &accesses);
	off_t end = writer->begin + (off_t)writer->file_bytes;
	struct stat st;

	if (!writer->regular || fstat(writer->fd, &st) || st.st_size != end + (off_t)done ||
	    ftruncate(writer->fd, end + (off_t)good))
		return;
	writer->stats.bytes += good;
	writer->stats.accesses += accesses;
	writer->stats.failed -= accesses;
}

static int write_buf(struct writer *writer, const struct writer_buf *buf)
{
	const uint8_t *data = buf->data;
	size_t len = buf->len, done;
	int err;

	if (writer->has_deflate) {
		len = gzmember_deflate(&writer->deflate, data, len, writer->packed,
				       writer->packed_room);
		data = writer->packed;
	}
	err = write_all(writer, data, len, &done);
	if (err) {
		cut_back(writer, buf, done);
		return err;
	}
	writer->stats.bytes += len;
	writer->stats.accesses += buf->accesses;
	pthread_mutex_lock(&writer->lock);
	writer->file_bytes += len;
	pthread_mutex_unlock(&writer->lock);
	return 0;
}

static int file_end(struct writer *writer)
{
	int err = 0;

	if (writer->fd >= 0 && close(writer->fd))
		err = -errno;
	writer->fd = -1;
	return err;
}

static int file_next(struct writer *writer)
{
	int fd, err = file_end(writer);

	if (err)
		return err;
	fd = writer->options.next_file(writer->options.arg, ++writer->number);
	writer->stats.next_failed = fd < 0;
	if (fd < 0)
		return fd;
	file_begin(writer, fd);
	pthread_mutex_lock(&writer->lock);
	writer->file_bytes = 0;
	pthread_mutex_unlock(&writer->lock);
	return 0;
}

static int work(struct writer *writer, const struct writer_buf *buf)
{
	int err = 0;

	if (!writer->error && buf->len)
		err = write_buf(writer, buf);
	if (err || writer->error) {
		writer->stats.failed += buf->accesses;
		writer->stats.failed_insns += buf->insns;
		return err;
	}
	return buf->last ? file_next(writer) : 0;
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	struct writer_buf *buf;
	int err;

	pthread_mutex_lock(&writer->lock);
	for (;;) {
		buf = writer->queue;
		if (!buf && writer->finishing)
			break;
		if (!buf) {
			pthread_cond_wait(&writer->work, &writer->lock);
			continue;
		}
		writer->queue = buf->next;
		if (!writer->queue)
			writer->tail = &writer->queue;
		writer->busy = true;
		pthread_mutex_unlock(&writer->lock);
		err = work(writer, buf);
		pthread_mutex_lock(&writer->lock);
		writer->busy = false;
		if (err && !writer->error)
			writer->error = err;
		buf->next = writer->free;
		writer->free = buf;
		pthread_cond_signal(&writer->room);
	}
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

static int start(struct writer *writer)
{
	sigset_t all, old;
	int err;

	/* Signals are for the thread that waits for the kernel. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&writer->thread, NULL, writer_main, writer);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	writer->running = !err;
	return -err;
}

static int allocate(struct writer *writer)
{
	unsigned int i,
		nr = writer->options.buffers ? writer->options.buffers : WRITER_BUFS_DEFAULT;
	struct writer_buf *buf;

	for (i = 0; i < nr; i++) {
		buf = malloc(sizeof(*buf));
		if (!buf)
			return -ENOMEM;
		buf->next = writer->free;
		writer->free = buf;
	}
	if (writer->options.level == WRITER_PLAIN)
		return 0;
	writer->packed_room = gzmember_bound(WRITER_BUF_LEN);
	writer->packed = malloc(writer->packed_room);
	if (!writer->packed || gzmember_deflate_init(&writer->deflate, writer->options.level))
		return -ENOMEM;
	writer->has_deflate = true;
	return 0;
}

int writer_new(struct writer **result, const struct writer_options *options)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int err;

	if (!writer)
		return -ENOMEM;
	writer->options = *options;
	writer->tail = &writer->queue;
	writer->fd = -1;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->work, NULL);
	pthread_cond_init(&writer->room, NULL);
	err = allocate(writer);
	if (!err) {
		file_begin(writer, options->fd);
		err = start(writer);
	}
	if (err) {
		writer->fd = -1;
		writer_free(writer);
		return err;
	}
	*result = writer;
	return 0;
}

struct writer_buf *writer_get(struct writer *writer, bool wait)
{
	struct writer_buf *buf;

	pthread_mutex_lock(&writer->lock);
	while (wait && !writer->free && !writer->error)
		pthread_cond_wait(&writer->room, &writer->lock);
	buf = writer->error ? NULL : writer->free;
	if (buf)
		writer->free = buf->next;
	pthread_mutex_unlock(&writer->lock);
	if (!buf)
		return NULL;
	buf->next = NULL;
	buf->len = 0;
	buf->accesses = 0;
	buf->insns = 0;
	buf->last = false;
	return buf;
}

void writer_put(struct writer *writer, struct writer_buf *buf)
{
	buf->next = NULL;
	pthread_mutex_lock(&writer->lock);
	*writer->tail = buf;
	writer->tail = &buf->next;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
}

int writer_sync(struct writer *writer)
{
	int err;

	pthread_mutex_lock(&writer->lock);
	while ((writer->queue || writer->busy) && !writer->error)
		pthread_cond_wait(&writer->room, &writer->lock);
	err = writer->error;
	pthread_mutex_unlock(&writer->lock);
	return err;
}

int writer_error(struct writer *writer)
{
	int err;

	pthread_mutex_lock(&writer->lock);
	err = writer->error;
	pthread_mutex_unlock(&writer->lock);
	return err;
}

bool writer_behind(struct writer *writer)
{
	bool behind;

	pthread_mutex_lock(&writer->lock);
	behind = writer->queue;
	pthread_mutex_unlock(&writer->lock);
	return behind;
}

uint64_t writer_file_bytes(struct writer *writer)
{
	uint64_t bytes;

	pthread_mutex_lock(&writer->lock);
	bytes = writer->file_bytes;
	pthread_mutex_unlock(&writer->lock);
	return bytes;
}

int writer_finish(struct writer *writer)
{
	int err;

	if (!writer->running)
		return writer->error;
	pthread_mutex_lock(&writer->lock);
	writer->finishing = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	writer->running = false;
	err = file_end(writer);
	if (!writer->error)
		writer->error = err;
	return writer->error;
}

void writer_get_stats(const struct writer *writer, struct writer_stats *stats)
{
	*stats = writer->stats;
}

static void free_list(struct writer_buf *buf)
{
	struct writer_buf *next;

	for (; buf; buf = next) {
		next = buf->next;
		free(buf);
	}
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	writer_finish(writer);
	free_list(writer->free);
	free_list(writer->queue);
	if (writer->has_deflate)
		deflateEnd(&writer->deflate);
	free(writer->packed);
	pthread_cond_destroy(&writer->work);
	pthread_cond_destroy(&writer->room);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}
