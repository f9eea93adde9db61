/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * filter_match.h - the filters over accesses that are there already, as in a
 * capture, by the same conditions (bpf/match.h) as in the kernel.
 */
#ifndef ISMT_MODEL_FILTER_MATCH_H
#define ISMT_MODEL_FILTER_MATCH_H

#include "model/filter.h"

/*
 * filter_match - whether an access passes all filters but --rule, exactly as
 * the kernel decides.  Ask before rules_apply(): live's rules do not see what
 * the kernel left out either.
 */
bool filter_match(const struct filter *filter, const struct access *access);

/* The same but for --errors: what is known when the access begins. */
bool filter_match_begin(const struct filter *filter, const struct access *access);

/* filter_is_open - whether every access passes filter_match_begin(). */
bool filter_is_open(const struct filter *filter);

/* For --rule; ask after rules_apply(). */
bool filter_match_rules(const struct filter *filter, const struct access *access);

/* filter_names - whether a -d text names this function. */
bool filter_names(const char *text, const struct function *fn);

/* filter_name_valid - whether a -d text can name any function at all. */
bool filter_name_valid(const char *text);

#endif /* ISMT_MODEL_FILTER_MATCH_H */
