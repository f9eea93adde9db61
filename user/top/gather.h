/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather.h - where ismtop's counts come from: the running kernel, or a
 * capture.  The layer below the data; it knows nothing of views and screens.
 */
#ifndef ISMT_TOP_GATHER_H
#define ISMT_TOP_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/counts.h"
#include "model/filter.h"
#include "model/summary.h"
#include "util/run_as.h"

enum gather_state {
	GATHER_RUNNING,
	GATHER_WAITING, /* live: for a driver; note says which */
	GATHER_ENDED,	/* capture: there is no more */
};

#define GATHER_NOTE_LEN 256

struct gather;

struct gather_ops {
	/*
	 * advance - bring the counts to now, which of a capture is the given
	 * time in it, ns since 1970; an earlier time than before reads it again
	 * from its beginning.  counts->ts is set to the time that was reached.
	 * A capture that can be read no further has ended, and status says so.
	 * Returns 0 or -ENOMEM.
	 */
	int (*advance)(struct gather *gather, int64_t ts);
	/*
	 * next - when the counts change next, of a capture: as an access ends, or the capture.
	 * False where that is not known.  NULL: live, where it never is.
	 */
	bool (*next)(struct gather *gather, int64_t *ts);
	/*
	 * wait - sleep for at most timeout_ms and do what cannot wait meanwhile.
	 * Returns early, with -EINTR, after a signal.
	 */
	int (*wait)(struct gather *gather, int timeout_ms);
	/*
	 * end - no more is counted.  measured, if --measure was given, has the functions with
	 * what was measured of them, and nothing else, as long as the gatherer is.  May
	 * be NULL.  Returns 0 or -ENOMEM.
	 */
	int (*end)(struct gather *gather);
	/*
	 * confine - all that others open is open: give up what attaching again does not take
	 * (sandbox.h).  NULL: there is nothing to give up.
	 */
	void (*confine)(struct gather *gather);
	void (*free)(struct gather *gather);
};

struct gather {
	const struct gather_ops *ops;
	struct counts *counts; /* of everything until counts->ts */
	enum gather_state state;
	const char *mode;      /* "kprobe" or "fentry"; NULL: not attached */
	unsigned int attaches; /* live: how often, so far */
	const char *name;      /* of the capture; NULL: live */
	int64_t begin_ns;      /* of the trace, ns since 1970 */
	int64_t end_ns;	       /* of the capture; valid if has_end */
	bool has_end;	       /* end_ns is known */
	/*
	 * Why it is not known what was lost, a constant; NULL: it is.  Captures tell at their
	 * end: until that was reached, or looked for, it is not known.
	 */
	const char *lost_why;
	struct summary *measured;   /* NULL: without --measure */
	int status;		    /* enum exit_status: something is wrong with the source */
	char note[GATHER_NOTE_LEN]; /* what is to be told about its state, or "" */
};

/*
 * Both return an exit status, having told why, or EXIT_DONE with *result.
 * filter is borrowed until the end.
 */
int gather_live_open(struct gather **result, const struct filter *filter, bool measure,
		     const struct run_as *run_as);

struct gather_capture_options {
	const struct filter *filter;
	const char *const *files;
	size_t nr_files;
	bool strict;	 /* a capture that was cut off is an error */
	bool look_ahead; /* find the end first, if that takes less than a second */
};

int gather_capture_open(struct gather **result, const struct gather_capture_options *options);

static inline void gather_confine(struct gather *gather)
{
	if (gather->ops->confine)
		gather->ops->confine(gather);
}

static inline void gather_free(struct gather *gather)
{
	if (gather)
		gather->ops->free(gather);
}

#endif /* ISMT_TOP_GATHER_H */
