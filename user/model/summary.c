// SPDX-License-Identifier: GPL-2.0-only
#include "model/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insn_sums.h"
#include "model/region.h"
#include "model/summary_rows.h"
#include "util/escape.h"

static void add_inside(struct summary_function *f, const struct ismt_insns *insn)
{
	unsigned int i;

	f->inside_failed += insn->failed;
	/* As nearly always. */
	if (insns_are_one_block(insn)) {
		f->inside[ISMT_PCISTB]++;
		return;
	}
	for (i = 0; i < ISMT_KINDS; i++)
		f->inside[i] += insn->n[i];
}

int summary_access(struct summary *summary, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	struct summary_finding *finding;
	struct summary_function *f;
	struct summary_row *row;
	uint32_t set;

	if (!access->shape || access->shape != summary->last_shape) {
		if (!summary_function(summary, access->fn) ||
		    !summary_row(summary, access->fn, access->driver, raw->region, raw->op))
			return -ENOMEM;
		summary->last_shape = access->shape;
	}
	f = &summary->functions[summary->last_function];
	row = &summary->rows[summary->last_row];
	summary->recorded++;
	summary->foreign += !raw->pid;
	stats_access(&row->stats, raw);
	add_inside(f, &raw->insn);

	for (set = access->rules; set; set &= set - 1) {
		finding = &summary->findings[__builtin_ctz(set)];
		if (!finding->count++) {
			finding->first = *access;
			finding->first.driver = row->driver;
		}
	}
	return 0;
}

int summary_insn(struct summary *summary, const struct insn *insn)
{
	/* Counted with their accesses or apart; here only that they came. */
	if (!summary_function(summary, insn->fn))
		return -ENOMEM;
	summary->insn_records++;
	return 0;
}

int summary_leave_out(struct summary *summary, const struct access *access)
{
	struct summary_function *f = summary_function(summary, access->fn);

	if (!f)
		return -ENOMEM;
	summary->filtered++;
	unattr_add_access(&f->filtered, &access->raw.insn);
	return 0;
}

void unattr_add(struct ismt_unattr *sum, const struct ismt_unattr *part)
{
	unsigned int kind;

	sum->accesses += part->accesses;
	for (kind = 0; kind < ISMT_KINDS; kind++)
		sum->n[kind] += part->n[kind];
	sum->failed += part->failed;
	sum->bytes += part->bytes;
}

void unattr_add_access(struct ismt_unattr *sum, const struct ismt_insns *insn)
{
	unsigned int kind;

	sum->accesses++;
	for (kind = 0; kind < ISMT_KINDS; kind++)
		sum->n[kind] += insn->n[kind];
	sum->failed += insn->failed;
	sum->bytes += insn->bytes;
}

uint64_t summary_lost(const struct summary *summary)
{
	return losses_accesses(&summary->lost);
}

uint64_t summary_issued(const struct summary_function *f)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++)
		sum += f->inside[i] + f->outside.n[i] + f->filtered.n[i] + f->lost.n[i];
	return sum;
}

uint64_t summary_failed(const struct summary_function *f)
{
	return f->inside_failed + f->outside.failed + f->filtered.failed + f->lost.failed;
}

uint64_t summary_stb_upper(unsigned int bucket)
{
	/* The last holds all that is longer; a length has 32 bits. */
	return bucket < ISMT_STB_BUCKETS - 1 ? 8ULL << bucket : UINT32_MAX;
}

/* The evidence of a mismatch: the numbers of the first function whose counts differ. */
static void mismatch_sentence(const struct summary *summary, char *buf, size_t len)
{
	const struct summary_function *f;
	char address[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)];
	int used;
	size_t i;

	if (len)
		buf[0] = '\0';
	for (i = 0; i < summary->nr_functions; i++) {
		f = &summary->functions[i];
		if (!measure_mismatch(&f->measure))
			continue;
		escape_text(address, sizeof(address), f->fn->address, sizeof(f->fn->address));
		used = snprintf(buf, len, "%s: ", address);
		if ((size_t)used < len)
			measure_sentence(&f->measure, buf + used, len - (size_t)used);
		return;
	}
}

void summary_evidence(const struct summary *summary, enum rule_id id, char *buf, size_t len)
{
	if (id == RULE_LOST)
		losses_sentence(&summary->lost, buf, len);
	else if (id == RULE_MISMATCH)
		mismatch_sentence(summary, buf, len);
	else if (!summary->findings[id].first.fn)
		snprintf(buf, len, "no example of it reached the rules");
	else
		rule_evidence(id, &summary->findings[id].first, buf, len);
}

const char *summary_fix(const struct summary *summary, enum rule_id id)
{
	const char *remedy = id == RULE_LOST ? losses_remedy(&summary->lost) : NULL;

	return remedy ?: rules[id].fix;
}

void summary_finish(struct summary *summary)
{
	size_t i;

	summary_sort(summary);
	summary->findings[RULE_LOST].count = losses_all(&summary->lost);
	summary->findings[RULE_MISMATCH].count = 0;
	for (i = 0; i < summary->nr_functions; i++)
		summary->findings[RULE_MISMATCH].count +=
			measure_mismatch(&summary->functions[i].measure);
}
