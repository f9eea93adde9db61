// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_alike.c - records that are alike the one before take short ways through the reader,
 * the rules, the summary and the sinks.  They must come out there as on the long ones.
 */
#include <stdlib.h>

#include "capture.h"
#include "capture/record.h"
#include "insn_sums.h"
#include "live/ring_record.h"
#include "model/rules.h"
#include "model/summary.h"
#include "random.h"
#include "sample.h"
#include "unit.h"

#define RECORDS	    20000
#define MONO_OFFSET 1763696000000000000ULL

/* Where accesses end up: all that looks at struct access.alike. */
struct way {
	struct rules_state *rules;
	struct summary *summary;
	struct capture json, text;
	size_t json_at, text_at;
};

static void way_open(struct way *way)
{
	struct sink_options options = { .start_ns = MONO_OFFSET };

	way->rules = rules_new();
	way->summary = summary_new();
	capture_start(&way->json, sink_json_new, options);
	capture_start(&way->text, sink_text_new, options);
	way->json_at = strlen(capture_text(&way->json));
	way->text_at = strlen(capture_text(&way->text));
}

static void way_close(struct way *way)
{
	rules_free(way->rules);
	summary_free(way->summary);
	capture_stop(&way->json);
	capture_stop(&way->text);
}

static void way_go(struct way *way, struct access *access)
{
	rules_apply(way->rules, access);
	way->json.sink->ops->access(way->json.sink, access);
	way->text.sink->ops->access(way->text.sink, access);
	summary_access(way->summary, access);
}

static bool same_line(struct capture *a, size_t *at, struct capture *b, size_t *bt)
{
	const char *x = capture_text(a) + *at, *y = capture_text(b) + *bt;
	bool same = !strcmp(x, y);

	if (!same)
		printf("# got  %s# want %s", x, y);
	*at += strlen(x);
	*bt += strlen(y);
	return same;
}

/* Most often the same as the one before, but for time and place. */
static size_t make(struct ismt_access *rec, uint64_t *ts)
{
	static const uint32_t lens[] = { 8, 64, 256, 4096, 0 };
	bool brief = any(20), write;

	*ts += any(10) ? any(30000) : any(3000000000);
	if (!any(6)) {
		rec->pid = 800 + (uint32_t)any(2);
		rec->tid = rec->pid + (uint32_t)any(2);
		snprintf(rec->comm, sizeof(rec->comm), "task-%u", (unsigned int)any(2));
		rec->fid = 34 + (uint32_t)any(2);
		rec->fh = 0x80000000 + rec->fid;
		rec->layer = any(5) ? ISMT_LAYER_ISM : ISMT_LAYER_CORE;
		write = any(4);
		rec->op = write ? ISMT_WRITE : ISMT_READ;
		rec->len = lens[any(5)];
		rec->ret = any(8) ? (int64_t)rec->len : any(2) ? -EINVAL : 4;
		rec->brief = any(8) > 0;
		rec->req = REQ_WITH_KIND((uint64_t)rec->fh << 32 | 2 << 16 | rec->len,
					 write ? ISMT_PCISTB : ISMT_PCILG);
	}
	if (!any(40))
		rec->req = REQ_WITH_KIND((uint64_t)rec->fh << 32 | 2 << 16 | 1 << any(4),
					 any(2) ? ISMT_PCISTG : ISMT_PCISTB);
	rec->hdr.type = brief ? ISMT_REC_BRIEF : ISMT_REC_ACCESS;
	rec->hdr.len = brief ? ISMT_BRIEF_LEN : sizeof(*rec);
	rec->hdr.cpu = (uint32_t)any(2);
	rec->hdr.ts = *ts;
	rec->latency_ns = 15000 + any(100000);
	rec->offset = (any(30) ? 2ULL : any(12)) << ISMT_OFFSET_SHIFT(rec->layer);
	rec->offset += any(4) ? any(1000) * 8 : any(5000);
	return rec->hdr.len;
}

