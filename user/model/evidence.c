// SPDX-License-Identifier: GPL-2.0-only
/*
 * evidence.c - the sentences with the numbers behind a finding.
 */
#include "model/rules.h"

#include <stdarg.h>
#include <stdio.h>

#include "model/region.h"
#include "model/words.h"

/* A sentence that grows; what does not fit is cut. */
struct sentence {
	char *buf;
	size_t len, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct sentence *s, const char *format, ...)
{
	va_list args;
	int n;

	if (s->used >= s->len)
		return;
	va_start(args, format);
	n = vsnprintf(s->buf + s->used, s->len - s->used, format, args);
	va_end(args);
	if (n > 0)
		s->used += (size_t)n;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* "512 PCISTG" or "2 PCISTG and 1 PCISTB"; kinds is a bit mask. */
static void add_insns(struct sentence *s, const struct ismt_insns *insn, unsigned int kinds)
{
	const char *before = "";
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++) {
		if (!insn->n[i] || !(kinds & 1u << i))
			continue;
		add(s, "%s%u %s", before, insn->n[i], insn_title(i));
		before = " and ";
	}
}

static void add_range(struct sentence *s, const struct ismt_insns *insn)
{
	if (insn->min == insn->max)
		add(s, " of %u byte%s", insn->max, plural(insn->max));
	else
		add(s, " of %u to %u bytes", insn->min, insn->max);
}

#define STORES (1u << ISMT_PCISTG | 1u << ISMT_PCISTB | 1u << ISMT_MIO_STORE | 1u << ISMT_MIO_BLOCK)
#define MIO    (1u << ISMT_MIO_LOAD | 1u << ISMT_MIO_STORE | 1u << ISMT_MIO_BLOCK)
#define ALL    (STORES | MIO | 1u << ISMT_PCILG)

static void narrow(struct sentence *s, const struct ismt_access *raw)
{
	const char *before = " used ";
	unsigned int i;

	add(s, "%s of %llu bytes at 0x%llx", op_name(raw->op), raw->len, raw->offset);
	for (i = 0; i < ISMT_WIDTHS - 1; i++) {
		if (!raw->insn.width[i] || raw->len <= 1u << i)
			continue;
		add(s, "%s%u of %u byte%s", before, raw->insn.width[i], 1u << i, plural(1u << i));
		before = ", ";
	}
}

static void failed(struct sentence *s, const struct ismt_insns *insn)
{
	const struct ismt_error *error = &insn->error;
	char how[128];

	add(s, "%u of ", insn->failed);
	add_insns(s, insn, ALL);
	add(s, " failed");
	if (!error->flags)
		return;
	error_describe(error, how, sizeof(how));
	add(s, insn->failed > 1 ? ", first one" : ", one");
	add(s, " of %u byte%s at %s+0x%llx: %s", error->len, plural(error->len),
	    space_name(error->space), error->offset, how);
}

void rule_evidence(enum rule_id id, const struct access *access, char *buf, size_t len)
{
	const struct ismt_access *raw = &access->raw;
	struct sentence s = { buf, len, 0 };
	char number[ERRNO_NAME_LEN], region[REGION_NAME_LEN];

	if (!len)
		return;
	buf[0] = '\0';
	switch (id) {
	case ISM001:
		add(&s, "%llu byte%s took ", raw->len, plural(raw->len));
		add_insns(&s, &raw->insn, STORES);
		add_range(&s, &raw->insn);
		break;
	case ISM002:
		add(&s, "%llu bytes where a store block holds %llu", raw->len,
		    (unsigned long long)rules_block_limit(access->fn));
		break;
	case ISM003:
		add(&s, "%llu bytes at 0x%llx cross the boundary at 0x%llx", raw->len, raw->offset,
		    raw->offset - raw->offset % BLOCK_BOUNDARY + BLOCK_BOUNDARY);
		break;
	case ISM004:
		add(&s, "%u adjacent writes of %llu bytes in all would fit one PCISTB", access->run,
		    (unsigned long long)access->run_bytes);
		break;
	case ISM005:
		narrow(&s, raw);
		break;
	case ISM006:
		add(&s, "%llu byte%s at 0x%llx: the PCISTB ended with an exception", raw->len,
		    plural(raw->len), raw->offset);
		break;
	case ISM007:
		add_insns(&s, &raw->insn, MIO);
		break;
	case ISM008:
		failed(&s, &raw->insn);
		break;
	case ISM009:
		add(&s, "%lld of %llu bytes", raw->ret, raw->len);
		break;
	case ISM010:
		add(&s, "%s of %llu byte%s at %s+0x%llx returned -%s", op_name(raw->op), raw->len,
		    plural(raw->len), region_name(raw->region, region), raw->offset,
		    errno_name(-(uint64_t)raw->ret, number));
		break;
	case ISM011:
		add(&s, "returned %lld of %llu although %u of ", raw->ret, raw->len,
		    raw->insn.failed);
		add_insns(&s, &raw->insn, ALL);
		add(&s, " failed");
		break;
	case ISM012:
		add(&s, "records are missing");
		break;
	case ISM013:
		add(&s, "counts differ");
		break;
	case RULE_COUNT:
		break;
	}
}
