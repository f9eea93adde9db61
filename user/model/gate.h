/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gate.h - what a check has to have looked at before it passes: to have found nothing is worth
 * nothing where nothing was looked at.  One table of what may be lacking, by the names that
 * --allow has for it.
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
	GATE_LOST,	  /* something is not in the trace */
	GATE_UNACCOUNTED, /* it is not known whether something is not */
	GATE_PARTIAL,	  /* not all that was recorded is in the files given */
	GATE_STRAYS,	  /* the files have packets that are no records */
	GATE_CUT,	  /* CMD, or what it has started, was not done yet */
	GATE_LACKS,
};

#define GATE_BIT(lack) (1u << (lack))

/* By enum gate_lack: what --allow calls it; and all of them, for completion. */
extern const char *const gate_names[GATE_LACKS];
#define GATE_CHOICE "empty|filtered|lost|unaccounted|partial|strays|cut"

/*
 * gate_parse - names of what may be lacking, separated by commas: bits are added to *allow.
 * 0, or -EINVAL.
 */
int gate_parse(const char *names, uint32_t *allow);

/* What is lacking, bits. */
uint32_t gate_lacks(const struct summary *summary);

/* A sentence of these bits, with "; " between; cut to len, always ended. */
void gate_sentence(const struct summary *summary, uint32_t lacks, char *buf, size_t len);

/*
 * gate_tell - say what is lacking: in one line and a hint, or in a warning where all of that is
 * allowed, or where there are findings, so that the check fails anyway.  True if it must not
 * pass for what is lacking.
 */
bool gate_tell(const struct summary *summary, uint32_t allow, bool findings);

#endif /* ISMT_MODEL_GATE_H */
