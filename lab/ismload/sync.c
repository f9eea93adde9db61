// SPDX-License-Identifier: GPL-2.0-only
/*
 * sync.c - when a worker goes on: at its time, and when the others are there.
 */
#include <errno.h>
#include <time.h>

#include "clock.h"
#include "engine.h"

#define BARRIER_POLL_NS 20000
#define LATE_NS		1000000

/*
 * A pthread_barrier_t cannot be left when another worker is gone, and a
 * worker that failed must not make the rest wait for ever: so look, and sleep.
 */
int engine_barrier(struct engine *e)
{
	const struct timespec nap = { .tv_nsec = BARRIER_POLL_NS };
	struct common *c = e->common;
	uint32_t round;

	if (e->workers < 2)
		return 0;
	report_flush(&e->report);
	round = __atomic_load_n(&c->round, __ATOMIC_SEQ_CST);
	if (__atomic_add_fetch(&c->arrived, 1, __ATOMIC_SEQ_CST) == e->workers) {
		__atomic_store_n(&c->arrived, 0, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&c->round, 1, __ATOMIC_SEQ_CST);
		return 0;
	}
	while (__atomic_load_n(&c->round, __ATOMIC_SEQ_CST) == round) {
		if (__atomic_load_n(&c->stop, __ATOMIC_RELAXED))
			return -EINTR;
		nanosleep(&nap, NULL);
	}
	return 0;
}

void engine_pace(struct engine *e, uint64_t at_ns)
{
	uint64_t due = e->start_ns + at_ns, now = clock_ns();
	struct timespec ts;

	if (now >= due) {
		/* Caught up with; many late ones say the rate is too high. */
		if (now - due > LATE_NS)
			e->stats->late++;
		return;
	}
	report_flush(&e->report);
	ts.tv_sec = (time_t)(due / 1000000000);
	ts.tv_nsec = (long)(due % 1000000000);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR) {
		if (__atomic_load_n(&e->common->stop, __ATOMIC_RELAXED))
			return;
	}
}
