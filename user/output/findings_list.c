// SPDX-License-Identifier: GPL-2.0-only
#include "output/findings_list.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "model/gate.h"
#include "model/region.h"
#include "model/words.h"
#include "output/color.h"
#include "output/summary_json.h"
#include "util/escape.h"
#include "util/message.h"

void check_output_init(struct check_output *check, const struct check_options *options, FILE *out)
{
	check->options = *options;
	check->found = 0;
	check->shown = 0;
	memset(check->by, 0, sizeof(check->by));
	out_init(&check->out, out);
}

/* Any string, up to a NUL or len, as the value of a key. */
static void put_json(struct outbuf *out, const char *key, const char *text, size_t len)
{
	char clean[ESCAPE_JSON_LEN(PATH_MAX)];

	out_lit(out, ",\"");
	out_str(out, key);
	out_lit(out, "\":\"");
	out_mem(out, clean, escape_json(clean, sizeof(clean), text, len));
	out_char(out, '"');
}

static void put_word(struct outbuf *out, const char *text, size_t len)
{
	char clean[ESCAPE_TEXT_LEN(PATH_MAX)];

	out_mem(out, clean, escape_text(clean, sizeof(clean), text, len));
}

/* access is NULL for what is about the trace as a whole. */
static void json_finding(struct check_output *check, const char *file, uint64_t number,
			 enum rule_id id, const struct access *access, const char *evidence)
{
	struct outbuf *out = &check->out;
	const struct rule *rule = &rules[id];
	char region[REGION_NAME_LEN];

	out_lit(out, "{\"type\":\"finding\"");
	put_json(out, "rule", rule->id, 16);
	put_json(out, "name", rule->name, 64);
	put_json(out, "severity", severity_name(rule->severity), 16);
	put_json(out, "file", file, PATH_MAX);
	if (access) {
		const struct ismt_access *raw = &access->raw;

		out_printf(out, ",\"index\":%" PRIu64 ",\"ts\":", number);
		out_i64(out, access->ts);
		put_json(out, "function", access->fn->address, sizeof(access->fn->address));
		put_json(out, "comm", raw->comm, sizeof(raw->comm));
		out_printf(out, ",\"pid\":%u,\"tid\":%u", raw->pid, raw->tid);
		put_json(out, "op", op_name(raw->op), 8);
		put_json(out, "region", region_name(raw->region, region), REGION_NAME_LEN);
		out_lit(out, ",\"offset\":");
		out_json_u64(out, raw->offset);
		out_lit(out, ",\"len\":");
		out_json_u64(out, raw->len);
		out_lit(out, ",\"ret\":");
		out_i64(out, raw->ret);
	} else {
		out_lit(out, ",\"index\":null,\"ts\":null,\"function\":null,\"comm\":null,"
			     "\"pid\":null,\"tid\":null,\"op\":null,\"region\":null,"
			     "\"offset\":null,\"len\":null,\"ret\":null");
	}
	put_json(out, "evidence", evidence, 256);
	out_lit(out, "}\n");
}

/* FILE:INDEX: RULE NAME SEVERITY: FUNCTION REGION+OFFSET COMM[PID]: EVIDENCE */
static void text_finding(struct check_output *check, const char *file, uint64_t number,
			 enum rule_id id, const struct access *access, const char *evidence)
{
	struct outbuf *out = &check->out;
	const struct rule *rule = &rules[id];
	char region[REGION_NAME_LEN];

	put_word(out, file, PATH_MAX);
	out_printf(out, ":%" PRIu64 ": %s %s ", number, rule->id, rule->name);
	sgr(out, check->options.color, severity_color(rule->severity));
	out_str(out, severity_name(rule->severity));
	sgr(out, check->options.color, SGR_RESET);
	out_lit(out, ": ");
	if (access) {
		const struct ismt_access *raw = &access->raw;

		put_word(out, access->fn->address, sizeof(access->fn->address));
		out_printf(out, " %s+0x%llx ", region_name(raw->region, region), raw->offset);
		put_word(out, raw->comm, sizeof(raw->comm));
		out_printf(out, "[%u]: ", raw->pid);
	}
	out_str(out, evidence);
	out_char(out, '\n');
}

/* Counts one; true if it is to be shown. */
static bool finding_counts(struct check_output *check, enum rule_id id)
{
	const struct check_options *options = &check->options;

	check->by[rules[id].severity]++;
	if (rules[id].severity < options->severity)
		return false;
	check->found++;
	if (options->quiet || (options->max && check->shown >= options->max))
		return false;
	check->shown++;
	return true;
}

static void put_finding(struct check_output *check, const char *file, uint64_t number,
			enum rule_id id, const struct access *access, const char *evidence)
{
	if (check->options.json)
		json_finding(check, file, number, id, access, evidence);
	else
		text_finding(check, file, number, id, access, evidence);
}

static uint32_t wanted(const struct check_output *check, uint32_t set)
{
	return check->options.rules ? set & check->options.rules : set;
}

int check_output_access(struct check_output *check, const char *file, uint64_t number,
			const struct access *access)
{
	uint32_t set = wanted(check, access->rules);
	char evidence[256];

	for (; set; set &= set - 1) {
		enum rule_id id = (enum rule_id)__builtin_ctz(set);

		/* The sentence costs more than all else. */
		if (!finding_counts(check, id))
			continue;
		rule_evidence(id, access, evidence, sizeof(evidence));
		put_finding(check, file, number, id, access, evidence);
	}
	return check->out.error;
}

int check_output_end(struct check_output *check, const char *file, const struct summary *summary)
{
	char evidence[256];
	int err = 0, id;

	for (id = 0; id < RULE_COUNT; id++) {
		if (rules[id].scope != OF_TRACE)
			continue;
		if (!summary->findings[id].count || !wanted(check, RULE_BIT(id)))
			continue;
		if (id == RULE_LOST && check->options.allow & GATE_BIT(GATE_LOST))
			continue;
		if (!finding_counts(check, (enum rule_id)id))
			continue;
		summary_evidence(summary, (enum rule_id)id, evidence, sizeof(evidence));
		put_finding(check, file, 0, (enum rule_id)id, NULL, evidence);
	}
	if (check->options.json)
		err = summary_write_json(summary, &check->out);
	return out_flush(&check->out) ?: err;
}

int check_output_verdict(const struct check_output *check, const struct summary *summary)
{
	bool lacking = gate_tell(summary, check->options.allow, check->found);

	if (check->found)
		return EXIT_FINDINGS;
	return lacking ? EXIT_EVIDENCE : EXIT_DONE;
}

void check_output_count(const struct check_output *check, const struct summary *summary, FILE *out)
{
	bool only = check->options.quiet && !check->options.json;
	const uint64_t *by = check->by;
	uint64_t all = by[SEV_ERROR] + by[SEV_WARNING] + by[SEV_INFO];

	fprintf(only ? out : stderr,
		"%s%" PRIu64 " finding%s (%" PRIu64 " error, %" PRIu64 " warning, %" PRIu64
		" info) in %" PRIu64 " access%s\n",
		only ? "" : "ismtrace: ", all, all == 1 ? "" : "s", by[SEV_ERROR], by[SEV_WARNING],
		by[SEV_INFO], summary->recorded, summary->recorded == 1 ? "" : "es");
}
