/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter.h - the filters as given on the command line, before it is known which functions there are.
 */
#ifndef ISMT_MODEL_FILTER_H
#define ISMT_MODEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/access.h"

#define FILTER_MAX  ISMT_SCOPE_FIDS
#define FILTER_PIDS 1024

struct filter {
	const char *functions[FILTER_MAX]; /* as given with -d; borrowed */
	size_t nr_functions;
	int pids[FILTER_PIDS];
	size_t nr_pids;
	/* The filters that can be decided from an access alone, in the form that the BPF programs get. */
	struct ismt_filter k;
	uint32_t rules; /* bit per rule; 0: any */
};

/* Everything passes. */
void filter_init(struct filter *filter);

/*
 * Each takes the text of an option.  0, -EINVAL if it makes no sense, or -E2BIG if there are more
 * than FILTER_MAX functions, regions or rules, or more than FILTER_PIDS processes.
 */
int filter_add_function(struct filter *filter, const char *text);
int filter_add_pid(struct filter *filter, const char *text);
int filter_set_comm(struct filter *filter, const char *text);
int filter_add_regions(struct filter *filter, const char *text);
int filter_set_op(struct filter *filter, const char *text);
int filter_set_size(struct filter *filter, const char *text);
int filter_add_rule(struct filter *filter, const char *text);

/* A size in bytes: "4096", "0x1000", "4K"; 0 or -EINVAL. */
int parse_size(const char *text, uint64_t *value);

#endif /* ISMT_MODEL_FILTER_H */
