// SPDX-License-Identifier: GPL-2.0-only
#include "model/summary.h"

#include <stdlib.h>

#include "model/region.h"
#include "sample.h"
#include "unit.h"

static struct function fns[2];

static void sums(void)
{
	struct summary *s = summary_new();
	struct access access = sample_write(&fns[1], 0, 4096);
	struct summary_row *row;
	unsigned int i;

	access.raw.insn.stb[9] = 1;
	for (i = 0; i < 10; i++)
		is_int(summary_access(s, &access), 0, "a write");
	access.raw.ret = 96;
	access.raw.insn = (struct ismt_insns){ .min = 0 };
	is_int(summary_access(s, &access), 0, "a short write");
	access = sample_refused(&fns[1], 0, 5000, EINVAL);
	access.rules = RULE_BIT(ISM002) | RULE_BIT(ISM003);
	summary_access(s, &access);
	access.raw.len = 6000;
	summary_access(s, &access);
	access = sample_fragmented(&fns[1], 4096);
	access.rules = RULE_BIT(ISM001);
	summary_access(s, &access);
	access = sample_read(&fns[1], 0, 64, 3);
	summary_access(s, &access);
	access.raw.region = 0;
	summary_access(s, &access);
	access = sample_read(&fns[0], 0, 64, 3);
	summary_access(s, &access);
	summary_finish(s);

	is_int(s->recorded, 17, "recorded");
	is_int(s->nr_rows, 5, "rows");
	row = s->rows;
	is_str(row[0].fn->address, "0011:00:00.0", "sorted by function");
	is_int(row[1].region, 0, "then by region");
	is_int(row[2].op, ISMT_READ, "then by direction");
	is_str(row[3].driver, "ism-vfio-pci", "then by driver");
	is_str(row[4].driver, "vfio-pci", "the other driver");
	is_int(row[3].stats.accesses, 13, "accesses");
	is_int(row[3].stats.errors, 2, "errors");
	is_int(row[3].stats.bytes, 40960 + 96, "bytes, as the calls returned them");
	is_int(row[3].stats.insns[ISMT_PCISTB], 10, "store blocks");
	is_int(row[3].stats.insn_bytes, 40960, "bytes of instructions");
	is_int(row[3].stats.stb[9], 10, "store blocks by size");
	is_int(row[3].stats.size.count, 13, "sizes");
	is_int(row[3].stats.size.max, 6000, "largest");
	is_int(row[3].stats.latency.min, 3210, "latency");
	is_int(row[4].stats.insns[ISMT_PCISTG], 512, "stores");
	is_int(row[4].stats.failed, 512, "failed");
	is_int(row[2].stats.width[3], 8, "widths");
	is_int(s->findings[ISM002].count, 2, "findings");
	is_int(s->findings[ISM002].first.raw.len, 5000, "the first one");
	is_int(s->findings[ISM001].count, 1, "another finding");
	is_int(s->findings[ISM012].count, 0, "nothing lost");
	ok(s->findings[ISM004].first.fn == NULL, "no finding, no function");
	is_int(s->nr_functions, 2, "functions");
	is_int(s->functions[1].inside[ISMT_PCISTG], 512, "inside");
	is_int(summary_issued(&s->functions[1]), 10 + 512 + 16, "issued");
	is_int(summary_failed(&s->functions[1]), 512, "failed of them");
	s->functions[1].outside.n[ISMT_PCILG] = 5;
	s->functions[1].filtered.n[ISMT_PCISTB] = 6;
	s->functions[1].lost.n[ISMT_MIO_STORE] = 7;
	s->functions[1].lost.failed = 1;
	is_int(summary_issued(&s->functions[1]), 10 + 512 + 16 + 18, "issued everywhere");
	is_int(summary_failed(&s->functions[1]), 513, "failed everywhere");
	summary_free(s);
}

/* The driver's name may go with the table that it came from. */
static void names(void)
{
	struct summary *s = summary_new();
	char name[16] = "first";
	struct access access = sample_write(&fns[0], 0, 8);

	access.driver = name;
	access.rules = RULE_BIT(ISM009);
	summary_access(s, &access);
	strcpy(name, "second");
	summary_access(s, &access);
	summary_finish(s);
	is_int(s->nr_rows, 2, "two drivers");
	is_str(s->rows[0].driver, "first", "the first stays");
	is_str(s->findings[ISM009].first.driver, "first", "in findings, too");
	summary_free(s);
}

static void regions(void)
{
	struct summary *s = summary_new();
	struct access access = sample_refused(&fns[0], 0, 8, EINVAL);
	char buf[REGION_NAME_LEN];
	uint32_t i;

	for (i = 0; i < 65536; i++) {
		access.raw.region = 65535 - i;
		summary_access(s, &access);
	}
	summary_finish(s);
	is_int(s->nr_rows, REGIONS_APART + 1, "a bounded number of rows");
	is_str(region_label(s->rows[2].region, buf), "bar2", "name of a row");
	is_str(region_label(s->rows[31].region, buf), "dev31", "name of the last one");
	is_str(region_label(s->rows[32].region, buf), "dev32+", "name of the rest");
	is_int(s->rows[32].stats.accesses, 65536 - 32, "all the rest");
	summary_free(s);
}

#define MANY 100000

