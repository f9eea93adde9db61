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
	bool quiet; /* only how many */
	bool color;
	enum severity severity; /* what is below is neither shown nor counts */
	uint32_t rules;		/* bit per rule to show; 0: all */
	uint32_t allow; /* gate.h: what may be lacking; that something is lost is then no finding */
	uint64_t max;	/* findings to show; 0: all */
};

struct check_output {
	struct check_options options;
	uint64_t found;		    /* at or above the severity */
	uint64_t by[SEV_ERROR + 1]; /* all, by severity */
	uint64_t shown;
	struct outbuf out;
};

void check_output_init(struct check_output *check, const struct check_options *options, FILE *out);

/* Record number of file, with its rules.  0 or -errno of the output. */
int check_output_access(struct check_output *check, const char *file, uint64_t number,
			const struct access *access);

/*
 * check_output_end - what is about the trace as a whole, then with JSON the
 * summary; flushes.  file is what it is put down to.  0 or -errno.
 */
int check_output_end(struct check_output *check, const char *file, const struct summary *summary);

/*
 * check_output_verdict - the exit status of a check that went well: what was found wins over
 * what is lacking, which is told beside it (gate.h).
 */
int check_output_verdict(const struct check_output *check, const struct summary *summary);

/* One line of how many there were: to out if that is all the output, else to stderr. */
void check_output_count(const struct check_output *check, const struct summary *summary, FILE *out);

#endif /* ISMT_OUTPUT_FINDINGS_LIST_H */
