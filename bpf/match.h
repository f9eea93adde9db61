/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * match.h - the filters' conditions; plain C that the BPF programs and user space share.
 */
#ifndef ISMT_MATCH_H
#define ISMT_MATCH_H

#include "ismtrace.h"

/* Do direction, region (VFIO's index) and size (bytes) pass the filter? */
static inline __attribute__((always_inline)) int
filter_wants_place(const volatile struct ismt_filter *filter, __u32 op, __u64 region, __u64 len)
{
	if (region > 63)
		region = 63;
	return (filter->ops & (1 << op)) && (filter->regions & (1ULL << region)) &&
	       len >= filter->size_min && len <= filter->size_max;
}

/* Does a name of ISMT_COMM_LEN bytes pass the filter?  It must be the whole name, not only begin with it. */
static inline __attribute__((always_inline)) int
filter_wants_name(const volatile struct ismt_filter *filter, const char *comm)
{
	__u32 i;

	for (i = 0; i < ISMT_COMM_LEN; i++) {
		if (i >= filter->comm_len)
			return !filter->comm_len || comm[i] == '\0';
		if (comm[i] != filter->comm[i])
			return 0;
	}
	return 1;
}

#endif /* ISMT_MATCH_H */
