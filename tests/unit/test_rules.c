// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_rules.c - each rule firing and not firing, and what is said of it.
 * Runs (ISM004) have a program of their own.
 */
#include "model/rules.h"

#include "sample.h"
#include "unit.h"

static struct function ism, other, small, unknown;

/* The rules that fired, as "ISM001,ISM008"; "-" for none. */
static const char *fired(struct access access)
{
	static char text[128];
	struct rules_state *state = rules_new();
	size_t used = 0;
	int i;

	rules_apply(state, &access);
	rules_free(state);
	text[0] = '\0';
	for (i = 0; i < RULE_COUNT; i++)
		if (access.rules & RULE_BIT(i))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? "," : "", rules[i].id);
	return used ? text : "-";
}

static const char *evidence(enum rule_id id, struct access access)
{
	static char text[256];

	rule_evidence(id, &access, text, sizeof(text));
	return text;
}

static struct access with_region(struct access access, uint32_t region)
{
	access.raw.region = region;
	return access;
}

static struct access with_ret(struct access access, int64_t ret)
{
	access.raw.ret = ret;
	return access;
}

static struct access through_core(struct access access)
{
	access.raw.layer = ISMT_LAYER_CORE;
	return access;
}

/* Instead of what the sample has: n instructions of a kind and width. */
static struct access with_insns(struct access access, unsigned int kind, uint32_t n, uint32_t width)
{
	struct ismt_insns *insn = &access.raw.insn;

	memset(insn, 0, sizeof(*insn));
	insn->n[kind] = n;
	insn->min = width;
	insn->max = width;
	if (kind != ISMT_PCISTB && kind != ISMT_MIO_BLOCK)
		insn->width[__builtin_ctz(width)] = n;
	insn->bytes = (uint64_t)n * width;
	return access;
}

static void clean(void)
{
	is_str(fired(sample_write(&ism, 0, 4096)), "-", "a block of 4096");
	is_str(fired(sample_write(&ism, 8, 4088)), "-", "a block up to the boundary");
	is_str(fired(sample_write(&ism, 3, 5)), "-", "a misaligned block on a relaxed group");
	is_str(fired(sample_write(&ism, 0xffffffffff000ull, 4096)), "-", "the last page of BAR 0");
	is_str(fired(sample_read(&ism, 0, 64, 3)), "-", "8-byte loads");
	is_str(fired(sample_read(&ism, 4, 4, 2)), "-", "one load of its own width");
	is_str(fired(sample_read(&ism, 1, 1, 0)), "-", "one byte");
	is_str(fired(with_ret(sample_refused(&ism, 0, 0, 0), 0)), "-", "a write of nothing");
	is_str(fired(with_region(sample_read(&ism, 0, 64, 2), 7)), "-",
	       "configuration space 4 bytes at a time");
}

static void fragmented(void)
{
	is_str(fired(sample_fragmented(&ism, 4096)), "ISM001,ISM008,ISM011", "generic vfio-pci");
	is_str(fired(with_insns(sample_write(&ism, 0, 8), ISMT_PCISTG, 1, 8)), "ISM001",
	       "one PCISTG is no PCISTB");
	is_str(fired(with_insns(sample_write(&ism, 0, 16), ISMT_PCISTB, 2, 8)), "ISM001",
	       "two PCISTB");
	is_str(fired(with_insns(through_core(sample_write(&other, 0, 4096)), ISMT_PCISTG, 512, 8)),
	       "-", "not on other functions");
	is_str(fired(with_insns(sample_write(&unknown, 0, 16), ISMT_PCISTG, 2, 8)), "ISM001",
	       "the driver proves that it is ISM");
	is_str(fired(with_region(with_insns(sample_write(&ism, 0, 4), ISMT_PCISTG, 1, 4), 7)), "-",
	       "not in configuration space");
	is_str(fired(sample_refused(&ism, 0, 64, EFAULT)), "ISM010", "not without a store");
	is_str(evidence(ISM001, sample_fragmented(&ism, 4096)),
	       "4096 bytes took 512 PCISTG of 8 bytes", "evidence of ISM001");
	is_str(evidence(ISM001, with_insns(sample_write(&ism, 0, 1), ISMT_PCISTG, 1, 1)),
	       "1 byte took 1 PCISTG of 1 byte", "evidence of ISM001 in the singular");
}

