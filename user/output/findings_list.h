/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * findings_list.h - findings one by one, as `ismtrace check` shows them: lines
 * that grep well, or JSON.
 */
#ifndef ISMT_OUTPUT_FINDINGS_LIST_H
#define ISMT_OUTPUT_FINDINGS_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "model/rules.h"
#include "model/summary.h"
#include "util/outbuf.h"

struct check_options {
	bool json;
	bool quiet; /* only how many there are */
	bool color;
	enum severity severity; /* findings below it are neither shown nor counted */
	uint32_t rules;		/* rules to show, a bit each; 0: all */
	uint32_t allow; /* what may be lacking (gate.h); with GATE_LOST, ISM012 is no finding */
	uint64_t max;	/* the most findings to show; 0: all */
};

struct check_output {
	struct check_options options;
	uint64_t found;		    /* findings of at least options.severity */
	uint64_t by[SEV_ERROR + 1]; /* all findings, by severity */
	uint64_t shown;
	struct outbuf out;
};

void check_output_init(struct check_output *check, const struct check_options *options, FILE *out);

/* The findings of record `number` of `file`, whose rules were applied.  0 or -errno of the output. */
int check_output_access(struct check_output *check, const char *file, uint64_t number,
			const struct access *access);

/*
 * check_output_end - the findings about the trace as a whole, shown as findings of `file`; with JSON
 * then the summary.  Flushes.  0 or -errno.
 */
int check_output_end(struct check_output *check, const char *file, const struct summary *summary);

/*
 * check_output_verdict - the exit status of a check that could be carried out.  Findings count
 * more than what is lacking, which is then only a warning (gate_tell()).
 */
int check_output_verdict(const struct check_output *check, const struct summary *summary);

/* Print how many findings there were, in one line: to out with options.quiet, else to stderr. */
void check_output_count(const struct check_output *check, const struct summary *summary, FILE *out);

#endif /* ISMT_OUTPUT_FINDINGS_LIST_H */
