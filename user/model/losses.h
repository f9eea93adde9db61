/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * losses.h - what a trace lost, by cause.  One table serves all that add losses up, print them or
 * write them to a capture.
 */
#ifndef ISMT_MODEL_LOSSES_H
#define ISMT_MODEL_LOSSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which captures have them (docs/capture-format.md): new ones go to the end. */
enum loss {
	LOSS_RING,
	LOSS_SLOT,
	LOSS_RETURN,
	LOSS_PROBE,
	LOSS_WRITER,
	LOSS_INSN_RING,
	LOSS_INSN_WRITER,
	LOSS_INSN_PROBE,
	LOSS_UNATTR_FULL,
	LOSS_UNEXAMINED,
	LOSS_UNFINISHED,
	LOSS_INSN_RETURN,
	LOSS_ERROR_PROBE,
	LOSS_ERRORS_OFF,
	LOSS_PROBES_OFF,
	LOSS_INSNS_UNSEEN,
	LOSS_DRIVER,
	LOSS_CELL,
	LOSS_TRACK,
	LOSS_COUNT,
};

/* What is lost: only LOST_ACCESSES are accesses that were begun and are in no record. */
enum lost_what {
	LOST_ACCESSES,
	LOST_INSN_RECORDS,
	LOST_INSNS,
	LOST_OUTSIDE,
	LOST_UNEXAMINED,
	LOST_RETURNS,
	/*
	 * Shown, but the trace is complete all the same.  The kernel misses a probe only while the
	 * handler of another one runs on that CPU, where no task's instruction can fail.  What
	 * the probe on the error log misses are lines that interrupts log for other devices.
	 */
	LOST_ERRORS,
	LOST_ERROR_SECONDS,
	LOST_PROBE_SECONDS,
	LOST_UNSEEN,
	LOST_DRIVER_SECONDS,
	LOST_WHATS,
};

struct loss_info {
	const char *key; /* in JSON */
	enum lost_what what;
	const char *says;   /* follows a number: "accesses: ring buffer full" */
	const char *remedy; /* a sentence for a hint; NULL if there is none */
	bool is_missed;	    /* a probe was missed, which not every kernel counts */
};

/* By enum loss. */
extern const struct loss_info loss_infos[LOSS_COUNT];

struct losses {
	uint64_t n[LOSS_COUNT];
	/*
	 * The kernel does not tell how often it missed a probe: what was seen of these causes is
	 * added up as any other, but it says nothing of what was not.
	 */
	bool misses_unknown;
};

/* What is to be told where misses_unknown is set. */
extern const char losses_unknown[];

/* Is it known how much was lost by this cause? */
bool losses_known(const struct losses *losses, int cause);

/* sum += part. */
void losses_add(struct losses *sum, const struct losses *part);

/* sum -= part, an earlier state of it.  What was unknown stays unknown. */
void losses_subtract(struct losses *sum, const struct losses *part);

/* What was lost of one kind, by any cause. */
uint64_t losses_of(const struct losses *losses, enum lost_what what);

/* Accesses that were lost, by any cause. */
uint64_t losses_accesses(const struct losses *losses);

/* The sum of everything but LOST_ERRORS: 0 if the trace is complete. */
uint64_t losses_all(const struct losses *losses);

/* The remedy of the first cause that occurred and has one; NULL: none. */
const char *losses_remedy(const struct losses *losses);

/*
 * losses_sentence - "not in the trace: 3 accesses, ..."; "" if it is complete.  Cut to
 * len, always ended.
 */
void losses_sentence(const struct losses *losses, char *buf, size_t len);

#endif /* ISMT_MODEL_LOSSES_H */
