// SPDX-License-Identifier: GPL-2.0-only
#include "output/findings_text.h"

#include <stdlib.h>

#include "output/color.h"

static bool same(const void *table, size_t element, const void *key)
{
	return ((const struct findings_text *)table)->seen[element].fn == key;
}

static uint32_t *slot_of(struct findings_text *findings, const struct function *fn)
{
	return slots_find(&findings->slots, hash_add(slots_hash(&findings->slots), (uintptr_t)fn),
			  same, findings, fn);
}

/* Room for one more. */
static bool grow(struct findings_text *findings)
{
	size_t room = findings->room ? 2 * findings->room : 8, i;
	struct findings_seen *seen;

	if (findings->nr < findings->room)
		return true;
	seen = reallocarray(findings->seen, room, sizeof(*seen));
	if (!seen)
		return false;
	findings->seen = seen;
	if (slots_make(&findings->slots, room))
		return false;
	findings->room = room;
	for (i = 0; i < findings->nr; i++)
		*slot_of(findings, seen[i].fn) = (uint32_t)i + 1;
	return true;
}

/* How often each rule was spelled out on a function; NULL: no memory. */
static uint8_t *counts_get(struct findings_text *findings, const struct function *fn)
{
	struct findings_seen *seen;
	uint32_t *slot;

	if (!grow(findings))
		return NULL;
	slot = slot_of(findings, fn);
	if (*slot)
		return findings->seen[*slot - 1].count;
	seen = &findings->seen[findings->nr];
	memset(seen, 0, sizeof(*seen));
	seen->fn = fn;
	*slot = (uint32_t)++findings->nr;
	return seen->count;
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
	slots_free(&findings->slots);
	memset(findings, 0, sizeof(*findings));
}
