/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gather.h - where ismtop's counts come from: the running kernel, or a capture.  The lowest of its
 * layers, which knows nothing of views and screens.
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
	GATHER_WAITING, /* live: there is no driver yet; note says so */
	GATHER_ENDED,	/* capture: its end was reached */
};

#define GATHER_NOTE_LEN 256

struct gather;

struct gather_ops {
	/*
	 * advance - bring the counts up to date: live to now, in a capture to ts, ns since 1970.
	 * For an earlier ts than before the capture is read again from its beginning.
	 * counts->ts is set to the time that was reached.  A capture that cannot be read any
	 * further has ended, and status says why.  Returns 0 or -ENOMEM.
	 */
	int (*advance)(struct gather *gather, int64_t ts);
	/*
	 * next - set *ts to the time at which the counts change next, because an access or the
	 * capture ends.  False if that is not known.  NULL live, where it never is.
	 */
	bool (*next)(struct gather *gather, int64_t *ts);
	/*
	 * wait - sleep for at most timeout_ms, and meanwhile do what cannot wait, such as reading
	 * findings.  Returns 0; -EINTR, at once, after a signal; or -ENOMEM.
	 */
	int (*wait)(struct gather *gather, int timeout_ms);
	/*
	 * end - stop counting, and attach no more: one more advance() has then everything, with what
	 * had not ended among the lost.  With --measure, `measured` has what was measured of each
	 * function, and nothing else, until free().  A second call does nothing.  NULL for a
	 * capture.  Returns 0 or -ENOMEM.
	 */
	int (*end)(struct gather *gather);
	/*
	 * confine - the caller has opened all its files: give up everything that attaching again
	 * does not need (sandbox.h).  NULL: there is nothing to give up.
	 */
	void (*confine)(struct gather *gather);
	void (*free)(struct gather *gather);
};

struct gather {
	const struct gather_ops *ops;
	struct counts *counts; /* of everything until counts->ts */
	enum gather_state state;
	const char *mode;      /* "kprobe" or "fentry"; NULL: not attached */
	unsigned int attaches; /* live: how often programs were attached so far */
	const char *name;      /* the capture's; NULL: live */
	int64_t begin_ns;      /* of the trace, ns since 1970 */
	int64_t end_ns;	       /* of the capture, ns since 1970; valid if has_end */
	bool has_end;	       /* end_ns is known */
	/*
	 * Why it is not known what was lost, a constant; NULL: it is known.  A capture says so at
	 * its end, so that it is not known before that was read.
	 */
	const char *lost_why;
	struct summary *measured; /* NULL: without --measure */
	int status; /* enum exit_status: not EXIT_DONE if something is wrong with the source */
	char note[GATHER_NOTE_LEN]; /* a text about its state for the person, or "" */
};

/*
 * gather_live_open, gather_capture_open - return EXIT_DONE with *result, or another exit status,
 * having printed why.  filter is borrowed until free().
 */
int gather_live_open(struct gather **result, const struct filter *filter, bool measure,
		     const struct run_as *run_as);

struct gather_capture_options {
	const struct filter *filter;
	const char *const *files;
	size_t nr_files;
	bool strict;	 /* a capture that was cut off is an error */
	bool look_ahead; /* read the capture to its end first, if that takes less than a second */
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