/* Row number i of as many as there can be. */
static struct access many_row(struct function *many, char (*drivers)[16], unsigned int i)
{
	struct access access = sample_refused(&many[i % 512], 0, 8, EINVAL);

	access.driver = drivers[i / 512 % 7];
	access.raw.op = i / 3584 % 2 ? ISMT_READ : ISMT_WRITE;
	access.raw.region = 9 + i / 7168;
	return access;
}

static void folding(void)
{
	struct function *many = calloc(512, sizeof(*many));
	uint64_t by_place[40][2] = { 0 }, got[40][2] = { 0 }, folded = 0, sum = 0, heavy = 0;
	struct summary *s = summary_new();
	static char drivers[7][16];
	unsigned int i, wrong = 0, together = 0;
	struct access access;

	for (i = 0; i < 512; i++) {
		many[i] = sample_function();
		many[i].k.fid = i;
		snprintf(many[i].address, sizeof(many[i].address), "%04x:00:00.0", i);
	}
	for (i = 0; i < 7; i++)
		snprintf(drivers[i], sizeof(drivers[i]), "driver-%u", i);
	for (i = 0; i < MANY; i++) {
		access = many_row(many, drivers, i);
		summary_access(s, &access);
		by_place[access.raw.region][access.raw.op]++;
		/* Some that are there all along. */
		access = many_row(many, drivers, i % 100);
		access.rules = RULE_BIT(ISM010);
		summary_access(s, &access);
		by_place[access.raw.region][access.raw.op]++;
	}
	ok(s->row_slots.probes >= MANY && s->row_slots.probes < 10ULL * 2 * MANY,
	   "%llu slots were looked at for %u rows", (unsigned long long)s->row_slots.probes, MANY);
	summary_finish(s);
	is_int(s->recorded, 2 * MANY, "all of them");
	ok(s->nr_rows <= SUMMARY_ROWS, "in %zu rows", s->nr_rows);
	is_int(s->nr_functions, 512, "functions");
	is_str(s->findings[ISM010].first.driver, "driver-0", "a name that outlives its row");
	for (i = 0; i < s->nr_rows; i++) {
		const struct summary_row *row = &s->rows[i];

		got[row->region][row->op] += row->stats.accesses;
		sum += row->stats.errors;
		folded += row->folded;
		together += row->folded > 0;
		if (row->folded)
			wrong += row->fn != &function_others || strcmp(row->driver, NAMES_OTHERS);
		else if (row->stats.accesses > MANY / 100)
			heavy += row->stats.accesses == MANY / 100 + 1 && !row->missed;
		else
			wrong += !row->missed && row->stats.accesses != 1;
		wrong += i && s->rows[i - 1].folded && !row->folded;
	}
	is_int(memcmp(got, by_place, sizeof(got)), 0, "sums by region and direction are exact");
	is_int(sum, 2 * MANY, "of errors as well");
	is_int(heavy, 100, "the heavy ones are exact, and known to be");
	is_int(folded, s->folded, "the others say how many they are");
	is_int(folded + s->nr_rows - together, MANY, "and nobody came back");
	is_int(wrong, 0, "others are last, and have no names");
	summary_free(s);
	free(many);
}

static void lost(void)
{
	struct summary *s = summary_new();
	char text[128], cut[16];

	s->lost.n[LOSS_RING] = 1000;
	s->lost.n[LOSS_SLOT] = 200;
	s->lost.n[LOSS_RETURN] = 30;
	s->lost.n[LOSS_PROBE] = 4;
	s->lost.n[LOSS_INSN_RING] = 7;
	summary_finish(s);
	is_int(summary_lost(s), 1234, "lost accesses");
	is_int(s->findings[ISM012].count, 1241, "all that is lost");
	ok(s->findings[ISM012].first.fn == NULL, "of no function");
	summary_evidence(s, ISM012, text, sizeof(text));
	is_str(text, "not in the trace: 1234 accesses, 7 instruction records", "evidence");
	summary_evidence(s, ISM012, cut, sizeof(cut));
	is_str(cut, "not in the trac", "cut");
	summary_free(s);
	summary_free(NULL);
}

/* A capture may have any address. */
static void mismatch(void)
{
	struct summary *s = summary_new();
	struct function fn = sample_function();
	struct summary_function *f;
	char text[256];

	strcpy(fn.address, "00\x1a\xe2\x80\xae");
	f = summary_function(s, &fn);
	f->measure.begun = 1;
	f->measure.machine[ISMT_PCISTB] = 1;
	summary_evidence(s, ISM013, text, sizeof(text));
	is_int(strncmp(text, "00\\x1a\\xe2\\x80\\xae: ", 20), 0, "an address is escaped");
	summary_free(s);
}

int main(void)
{
	unsigned int i;

	fns[0] = sample_function();
	fns[1] = sample_function();
	strcpy(fns[1].address, "0012:00:00.0");
	sums();
	names();
	regions();
	folding();
	lost();
	mismatch();
	is_int(summary_stb_upper(0), 8, "the smallest store blocks");
	is_int(summary_stb_upper(9), 4096, "the largest that can be");
	for (i = 1; i < ISMT_STB_BUCKETS; i++)
		ok(summary_stb_upper(i) > summary_stb_upper(i - 1), "rising");
	return unit_end();
}
