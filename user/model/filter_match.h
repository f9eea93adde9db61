/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter_match.h - apply the filters to accesses in user space, as when a capture is read.  The
 * conditions (bpf/match.h) are those that the kernel's programs have.
 */
#ifndef ISMT_MODEL_FILTER_MATCH_H
#define ISMT_MODEL_FILTER_MATCH_H

#include "model/filter.h"

/*
 * filter_match - whether an access passes all filters but --rule, exactly as the kernel decides.
 * Call it before rules_apply(): in a live trace the rules do not see what the kernel has left
 * out, either.
 */
bool filter_match(const struct filter *filter, const struct access *access);

/* filter_match() without --errors: the conditions that are known when an access begins. */
bool filter_match_begin(const struct filter *filter, const struct access *access);

/* filter_is_open - whether every access passes filter_match_begin(). */
bool filter_is_open(const struct filter *filter);

/* Whether an access passes --rule; call it after rules_apply(). */
bool filter_match_rules(const struct filter *filter, const struct access *access);

/* filter_names - whether a -d text names this function. */
bool filter_names(const char *text, const struct function *fn);

/* filter_name_valid - whether a -d text can name any function at all. */
bool filter_name_valid(const char *text);

#endif /* ISMT_MODEL_FILTER_MATCH_H */
