/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gate.h - what a check must have seen before it passes: that nothing was found means nothing if
 * nothing was looked at.  One table of what may be lacking, by the names that --allow takes.
 */
#ifndef ISMT_MODEL_GATE_H
#define ISMT_MODEL_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/summary.h"

enum gate_lack {
	GATE_EMPTY,	  /* no access was seen */
	GATE_FILTERED,	  /* none of those that were seen passed the filters */
	GATE_LOST,	  /* something was lost and is not in the trace */
	GATE_UNACCOUNTED, /* it is not known whether something was lost */
	GATE_PARTIAL,	  /* not all that was recorded is in the files given */
	GATE_STRAYS,	  /* the files have packets that are no records */
	GATE_CUT,	  /* the trace ended before CMD, or a process that it started */
	GATE_LACKS,
};

#define GATE_BIT(lack) (1u << (lack))

/* The names that --allow takes, by enum gate_lack; and all of them in one text, for completion. */
extern const char *const gate_names[GATE_LACKS];
#define GATE_CHOICE "empty|filtered|lost|unaccounted|partial|strays|cut"

/*
 * gate_parse - names of what may be lacking, separated by commas: bits are added to *allow.
 * 0, or -EINVAL.
 */
int gate_parse(const char *names, uint32_t *allow);

/* What is lacking: GATE_BIT() of each. */
uint32_t gate_lacks(const struct summary *summary);

/* What the bits in lacks mean, in words, with "; " between; cut to len, always NUL-terminated. */
void gate_sentence(const struct summary *summary, uint32_t lacks, char *buf, size_t len);

/*
 * gate_tell - say what is lacking: as an error with a hint, or as a warning if all of it is
 * allowed, or if there are findings, for which the check fails anyway.  True if the check must
 * not pass because of what is lacking.
 */
bool gate_tell(const struct summary *summary, uint32_t allow, bool findings);

#endif /* ISMT_MODEL_GATE_H */