static void find(struct access *access, const struct function *fns)
{
	access->fn = &fns[access->raw.fid - 34];
	access->driver = access->raw.layer == ISMT_LAYER_ISM ? "ism-vfio-pci" : "vfio-pci";
}

static bool same_access(const struct access *a, const struct access *b)
{
	return !memcmp(&a->raw, &b->raw, sizeof(a->raw)) && a->fn == b->fn &&
	       !strcmp(a->driver, b->driver) && a->ts == b->ts && a->payload == b->payload &&
	       a->payload_len == b->payload_len && a->rules == b->rules && a->run == b->run &&
	       a->run_bytes == b->run_bytes;
}

static bool same_summary(const struct summary *a, const struct summary *b)
{
	size_t i;

	if (a->nr_rows != b->nr_rows || a->nr_functions != b->nr_functions ||
	    a->recorded != b->recorded)
		return false;
	for (i = 0; i < a->nr_rows; i++)
		if (memcmp(&a->rows[i].stats.accesses, &b->rows[i].stats.accesses,
			   sizeof(a->rows[i]) - offsetof(struct summary_row, stats)) ||
		    a->rows[i].fn != b->rows[i].fn || a->rows[i].region != b->rows[i].region ||
		    a->rows[i].op != b->rows[i].op)
			return false;
	for (i = 0; i < RULE_COUNT; i++)
		if (a->findings[i].count != b->findings[i].count)
			return false;
	return !memcmp(a->functions, b->functions, a->nr_functions * sizeof(a->functions[0]));
}

int main(void)
{
	struct function fns[2] = { sample_function(), sample_function() };
	uint8_t last[RECORD_ACCESS_LEN], bytes[RECORD_ACCESS_LEN], want[RECORD_ACCESS_LEN];
	unsigned int i, shape = 0, found = 0, decoded = 0, lines = 0, records = 0;
	struct ring_reader reader = { .mono_offset = MONO_OFFSET };
	struct ismt_access rec = { .fid = 34, .layer = ISMT_LAYER_ISM };
	struct way one, other;
	uint64_t ts = 1000, last_shape = 0;

	fns[1].k.fid = 35;
	way_open(&one);
	way_open(&other);
	for (i = 0; i < RECORDS; i++) {
		struct ring_reader fresh = { .mono_offset = MONO_OFFSET };
		size_t size = make(&rec, &ts);

		if (ring_record_access(&reader, &rec, size))
			shape++;
		else
			find(&reader.access, fns);
		ring_record_access(&fresh, &rec, size);
		find(&fresh.access, fns);
		fresh.access.shape = 0;
		way_go(&one, &reader.access);
		way_go(&other, &fresh.access);
		decoded += same_access(&reader.access, &fresh.access);
		lines += same_line(&one.json, &one.json_at, &other.json, &other.json_at) &&
			 same_line(&one.text, &one.text_at, &other.text, &other.text_at);
		found += fresh.access.rules != 0;

		record_put_access(want, &fresh.access);
		if (reader.access.shape && reader.access.shape == last_shape) {
			record_put_cached(bytes, last, &reader.access);
			records += !memcmp(bytes, want, sizeof(bytes));
		} else {
			records++;
		}
		memcpy(last, want, sizeof(last));
		last_shape = reader.access.shape;
		if (lines <= i)
			break;
	}
	is_int(decoded, RECORDS, "decoded and judged alike");
	is_int(lines, RECORDS, "lines of JSON and text");
	is_int(records, RECORDS, "records of a capture");
	ok(same_summary(one.summary, other.summary), "the summary");
	ok(shape > RECORDS / 3 && shape < RECORDS / 10 * 9, "%u of %u were alike the one before",
	   shape, RECORDS);
	ok(found > RECORDS / 20 && found < RECORDS / 4 * 3, "%u broke a rule", found);
	way_close(&one);
	way_close(&other);
	return unit_end();
}