static void bounds(void)
{
	is_str(fired(sample_refused(&ism, 0, 4097, EINVAL)), "ISM002,ISM003", "4097 bytes");
	is_str(fired(sample_refused(&ism, 4096, 4097, EINVAL)), "ISM002,ISM003", "on a later page");
	is_str(fired(sample_refused(&small, 0, 129, EINVAL)), "ISM002", "above a small maxstbl");
	is_str(fired(sample_write(&small, 0, 128)), "-", "just a small maxstbl");
	is_str(fired(sample_write(&unknown, 0, 4096)), "-", "no maxstbl known: 4096");
	is_str(fired(sample_refused(&unknown, 0, 4097, EINVAL)), "ISM002,ISM003",
	       "no maxstbl known: above 4096");
	is_str(fired(sample_refused(&ism, 8, 4096, EINVAL)), "ISM003", "4096 bytes at 8");
	is_str(fired(sample_refused(&ism, 4095, 2, EINVAL)), "ISM003", "two bytes at a boundary");
	is_str(fired(sample_refused(&ism, 0xffffffffffff8ull, 16, EINVAL)), "ISM003",
	       "across the end of BAR 0");
	is_str(fired(sample_refused(&ism, UINT64_MAX, UINT64_MAX, EINVAL)), "ISM002,ISM003",
	       "lengths that overflow");
	is_str(fired(through_core(sample_write(&other, 8, 8192))), "-", "not on other functions");
	is_str(fired(sample_read(&ism, 8, 8192, 3)), "-", "reads may be long");
	is_str(fired(with_ret(sample_write(&ism, 8, 4096), 4088)), "ISM003,ISM009",
	       "cut at the end of the BAR");
	is_str(evidence(ISM002, sample_refused(&small, 0, 129, EINVAL)),
	       "129 bytes where a store block holds 128", "evidence of ISM002");
	is_str(evidence(ISM003, sample_refused(&ism, 0x1008, 4096, EINVAL)),
	       "4096 bytes at 0x1008 cross the boundary at 0x2000", "evidence of ISM003");
}

static void narrow(void)
{
	struct access access = sample_read(&ism, 3, 13, 0);

	is_str(fired(sample_read(&ism, 0, 64, 2)), "ISM005", "4-byte loads for 64 bytes");
	is_str(fired(sample_read(&ism, 2, 4, 1)), "ISM005", "2-byte loads for 4 bytes");
	access.raw.insn.n[ISMT_PCILG] = 3;
	memset(access.raw.insn.width, 0, sizeof(access.raw.insn.width));
	access.raw.insn.width[0] = 1;
	access.raw.insn.width[2] = 1;
	access.raw.insn.width[3] = 1;
	access.raw.insn.max = 8;
	is_str(fired(access), "ISM005", "a read at an odd offset");
	is_str(evidence(ISM005, access), "read of 13 bytes at 0x3 used 1 of 1 byte, 1 of 4 bytes",
	       "evidence of ISM005");
	access = sample_write(&ism, 0, 4);
	is_str(fired(access), "-", "a short PCISTB is not narrow");
}

static void misaligned(void)
{
	is_str(fired(sample_failed(&ism, 4, 24, ENXIO, 0, 0)), "ISM006,ISM008",
	       "an exception for an offset of 4");
	is_str(fired(sample_failed(&ism, 0, 20, ENXIO, 0, 0)), "ISM006,ISM008",
	       "an exception for a length of 20");
	is_str(fired(sample_failed(&ism, 0, 24, ENXIO, 0, 0)), "ISM008",
	       "an exception in spite of alignment");
	is_str(fired(sample_failed(&ism, 4, 24, EIO, 1, 0)), "ISM008",
	       "a condition code is another");
	is_str(fired(sample_failed(&ism, 4, 4096, ENXIO, 0, 0)), "ISM003,ISM008",
	       "a crossing explains the exception");
	is_str(evidence(ISM006, sample_failed(&ism, 4, 20, ENXIO, 0, 0)),
	       "20 bytes at 0x4: the PCISTB ended with an exception", "evidence of ISM006");
}

static void mio(void)
{
	is_str(fired(with_insns(sample_write(&ism, 0, 64), ISMT_MIO_BLOCK, 1, 64)), "ISM001,ISM007",
	       "a MIO store block");
	is_str(fired(with_insns(sample_read(&ism, 0, 8, 3), ISMT_MIO_LOAD, 1, 8)), "ISM007",
	       "a MIO load");
	is_str(fired(with_insns(through_core(sample_read(&other, 0, 8, 3)), ISMT_MIO_LOAD, 1, 8)),
	       "-", "MIO is right for others");
	is_str(evidence(ISM007, with_insns(sample_read(&ism, 0, 16, 3), ISMT_MIO_LOAD, 2, 8)),
	       "2 PCILGI", "evidence of ISM007");
}

