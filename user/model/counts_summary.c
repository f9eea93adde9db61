// SPDX-License-Identifier: GPL-2.0-only
#include "model/counts.h"

#include <errno.h>

static bool any_finding(const struct stats_row *part)
{
	unsigned int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (part->findings[i])
			return true;
	return false;
}

static void add_inside(struct summary_function *f, const struct stats_row *part)
{
	unsigned int k;

	for (k = 0; k < ISMT_KINDS; k++)
		f->inside[k] += part->stats.insns[k];
	f->inside_failed += part->stats.failed;
}

int counts_instructions(const struct counts *counts, struct summary *summary)
{
	struct summary_function *f;
	size_t i;

	for (i = 0; i < counts->nr; i++) {
		f = summary_function(summary, counts->rows[i].key.fn);
		if (!f)
			return -ENOMEM;
		add_inside(f, &counts->rows[i]);
	}
	return 0;
}

int counts_summary(const struct counts *counts, struct summary *summary)
{
	struct summary_row *row;
	struct summary_function *f;
	unsigned int k;
	size_t i;

	for (i = 0; i < counts->nr; i++) {
		const struct stats_row *part = &counts->rows[i];

		/* counts_subtract() leaves rows in which nothing is left. */
		if (!part->stats.accesses && !any_finding(part))
			continue;
		f = summary_function(summary, part->key.fn);
		row = f ? summary_row(summary, part->key.fn, part->key.driver, part->key.region,
				      part->key.op)
			: NULL;
		if (!row)
			return -ENOMEM;
		if (part->key.fn == &function_others)
			row->folded = counts->folded_places;
		summary->recorded += part->stats.accesses;
		if (!part->key.pid)
			summary->foreign += part->stats.accesses;
		stats_add(&row->stats, &part->stats);
		add_inside(f, part);
		for (k = 0; k < RULE_COUNT; k++)
			summary->findings[k].count += part->findings[k];
	}
	for (k = 0; k < RULE_COUNT; k++)
		summary->findings[k].first = counts->first[k];
	summary->folded += counts->folded_places;
	summary->filtered += counts->filtered;
	summary->lost = counts->lost;
	return 0;
}
