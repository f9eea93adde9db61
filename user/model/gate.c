// SPDX-License-Identifier: GPL-2.0-only
#include "model/gate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/message.h"

#define SENTENCE_LEN 512

const char *const gate_names[GATE_LACKS] = {
	[GATE_EMPTY] = "empty",	    [GATE_FILTERED] = "filtered",
	[GATE_LOST] = "lost",	    [GATE_UNACCOUNTED] = "unaccounted",
	[GATE_PARTIAL] = "partial", [GATE_STRAYS] = "strays",
	[GATE_CUT] = "cut",
};

/* What is better than to allow it; NULL: nothing is known. */
static const char *const remedies[GATE_LACKS] = {
	[GATE_EMPTY] = "ismtrace list shows the functions and their drivers",
	[GATE_FILTERED] = "without filters all are looked at",
	[GATE_UNACCOUNTED] = "check the files that record wrote, all and whole",
	[GATE_PARTIAL] = "check all files of the trace at once",
	[GATE_CUT] = "give CMD the time that it takes, and have it wait for what it starts",
};

static int find(const char *name, size_t len)
{
	int i;

	for (i = 0; i < GATE_LACKS; i++)
		if (strlen(gate_names[i]) == len && !memcmp(gate_names[i], name, len))
			return i;
	return -1;
}

int gate_parse(const char *names, uint32_t *allow)
{
	size_t len;
	int lack;

	for (;;) {
		len = strcspn(names, ",");
		lack = find(names, len);
		if (lack < 0)
			return -EINVAL;
		*allow |= GATE_BIT(lack);
		if (!names[len])
			return 0;
		names += len + 1;
	}
}

uint32_t gate_lacks(const struct summary *summary)
{
	uint32_t lacks = 0;

	if (!summary->examined)
		lacks |= GATE_BIT(summary->filtered ? GATE_FILTERED : GATE_EMPTY);
	if (losses_all(&summary->lost))
		lacks |= GATE_BIT(GATE_LOST);
	if (summary->unaccounted)
		lacks |= GATE_BIT(GATE_UNACCOUNTED);
	if (summary->missing)
		lacks |= GATE_BIT(GATE_PARTIAL);
	if (summary->strays)
		lacks |= GATE_BIT(GATE_STRAYS);
	if (summary->cut)
		lacks |= GATE_BIT(GATE_CUT);
	return lacks;
}

static void say_lack(const struct summary *summary, enum gate_lack lack, char *buf, size_t len)
{
	switch (lack) {
	case GATE_EMPTY:
		snprintf(buf, len, "no access was seen");
		break;
	case GATE_FILTERED:
		snprintf(buf, len, "nothing passed the filters: %" PRIu64 " access%s left out",
			 summary->filtered, summary->filtered == 1 ? " was" : "es were");
		break;
	case GATE_LOST:
		losses_sentence(&summary->lost, buf, len);
		break;
	case GATE_UNACCOUNTED:
		snprintf(buf, len, "it is not known what was lost: %s", summary->unaccounted);
		break;
	case GATE_PARTIAL:
		snprintf(buf, len, "%" PRIu64 " recorded access%s not in what was given",
			 summary->missing, summary->missing == 1 ? " is" : "es are");
		break;
	case GATE_STRAYS:
		snprintf(buf, len, "%" PRIu64 " packet%s no record%s", summary->strays,
			 summary->strays == 1 ? " is" : "s are", summary->strays == 1 ? "" : "s");
		break;
	case GATE_CUT:
		snprintf(buf, len, "%s", summary->cut);
		break;
	case GATE_LACKS:
		break;
	}
}

void gate_sentence(const struct summary *summary, uint32_t lacks, char *buf, size_t len)
{
	char part[256];
	size_t used = 0;
	int i;

	if (len)
		buf[0] = '\0';
	for (i = 0; i < GATE_LACKS && used < len; i++) {
		if (!(lacks & GATE_BIT(i)))
			continue;
		say_lack(summary, (enum gate_lack)i, part, sizeof(part));
		used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? "; " : "", part);
	}
}

/* "--allow lost,strays", and what would be better. */
static void say_hint(const struct summary *summary, uint32_t lacks)
{
	char names[64] = "";
	const char *remedy = NULL;
	size_t used = 0;
	int i;

	for (i = 0; i < GATE_LACKS; i++) {
		if (!(lacks & GATE_BIT(i)))
			continue;
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? "," : "", gate_names[i]);
		if (!remedy)
			remedy = i == GATE_LOST ? losses_remedy(&summary->lost) : remedies[i];
	}
	hint("%s%s--allow %s lets it pass", remedy ? remedy : "", remedy ? "; " : "", names);
}

bool gate_tell(const struct summary *summary, uint32_t allow, bool findings)
{
	uint32_t lacks = gate_lacks(summary), refused = lacks & ~allow;
	char text[SENTENCE_LEN];

	if (!lacks)
		return false;
	gate_sentence(summary, lacks, text, sizeof(text));
	if (!refused || findings) {
		warning("not enough was looked at%s: %s", refused ? "" : ", as allowed", text);
		return refused;
	}
	error("not enough was looked at: %s", text);
	say_hint(summary, refused);
	return true;
}
