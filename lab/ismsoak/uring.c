// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring.c - as much of io_uring as the load needs, without a library.
 */
#include "uring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROT (PROT_READ | PROT_WRITE)

static void *ring_map(int fd, size_t size, off_t what)
{
	void *at = mmap(NULL, size, PROT, MAP_SHARED | MAP_POPULATE, fd, what);

	return at == MAP_FAILED ? NULL : at;
}

int uring_open(struct uring *ring, bool sqpoll)
{
	struct io_uring_params p = { .flags = sqpoll ? IORING_SETUP_SQPOLL : 0,
				     .sq_thread_idle = 20 };
	uint8_t *sq, *cq;

	ring->sqpoll = sqpoll;
	ring->fd = (int)syscall(__NR_io_uring_setup, URING_MAX, &p);
	if (ring->fd < 0)
		return -errno;
	sq = ring_map(ring->fd, p.sq_off.array + p.sq_entries * sizeof(uint32_t),
		      IORING_OFF_SQ_RING);
	cq = ring_map(ring->fd, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	ring->sqes =
		ring_map(ring->fd, p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	if (!sq || !cq || !ring->sqes) {
		close(ring->fd);
		return -ENOMEM;
	}
	ring->sq_tail = (uint32_t *)(sq + p.sq_off.tail);
	ring->sq_array = (uint32_t *)(sq + p.sq_off.array);
	ring->sq_mask = p.sq_entries - 1;
	ring->cq_head = (uint32_t *)(cq + p.cq_off.head);
	ring->cq_tail = (uint32_t *)(cq + p.cq_off.tail);
	ring->cq_mask = p.cq_entries - 1;
	ring->cqes = cq + p.cq_off.cqes;
	return 0;
}

void uring_close(struct uring *ring)
{
	close(ring->fd);
}

void uring_add(struct uring *ring, const struct uring_access *access)
{
	uint32_t tail = *ring->sq_tail, at = tail & ring->sq_mask;
	struct io_uring_sqe *sqe = (struct io_uring_sqe *)ring->sqes + at;

	memset(sqe, 0, sizeof(*sqe));
	sqe->fd = access->fd;
	sqe->off = access->pos;
	sqe->user_data = access->id;
	sqe->flags = access->async ? IOSQE_ASYNC : 0;
	if (access->nr_vecs) {
		sqe->opcode = access->write ? IORING_OP_WRITEV : IORING_OP_READV;
		sqe->addr = (uintptr_t)access->vecs;
		sqe->len = access->nr_vecs;
	} else {
		sqe->opcode = access->write ? IORING_OP_WRITE : IORING_OP_READ;
		sqe->addr = (uintptr_t)access->buf;
		sqe->len = access->len;
	}
	ring->sq_array[at] = at;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	ring->added++;
}

int uring_submit(struct uring *ring, bool wait)
{
	unsigned int n = ring->added;
	long ret;

	ring->added = 0;
	do {
		ret = syscall(__NR_io_uring_enter, ring->fd, n, wait,
			      (wait ? IORING_ENTER_GETEVENTS : 0) |
				      (ring->sqpoll ? IORING_ENTER_SQ_WAKEUP : 0),
			      NULL, 0);
		if (ret > 0)
			n = 0;
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

bool uring_next(struct uring *ring, uint64_t *id, int64_t *ret)
{
	uint32_t head = *ring->cq_head;
	struct io_uring_cqe *cqe = (struct io_uring_cqe *)ring->cqes + (head & ring->cq_mask);

	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*id = cqe->user_data;
	*ret = cqe->res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}