static void results(void)
{
	struct access access = sample_failed(&ism, 0x40, 64, EIO, 3, 0);

	is_str(fired(access), "ISM008", "a condition code");
	is_str(evidence(ISM008, access),
	       "1 of 1 PCISTB failed, one of 64 bytes at bar2+0x40: cc 3 (no such function)",
	       "evidence of ISM008 with a condition code");
	is_str(evidence(ISM008, sample_fragmented(&ism, 4096)),
	       "512 of 512 PCISTG failed, first one of 8 bytes at bar2+0x0: cc 1 (error), "
	       "status 8 (function in error state)",
	       "evidence of ISM008 with a status");
	has_str(evidence(ISM008, sample_failed(&ism, 0, 64, ENXIO, 0, 0)), ": an exception (",
		"evidence of ISM008 with an exception");
	has_str(evidence(ISM008, sample_failed(&ism, 0, 64, EIO, 0, 0)), ": -EIO (a condition code",
		"evidence of ISM008 without a condition code");
	access.raw.insn.error.flags = 0;
	is_str(evidence(ISM008, access), "1 of 1 PCISTB failed", "evidence of ISM008 unseen");

	is_str(fired(with_ret(sample_write(&ism, 0, 64), 32)), "ISM009", "a short write");
	is_str(fired(with_ret(sample_read(&ism, 0, 64, 3), 0)), "ISM009", "a read of nothing");
	is_str(evidence(ISM009, with_ret(sample_read(&ism, 0, 64, 3), 8)), "8 of 64 bytes",
	       "evidence of ISM009");

	is_str(fired(with_region(sample_refused(&ism, 0, 4096, EINVAL), 3)), "ISM010",
	       "no such region");
	is_str(fired(with_region(sample_refused(&ism, 0, 8192, EINVAL), 9)), "ISM010",
	       "bounds count in BARs only");
	is_str(evidence(ISM010, with_region(sample_refused(&ism, 16, 1, EINVAL), 9)),
	       "write of 1 byte at dev9+0x10 returned -EINVAL", "evidence of ISM010");
	is_str(evidence(ISM010, sample_refused(&ism, 0, 2, 512)),
	       "write of 2 bytes at bar2+0x0 returned -512", "an error that only the kernel knows");

	is_str(fired(with_ret(sample_failed(&ism, 0, 64, EIO, 1, 8), 64)), "ISM008,ISM011",
	       "success in spite of a failure");
	is_str(evidence(ISM011, sample_fragmented(&ism, 4096)),
	       "returned 4096 of 4096 although 512 of 512 PCISTG failed", "evidence of ISM011");
}

static void table(void)
{
	char id[16], cut[8];
	struct access access = sample_fragmented(&ism, 4096);
	int i;

	for (i = 0; i < RULE_COUNT; i++) {
		snprintf(id, sizeof(id), "ISM%03d", i + 1);
		is_str(rules[i].id, id, "id");
		is_int(rule_find(rules[i].id), i, "found by id");
		is_int(rule_find(rules[i].name), i, "found by name");
		ok(rules[i].says[strlen(rules[i].says) - 1] == '.', "%s says a sentence", id);
		ok(rules[i].fix[strlen(rules[i].fix) - 1] == '.', "%s fixes in a sentence", id);
	}
	is_int(rule_find("ism011"), ISM011, "found in lower case");
	is_int(rule_find("ISM099"), -1, "not found");
	is_int(rule_find(""), -1, "nothing is not found");
	is_int(rules_worst(RULE_BIT(ISM005)), SEV_INFO, "worst is info");
	is_int(rules_worst(RULE_BIT(ISM005) | RULE_BIT(ISM009)), SEV_WARNING, "worst is warning");
	is_int(rules_worst(RULE_BIT(ISM001) | RULE_BIT(ISM009)), SEV_ERROR, "worst is error");
	is_str(severity_name(SEV_WARNING), "warning", "severity");
	rule_evidence(ISM001, &access, cut, sizeof(cut));
	is_str(cut, "4096 by", "evidence is cut");
	rule_evidence(ISM001, &access, cut, 0);
	is_str(cut, "4096 by", "no room is left alone");
}

int main(void)
{
	ism = sample_function();
	other = sample_function();
	other.is_ism = false;
	small = sample_function();
	small.k.maxstbl = 128;
	unknown = sample_function();
	unknown.is_ism = false;
	unknown.k.maxstbl = 0;
	unknown.address[0] = '\0';
	clean();
	fragmented();
	bounds();
	narrow();
	misaligned();
	mio();
	results();
	table();
	return unit_end();
}
