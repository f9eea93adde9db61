// SPDX-License-Identifier: GPL-2.0-only
/*
 * columns.c - the columns: what they are called, what they are of, how they
 * add up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/region.h"
#include "top/table.h"
#include "util/escape.h"

/* --- Texts. */

/* Brackets are in no address, and a process with such a name has a number. */
static void put_others(const struct top_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "(%" PRIu64 " others)", row->others);
}

static void text_function(const struct top_row *row, char *buf, size_t len)
{
	const struct function *fn = row->key.fn;

	if (fn == &function_others)
		put_others(row, buf, len);
	else
		view_function_name(fn, buf, len);
}

static void text_driver(const struct top_row *row, char *buf, size_t len)
{
	escape_text(buf, len, row->key.driver, ISMT_NAME_LEN);
}

static void text_pid(const struct top_row *row, char *buf, size_t len)
{
	if (row->key.number == COUNT_OTHERS)
		snprintf(buf, len, "-");
	else
		snprintf(buf, len, "%" PRIu64, row->key.number);
}

static void text_comm(const struct top_row *row, char *buf, size_t len)
{
	if (row->key.number == COUNT_OTHERS)
		put_others(row, buf, len);
	else
		escape_text(buf, len, row->comm, sizeof(row->comm));
}

static void text_region(const struct top_row *row, char *buf, size_t len)
{
	char name[REGION_NAME_LEN];

	snprintf(buf, len, "%s", view_region_name(row->key.number, name));
}

static void text_op(const struct top_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "%s", view_op(row->key.number));
}

static void text_size(const struct top_row *row, char *buf, size_t len)
{
	view_size_name(row->key.number, buf, len);
}

static void text_rule(const struct top_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "%s", rules[row->key.number].id);
}

static void text_rule_name(const struct top_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "%s", rules[row->key.number].name);
}

static void text_severity(const struct top_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "%s", severity_name(rules[row->key.number].severity));
}

static void text_says(const struct top_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "%s", rules[row->key.number].says);
}

/* --- Values.  Rates are of the interval, and 0 where it had no length. */

static bool rate(const struct top_data *data, uint64_t count, double *value)
{
	*value = data->seconds > 0 ? (double)count / data->seconds : 0;
	return true;
}

static bool ratio(uint64_t part, uint64_t all, double factor, double *value)
{
	if (!all)
		return false;
	*value = (double)part / (double)all * factor;
	return true;
}

uint64_t sum_insns(const struct row_sum *sum)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < ISMT_KINDS; i++)
		n += sum->counted.stats.insns[i];
	return n;
}

bool value_bytes_per_store(const struct row_sum *sum, double *value)
{
	return ratio(sum->bar_bytes, sum->bar_stores, 1, value);
}

bool value_one_block(const struct row_sum *sum, double *value)
{
	return ratio(sum->bar_one_block, sum->bar_writes, 100, value);
}

bool value_full(const struct row_sum *sum, double *value)
{
	return ratio(sum->bar_full, sum->bar_bytes, 100, value);
}

#define VALUE(name, expression)                                                                 \
	static bool name(const struct top_row *row, const struct top_data *data, double *value) \
	{                                                                                       \
		return expression;                                                              \
	}

/* What is lost is a finding in a view of findings, and may not be known. */
static bool findings_known(const struct top_row *row, const struct top_data *data)
{
	return data->view != VIEW_FINDINGS || row->key.number != RULE_LOST || row == &data->total ||
	       !data->lost_why;
}

#define RATE(name, count)  VALUE(name, rate(data, count, value))
#define TOTAL(name, count) VALUE(name, (*value = (double)(count), true))
#define LATENCY(name, percent)                                                                  \
	VALUE(name, row->last.counted.stats.latency.count &&                                    \
			    (*value = (double)hist_percentile(&row->last.counted.stats.latency, \
							      percent),                         \
			     true))

