// SPDX-License-Identifier: GPL-2.0-only
#include "findings_text.h"

#include <stdlib.h>

#include "color.h"

/* How often each rule was spelled out on a function; NULL: no memory. */
static uint8_t *counts_get(struct findings_text *findings, const struct function *fn)
{
	void *seen;
	size_t i;

	for (i = 0; i < findings->nr; i++)
		if (findings->seen[i].fn == fn)
			return findings->seen[i].count;
	seen = reallocarray(findings->seen, i + 1, sizeof(*findings->seen));
	if (!seen)
		return NULL;
	findings->seen = seen;
	findings->nr++;
	memset(&findings->seen[i], 0, sizeof(findings->seen[i]));
	findings->seen[i].fn = fn;
	return findings->seen[i].count;
}

static void put_finding(enum rule_id id, const struct access *access, struct outbuf *out,
			bool color)
{
	char evidence[256];

	rule_evidence(id, access, evidence, sizeof(evidence));
	out_lit(out, "  ");
	sgr(out, color, severity_color(rules[id].severity));
	out_str(out, rules[id].id);
	sgr(out, color, SGR_RESET);
	out_printf(out, " %s: %s\n", rules[id].name, evidence);
}

void findings_text_write(struct findings_text *findings, const struct access *access,
			 struct outbuf *out, bool color)
{
	uint8_t *count = counts_get(findings, access->fn);
	uint32_t set;

	for (set = access->rules; set && count; set &= set - 1) {
		enum rule_id id = (enum rule_id)__builtin_ctz(set);

		if (count[id] < FINDINGS_SPELLED) {
			count[id]++;
			put_finding(id, access, out, color);
		} else if (!findings->said) {
			findings->said = true;
			out_printf(out, "  (only the first %d of a rule on a function are ",
				   FINDINGS_SPELLED);
			out_lit(out, "spelled out, the RULES column has all)\n");
		}
	}
}

void findings_text_free(struct findings_text *findings)
{
	free(findings->seen);
	findings->seen = NULL;
	findings->nr = 0;
}
