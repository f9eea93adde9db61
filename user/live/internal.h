/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - what the files of the live source share: source.c, attach.c, counters.c, switches.c
 * and measure_blocks.c.
 */
#ifndef ISMT_LIVE_INTERNAL_H
#define ISMT_LIVE_INTERNAL_H

#include <time.h>

#include "live/hooks.h"
#include "live/ring_record.h"
#include "live/source.h"
#include "util/clock.h"

/* A function's measurement block: what it had when the trace began, and when it was last read. */
struct fmb_watch {
	uint32_t fid;
	struct ismt_function base, last;
	uint32_t opens; /* how often functions had been opened at base: opening may end a block */
	/*
	 * When its last update was noticed, CLOCK_MONOTONIC, ns.  The block's own time stamp
	 * cannot be used: QEMU's counts from another time.
	 */
	uint64_t noticed;
};

/* A switch of the kernel, and for how long it was off. */
struct switch_off {
	uint64_t ns;   /* for at most so long, until now */
	bool was;      /* it was off at the last look */
	bool reported; /* the person knows */
};

/* What probes and errors depend on, while it traces; times of CLOCK_MONOTONIC, ns. */
struct switch_watch {
	uint64_t began, looked;
	uint64_t next; /* when to look again */
	struct switch_off probes, errors;
	struct switch_off
		driver; /* `was`: there is a driver that is not probed, as it was loaded later */
	bool quiet;	/* print no warnings */
};

struct live {
	struct live_handler handler;
	struct function_table *functions;
	struct ismtrace_bpf *skel;
	struct hook_set *hooks;
	struct ring_buffer *ring;
	enum attach_mode mode;
	bool events;	    /* the driver's trace events are used */
	bool warned_driver; /* a driver was loaded since, and the person knows */
	int64_t timens; /* ns that our CLOCK_MONOTONIC (of our time namespace) is ahead of the programs' */
	bool tree;	   /* only a process and its children are traced */
	bool frozen;	   /* live_freeze() was called */
	bool no_error_log; /* the error log is off: return probes take its place */
	struct switch_watch watch_switches;
	uint64_t lack_insns; /* accesses of which bytes, but no instruction was seen */
	struct ring_reader reader;
	struct function unknown; /* the function of all accesses, if the kernel hides its list */
	struct fmb_watch *watch;
	size_t nr_watch;
	uint64_t next_tick;	      /* when blocks are read again; CLOCK_MONOTONIC, ns */
	struct live_measure *measure; /* NULL: without --measure */
};

/* Load and attach, in the best way that works.  EXIT_DONE, or EXIT_ATTACH, having printed why. */
int live_attach(struct live *live, const struct live_options *options);
void live_detach(struct live *live);

/*
 * live_freeze - at the end: remove all probes, wait until no program runs any more, and count the
 * accesses that are still under way as lost.  After it nothing is added to the ring buffer and
 * the counters.  0 or -errno.
 */
int live_freeze(struct live *live);

/*
 * Read the measurement blocks; begin: the trace is about to begin.  A block goes away when its
 * function is closed: what was read last is kept.
 */
void live_look_at_blocks(struct live *live, bool begin);

/* Look at the kernel's switches as the trace begins; and again, when it is time, and at its end. */
void live_switches_begin(struct live *live);
void live_switches_look(struct live *live);

/* For how many seconds a switch was off, rounded up. */
uint64_t switch_off_seconds(const struct switch_off *off);

/*
 * measure_blocks.c, for --measure.  In the order in which they are called:
 * start - before anything is loaded, with all privileges.
 * open - after attaching.  Both return EXIT_DONE, or EXIT_ATTACH, having printed why.
 * begin, begun - before and after the programs begin to open accesses.
 * look - now and then: are there new functions?
 * end - before the programs stop opening accesses.
 * stop - after that; waits for a last update of the blocks.
 * account - at any time: put what is known so far into the summary.  0 or -errno.
 * All but start do nothing if live->measure is NULL.
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

/* The number of accesses that have begun and not ended yet. */
uint64_t live_still_open(const struct live *live);

#endif /* ISMT_LIVE_INTERNAL_H */
