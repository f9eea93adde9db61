// SPDX-License-Identifier: GPL-2.0-only
#include "model/measure.h"

#include <inttypes.h>
#include <stdio.h>

const char *const measure_names[ISMT_MEASURED] = {
	[ISMT_PCILG] = "loads",
	[ISMT_PCISTG] = "stores",
	[ISMT_PCISTB] = "store blocks",
};

int64_t measure_difference(const struct measure *m, unsigned int kind)
{
	return (int64_t)(m->machine[kind] - m->ours[kind]);
}

bool measure_mismatch(const struct measure *m)
{
	uint64_t more = 0, less = 0;
	unsigned int i;

	if (!m->begun)
		return false;
	for (i = 0; i < ISMT_MEASURED; i++) {
		int64_t difference = measure_difference(m, i);

		if (difference > 0)
			more += (uint64_t)difference;
		else
			less += (uint64_t)-difference;
	}
	return more > m->missed || less > m->under_way || m->astray;
}

void measure_add(struct measure *sum, const struct measure *part)
{
	unsigned int i;

	if (!part->begun && !part->refused)
		return;
	sum->begun += part->begun;
	if (part->refused)
		sum->refused = part->refused;
	for (i = 0; i < ISMT_MEASURED; i++) {
		sum->ours[i] += part->ours[i];
		sum->machine[i] += part->machine[i];
	}
	sum->before += part->before;
	sum->after += part->after;
	sum->under_way += part->under_way;
	sum->missed += part->missed;
	sum->missed_unknown |= part->missed_unknown;
	sum->astray += part->astray;
}

size_t measure_sentence(const struct measure *m, char *buf, size_t len)
{
	const char *before = "";
	size_t used = 0;
	unsigned int i;

#define ROOM (used < len ? buf + used : NULL), (used < len ? len - used : 0)
	if (len)
		buf[0] = '\0';
	for (i = 0; i < ISMT_MEASURED; i++) {
		if (m->ours[i] == m->machine[i])
			continue;
		used += (size_t)snprintf(ROOM, "%s%" PRIu64 " %s, the machine counted %" PRIu64,
					 before, m->ours[i], measure_names[i], m->machine[i]);
		before = "; ";
	}
	if (m->astray)
		used += (size_t)snprintf(
			ROOM, "%sthe trace's sums are off by %" PRIu64 " from its own count",
			before, m->astray);
#undef ROOM
	return used;
}
