/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - what the parts of the live source share: source_live.c, which has
 * the records, attach.c and counters.c.
 */
#ifndef ISMT_LIVE_INTERNAL_H
#define ISMT_LIVE_INTERNAL_H

#include <time.h>

#include "live/hooks.h"
#include "live/ring_record.h"
#include "live/source.h"
#include "util/clock.h"

/* A function's measurement block, when the trace began and when last seen. */
struct fmb_watch {
	uint32_t fid;
	struct ismt_function base, last;
	uint32_t opens; /* functions opened until it began: each open may end a block */
	/*
	 * When an update was noticed, CLOCK_MONOTONIC; the block's own stamp
	 * cannot be trusted: QEMU's TOD there counts from another time.
	 */
	uint64_t noticed;
};

/* Something that was found turned off. */
struct switch_off {
	uint64_t ns; /* at most so long until now */
	bool was;    /* at the last look */
	bool reported;
};

/* What probes and errors depend on, while it traces; times of CLOCK_MONOTONIC, ns. */
struct switch_watch {
	uint64_t began, looked;
	uint64_t next; /* when it is to be looked again */
	struct switch_off probes, errors;
	struct switch_off driver; /* on: one that is not traced, as it came later */
	bool quiet;		  /* nobody is to be told */
};

struct live {
	struct live_handler handler;
	struct function_table *functions;
	struct ismtrace_bpf *skel;
	struct hook_set *hooks;
	struct ring_buffer *ring;
	enum attach_mode mode;
	bool events;	    /* the driver's trace events are used */
	bool warned_driver; /* of a driver that was loaded since */
	int64_t timens;	    /* ns that our CLOCK_MONOTONIC is ahead of the programs' */
	bool tree;	    /* a process and its children are traced */
	bool frozen;	    /* live_freeze() was called */
	bool no_error_log;  /* it was turned off: return probes are in its place */
	struct switch_watch watch_switches;
	uint64_t lack_insns; /* accesses that moved bytes by no instruction that was seen */
	struct ring_reader reader;
	struct function unknown; /* when the kernel hides its list */
	struct fmb_watch *watch;
	size_t nr_watch;
	uint64_t next_tick;	      /* CLOCK_MONOTONIC, ns */
	struct live_measure *measure; /* NULL: without */
};

/* Load and attach, in the best way that works.  EXIT_DONE, or EXIT_ATTACH and told why. */
int live_attach(struct live *live, const struct live_options *options);
void live_detach(struct live *live);

/*
 * live_freeze - at the end: remove all probes, wait until none of the programs runs any
 * more, and account for accesses that are still under way.  What is in the ring buffer
 * after it, and in the counters, is all that there will ever be.  0 or -errno.
 */
int live_freeze(struct live *live);

/*
 * The measurement blocks as of now; begin: of the trace.  They go away when the function is
 * closed: what they last said is kept.
 */
void live_look_at_blocks(struct live *live, bool begin);

/* The trace begins; and look again, when it is time for it and at its end. */
void live_switches_begin(struct live *live);
void live_switches_look(struct live *live);

/* So many seconds, rounded up. */
uint64_t switch_off_seconds(const struct switch_off *off);

/*
 * measure_blocks.c: with --measure.  Start, before anything is loaded and with all privileges:
 * EXIT_DONE or EXIT_ATTACH and told why; so does open, after attaching.  It and all others do nothing if live->measure is NULL: begin and begun,
 * before and after accesses are opened for the first time; look for new functions, now and
 * then; end, before accesses are opened no more; stop, after that, which waits for a last
 * update; account, for what is known so far.
 */
int live_measure_start(struct live *live, const struct live_options *options);
int live_measure_open(struct live *live);
void live_measure_begin(struct live *live);
void live_measure_begun(struct live *live);
void live_measure_look(struct live *live);
void live_measure_end(struct live *live);
void live_measure_stop(struct live *live);
int live_measure_account(struct live *live, struct summary *summary);
void live_measure_close(struct live *live);

/* Accesses that were begun, and have not ended yet. */
uint64_t live_still_open(const struct live *live);

#endif /* ISMT_LIVE_INTERNAL_H */
