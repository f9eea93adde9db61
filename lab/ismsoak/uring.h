/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uring.h - reads and writes through io_uring: by the kernel's worker threads.
 */
#ifndef ISMSOAK_URING_H
#define ISMSOAK_URING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

/* Under way at once. */
#define URING_MAX 8

struct uring {
	int fd;
	bool sqpoll;
	unsigned int added; /* and not submitted */
	void *sqes;
	uint32_t *sq_tail, *sq_array;
	uint32_t sq_mask;
	void *cqes;
	uint32_t *cq_head, *cq_tail;
	uint32_t cq_mask;
};

struct uring_access {
	int fd;
	bool write;
	bool async;   /* at once by a worker */
	uint64_t pos; /* in the file */
	uint64_t id;  /* comes with the result */
	void *buf;
	uint32_t len;
	const struct iovec *vecs; /* with nr_vecs, in place of buf; until it has ended */
	unsigned int nr_vecs;
};

/* 0 or -errno. */
int uring_open(struct uring *ring, bool sqpoll);
void uring_close(struct uring *ring);
/* Not more than URING_MAX that have not ended. */
void uring_add(struct uring *ring, const struct uring_access *access);
/* Begin what was added, and wait until one has ended; 0 or -errno. */
int uring_submit(struct uring *ring, bool wait);
/* The result of one that has ended: bytes or -errno; false if none has. */
bool uring_next(struct uring *ring, uint64_t *id, int64_t *ret);

#endif /* ISMSOAK_URING_H */