TOTAL(by_number, row->key.number)
RATE(rate_accesses, row->last.counted.stats.accesses)
RATE(rate_bytes, row->last.counted.stats.bytes)
RATE(rate_insns, sum_insns(&row->last))
VALUE(rate_findings, findings_known(row, data) && rate(data, row->last.findings, value))
RATE(rate_errors, row->last.counted.stats.errors)
RATE(rate_reads, row->last.reads)
RATE(rate_writes, row->last.writes)
RATE(rate_loads, row->last.counted.stats.insns[ISMT_PCILG])
RATE(rate_stores, row->last.counted.stats.insns[ISMT_PCISTG])
RATE(rate_blocks, row->last.counted.stats.insns[ISMT_PCISTB])
VALUE(share,
      ratio(row->last.counted.stats.accesses, data->total.last.counted.stats.accesses, 100, value))
VALUE(bytes_per_store, value_bytes_per_store(&row->last, value))
VALUE(one_block, value_one_block(&row->last, value))
VALUE(full, value_full(&row->last, value))
LATENCY(latency_p50, 50)
LATENCY(latency_p99, 99)
TOTAL(total_accesses, row->all.counted.stats.accesses)
TOTAL(total_bytes, row->all.counted.stats.bytes)
TOTAL(total_insns, sum_insns(&row->all))
VALUE(total_findings, findings_known(row, data) && (*value = (double)row->all.findings, true))
TOTAL(total_errors, row->all.counted.stats.errors)
TOTAL(total_failed, row->all.counted.stats.failed)

#define F VIEW_BIT(VIEW_FUNCTIONS)
#define P VIEW_BIT(VIEW_PROCESSES)
#define R VIEW_BIT(VIEW_REGIONS)
#define S VIEW_BIT(VIEW_SIZES)
#define X VIEW_BIT(VIEW_FINDINGS)

