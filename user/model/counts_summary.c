// SPDX-License-Identifier: GPL-2.0-only
#include "model/counts.h"

#include <errno.h>

static bool any_finding(const struct count_cell *cell)
{
	unsigned int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (cell->findings[i])
			return true;
	return false;
}

static void add_inside(struct summary_function *f, const struct count_cell *cell)
{
	unsigned int k;

	for (k = 0; k < ISMT_KINDS; k++)
		f->inside[k] += cell->stats.insns[k];
	f->inside_failed += cell->stats.failed;
}

int counts_instructions(const struct counts *counts, struct summary *summary)
{
	struct summary_function *f;
	size_t i;

	for (i = 0; i < counts->nr; i++) {
		f = summary_function(summary, counts->cells[i].key.fn);
		if (!f)
			return -ENOMEM;
		add_inside(f, &counts->cells[i]);
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
		const struct count_cell *cell = &counts->cells[i];

		/* Of a difference. */
		if (!cell->stats.accesses && !any_finding(cell))
			continue;
		f = summary_function(summary, cell->key.fn);
		row = f ? summary_row(summary, cell->key.fn, cell->key.driver, cell->key.region,
				      cell->key.op)
			: NULL;
		if (!row)
			return -ENOMEM;
		if (cell->key.fn == &function_others)
			row->folded = counts->folded_places;
		summary->recorded += cell->stats.accesses;
		if (!cell->key.pid)
			summary->foreign += cell->stats.accesses;
		stats_add(&row->stats, &cell->stats);
		add_inside(f, cell);
		for (k = 0; k < RULE_COUNT; k++)
			summary->findings[k].count += cell->findings[k];
	}
	for (k = 0; k < RULE_COUNT; k++)
		summary->findings[k].first = counts->first[k];
	summary->folded += counts->folded_places;
	summary->filtered += counts->filtered;
	summary->lost = counts->lost;
	return 0;
}
