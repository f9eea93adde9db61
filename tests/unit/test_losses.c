// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_losses.c - what a trace lacks: the table of causes, the documents that name them, and
 * accesses whose instructions were not seen.
 */
#include "model/losses.h"

#include <stdlib.h>
#include <string.h>

#include "model/summary.h"
#include "sample.h"
#include "unit.h"

static struct function ism;

static void causes(void)
{
	struct losses lost = { 0 };
	char text[128];
	int i;

	ok(!losses_remedy(&lost), "nothing is lost: nothing helps");
	losses_sentence(&lost, text, sizeof(text));
	is_str(text, "", "and there is nothing to say");
	lost.n[LOSS_WRITER] = 1;
	ok(!losses_remedy(&lost), "nothing is known to help");
	lost.n[LOSS_PROBES_OFF] = 3;
	lost.n[LOSS_INSNS_UNSEEN] = 4;
	ok(losses_remedy(&lost) == loss_infos[LOSS_PROBES_OFF].remedy, "the first that there is");
	losses_sentence(&lost, text, sizeof(text));
	is_str(text,
	       "not in the trace: 1 accesses, 3 seconds at most without probes, 4 accesses' instructions",
	       "what is missing, in its own unit");
	is_int(losses_accesses(&lost), 1, "only accesses are accesses");
	is_int(losses_all(&lost), 8, "everything is counted");
	lost.n[LOSS_ERROR_PROBE] = 5;
	is_int(losses_all(&lost), 8, "but what other devices' interrupts log");
	lost.n[LOSS_ERROR_PROBE] = 0;
	for (i = 0; i < LOSS_COUNT; i++)
		ok(loss_infos[i].key && loss_infos[i].says, "cause %d has a key and a sentence", i);
}

/* A kernel that does not count what its probes missed: 0 would be taken for the truth. */
static void unknown(void)
{
	struct losses lost = { .misses_unknown = true }, sum = { 0 };

	ok(losses_known(&sum, LOSS_PROBE) && losses_known(&sum, LOSS_RING), "all is known");
	ok(!losses_known(&lost, LOSS_PROBE) && !losses_known(&lost, LOSS_INSN_PROBE) &&
		   !losses_known(&lost, LOSS_INSN_RETURN) && !losses_known(&lost, LOSS_ERROR_PROBE),
	   "but what the kernel counts");
	ok(losses_known(&lost, LOSS_RING) && losses_known(&lost, LOSS_RETURN),
	   "what the programs count is known");
	losses_add(&sum, &lost);
	ok(!losses_known(&sum, LOSS_PROBE), "a sum knows no more than its parts");
	is_int(losses_all(&sum), 0, "and nothing is known to be missing");
}

/* A return that was missed is no matter of the ring buffer. */
static void fix(void)
{
	struct summary *s = summary_new();

	s->lost.n[LOSS_RETURN] = 80;
	summary_finish(s);
	ok(strstr(summary_fix(s, ISM012), "tracefs") && !strstr(summary_fix(s, ISM012), "buffer"),
	   "the remedy is one that helps");
	s->lost.n[LOSS_RETURN] = 0;
	s->lost.n[LOSS_RING] = 1;
	ok(strstr(summary_fix(s, ISM012), "--buffer-size") != NULL, "and so for a full buffer");
	ok(summary_fix(s, ISM001) == rules[ISM001].fix, "other rules have their own");
	summary_free(s);
}

static bool unseen(struct access *access, uint32_t region, uint64_t offset, int64_t ret)
{
	access->raw.region = region;
	access->raw.offset = offset;
	access->raw.ret = ret;
	return access_moved_unseen(access);
}

static void without_instructions(void)
{
	struct access access = sample_read(&ism, 0, 8, 0);

	ok(!access_moved_unseen(&access), "one that was seen");
	memset(&access.raw.insn, 0, sizeof(access.raw.insn));
	ok(unseen(&access, 2, 0, 8), "none was seen");
	ok(!unseen(&access, 2, 0, 0), "no bytes, no instructions");
	ok(!unseen(&access, 2, 0, -5), "an error");
	ok(!unseen(&access, 7, 0, 8), "configuration space: the core may have it in memory");
	ism.k.msix_bar = 4;
	ism.k.msix_offset = 0x100;
	ism.k.msix_size = 0x20;
	ok(!unseen(&access, 4, 0x100, 8), "begin of the MSI-X table");
	ok(!unseen(&access, 4, 0x118, 8), "its end");
	ok(unseen(&access, 4, 0xf8, 8), "before it");
	ok(unseen(&access, 4, 0x120, 8), "behind it");
	ok(unseen(&access, 4, 0x11c, 8), "across its end");
	ok(unseen(&access, 2, 0x100, 8), "another BAR");
}

/* What follows a heading in a file; NULL, and a test that fails, if it is not there. */
static const char *section_of(const char *name, const char *heading)
{
	static char text[131072];
	FILE *file = fopen(name, "r");
	const char *section;
	size_t len;

	if (!ok(file != NULL, "%s can be read", name))
		return NULL;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	section = strstr(text, heading);
	ok(section != NULL, "it has %.*s", (int)strcspn(heading + 1, "\n"), heading + 1);
	return section;
}

/* The manual names every cause by its key. */
static void manual(const char *name)
{
	const char *section = section_of(name, "\n.SH LOSS\n");
	char key[64];
	int i;

	if (!section)
		return;
	for (i = 0; i < LOSS_COUNT; i++) {
		snprintf(key, sizeof(key), "\n.B %s\n", loss_infos[i].key);
		ok(strstr(section, key) != NULL, "the manual has %s", loss_infos[i].key);
	}
}

/*
 * An account has 8 bytes for each cause.  Those that the first version did not know are at its end, from
 * offset 192 and LOSS_UNEXAMINED on; what the format says must have all of them and no other.
 */
static void format(const char *name)
{
	const char *section = section_of(name, "\n| 192 | 8 |");
	const char *end, *at;
	char row[32];
	int i;

	if (!section)
		return;
	end = strstr(section, "\n\n");
	for (i = LOSS_UNEXAMINED; i <= LOSS_COUNT; i++) {
		snprintf(row, sizeof(row), "\n| %d | 8 |", 192 + 8 * (i - LOSS_UNEXAMINED));
		at = strstr(section, row);
		if (i < LOSS_COUNT)
			ok(at && at < end, "the format has %s", loss_infos[i].key);
		else
			ok(!at || at > end, "and no cause behind the last");
	}
}

int main(int argc, char **argv)
{
	ism = sample_function();
	causes();
	unknown();
	fix();
	without_instructions();
	manual(argc > 1 ? argv[1] : "docs/man/ismtrace.8");
	format(argc > 2 ? argv[2] : "docs/capture-format.md");
	return unit_end();
}