const struct column top_columns[] = {
	{ "FUNCTION", "function", "PCI address of the function", 'N', F, UNIT_TEXT, SUM_NONE, 12, 0,
	  NULL, text_function },
	{ "DRIVER", "driver", "driver that it was used through", 'D', F, UNIT_TEXT, SUM_NONE, 12, 0,
	  NULL, text_driver },
	{ "PID", "pid", "process", 'N', P, UNIT_TEXT, SUM_NONE, 7, 0, by_number, text_pid },
	{ "COMMAND", "comm", "its name as last seen", 'C', P, UNIT_TEXT, SUM_NONE, 15, 0, NULL,
	  text_comm },
	{ "REGION", "region", "region of the function", 'N', R, UNIT_TEXT, SUM_NONE, 7, 0,
	  by_number, text_region },
	{ "OP", "op", "reads or writes", 'O', R, UNIT_TEXT, SUM_NONE, 5, 0, NULL, text_op },
	{ "SIZE", "size", "bytes asked for, or moved by an instruction", 'N', S, UNIT_TEXT,
	  SUM_NONE, 18, 0, by_number, text_size },
	{ "RULE", "rule", "rule", 'N', X, UNIT_TEXT, SUM_NONE, 6, 0, by_number, text_rule },
	{ "NAME", "name", "its name", 'K', X, UNIT_TEXT, SUM_NONE, 17, 0, NULL, text_rule_name },
	{ "SEVERITY", "severity", "how bad it is", 'V', X, UNIT_TEXT, SUM_NONE, 8, 0, NULL,
	  text_severity },

	{ "ACC/s", "accesses_per_s", "accesses", 'A', F | P | R | S, UNIT_RATE, SUM_ADD, 7, 0,
	  rate_accesses, NULL },
	{ "SHARE%", "share_percent", "share of all accesses", 'H', S, UNIT_PERCENT, SUM_ADD, 6, 1,
	  share, NULL },
	{ "READ/s", "reads_per_s", "reads of this size", 'Q', S, UNIT_RATE, SUM_ADD, 7, 1,
	  rate_reads, NULL },
	{ "WRITE/s", "writes_per_s", "writes of this size", 'W', S, UNIT_RATE, SUM_ADD, 7, 1,
	  rate_writes, NULL },
	{ "LOAD/s", "loads_per_s", "PCILG of this width", 'L', S, UNIT_RATE, SUM_ADD, 7, 1,
	  rate_loads, NULL },
	{ "STORE/s", "stores_per_s", "PCISTG of this width", 'S', S, UNIT_RATE, SUM_ADD, 7, 1,
	  rate_stores, NULL },
	{ "BLOCK/s", "blocks_per_s", "PCISTB of this size", 'B', S, UNIT_RATE, SUM_ADD, 7, 1,
	  rate_blocks, NULL },
	{ "BYTES/s", "bytes_per_s", "bytes that the calls said were transferred", 'B', F | P | R,
	  UNIT_BYTES, SUM_ADD, 7, 1, rate_bytes, NULL },
	{ "INSN/s", "instructions_per_s", "PCI instructions in accesses", 'I', F | P | R, UNIT_RATE,
	  SUM_ADD, 7, 1, rate_insns, NULL },
	{ "FIND/s", "findings_per_s", "findings", 'F', F | P | R | X, UNIT_RATE, SUM_ADD, 7, 1,
	  rate_findings, NULL },
	{ "B/STORE", "bytes_per_store", "bytes that a store instruction moved to a BAR, on average",
	  'S', F | P | R, UNIT_BYTES, SUM_RATIO, 7, 1, bytes_per_store, NULL },
	{ "ONE%", "one_block_percent", "writes to BARs that were one PCISTB", 'W', F | P | R,
	  UNIT_PERCENT, SUM_RATIO, 5, 2, one_block, NULL },
	{ "FULL%", "full_block_percent", "bytes to BARs in store blocks of maxstbl bytes", 'U',
	  F | P | R, UNIT_PERCENT, SUM_RATIO, 5, 4, full, NULL },
	{ "p50(us)", "latency_p50_ns", "latency that half of the accesses did not exceed", 'M',
	  F | P | R, UNIT_NS, SUM_MERGE, 8, 5, latency_p50, NULL },
	{ "p99(us)", "latency_p99_ns", "latency that 99 % of the accesses did not exceed", 'L',
	  F | P | R, UNIT_NS, SUM_MERGE, 8, 3, latency_p99, NULL },
	{ "ERR/s", "errors_per_s", "accesses that returned an error", 'E', F | P | R, UNIT_RATE,
	  SUM_ADD, 7, 6, rate_errors, NULL },
	{ "TOTAL", "accesses", "accesses since the beginning or the reset", 'T', F | P | R | S,
	  UNIT_COUNT, SUM_ADD, 7, 7, total_accesses, NULL },
	{ "TOTAL", "findings", "findings since the beginning or the reset", 'T', X, UNIT_COUNT,
	  SUM_ADD, 7, 1, total_findings, NULL },
	{ "BYTES", "bytes", "bytes since then", 'Y', F | P | R, UNIT_BYTES, SUM_ADD, 7, 8,
	  total_bytes, NULL },
	{ "INSNS", "instructions", "instructions since then", 'J', F | P | R, UNIT_COUNT, SUM_ADD,
	  7, 8, total_insns, NULL },
	{ "FAILED", "failed", "instructions that failed, since then", 'X', F | P | R, UNIT_COUNT,
	  SUM_ADD, 7, 9, total_failed, NULL },
	{ "FINDING", "findings", "findings since then", 'G', F | P | R, UNIT_COUNT, SUM_ADD, 7, 8,
	  total_findings, NULL },
	{ "ERRORS", "errors", "errors since then", 'Z', F | P | R, UNIT_COUNT, SUM_ADD, 7, 9,
	  total_errors, NULL },
	{ "MEANING", "says", "when it fires", '\0', X, UNIT_TEXT, SUM_NONE, 100, 2, NULL,
	  text_says },
};

const size_t nr_top_columns = sizeof(top_columns) / sizeof(top_columns[0]);
