// SPDX-License-Identifier: GPL-2.0-only
#include "output/stat_text.h"

#include <inttypes.h>

#include "output/summary_json.h"
#include "output/summary_text.h"

#define TIME_FORMAT "%11.6f "

void stat_interval_head(struct outbuf *out)
{
	out_printf(out, "%11s ", "TIME(s)");
	summary_head_text(out);
	out_char(out, '\n');
}

/* One line, so that it can be told apart from the rows by its first word. */
static void put_findings(const struct summary *summary, double time, struct outbuf *out)
{
	bool any = false;
	int i;

	for (i = 0; i < RULE_COUNT; i++) {
		if (!summary->findings[i].count)
			continue;
		if (!any)
			out_printf(out, TIME_FORMAT "findings:", time);
		out_printf(out, "%s %s %" PRIu64, any ? "," : "", rules[i].id,
			   summary->findings[i].count);
		any = true;
	}
	if (any)
		out_char(out, '\n');
}

int stat_interval_text(const struct summary *summary, int64_t start_ns, struct outbuf *out)
{
	double time = (double)(summary->end_ns - start_ns) / 1e9;
	size_t i;

	if (!summary->nr_rows)
		out_printf(out, TIME_FORMAT "no accesses\n", time);
	for (i = 0; i < summary->nr_rows; i++) {
		out_printf(out, TIME_FORMAT, time);
		summary_row_text(&summary->rows[i], out);
	}
	put_findings(summary, time, out);
	if (summary_lost(summary))
		out_printf(out, TIME_FORMAT "lost: %" PRIu64 " accesses\n", time,
			   summary_lost(summary));
	return 0;
}

int stat_interval_json(const struct summary *summary, struct outbuf *out)
{
	json_t *object = summary_json(summary);

	/* Instructions outside accesses are read once, at the end. */
	if (object &&
	    (json_object_set_new(object, "type", json_string("interval")) ||
	     json_object_del(object, "functions") || json_object_del(object, "insn_records") ||
	     json_object_del(object, "unopened"))) {
		json_decref(object);
		object = NULL;
	}
	return json_write(object, out);
}
