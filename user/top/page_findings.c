// SPDX-License-Identifier: GPL-2.0-only
/*
 * page_findings.c - the latest findings, and what they mean.
 */
#include <inttypes.h>
#include <stdio.h>

#include "top/window.h"
#include "util/escape.h"
#include "util/times.h"

static int severity_tone(enum severity severity)
{
	if (severity == SEV_ERROR)
		return TONE_BAD;
	return severity == SEV_WARNING ? TONE_WARN : TONE_PLAIN;
}

/* Events that are kept, and not from before the reset. */
static uint64_t first_event(const struct top *top)
{
	const struct counts *counts = top->gather->counts;
	uint64_t first = counts->nr_events > COUNT_EVENTS ? counts->nr_events - COUNT_EVENTS : 0;

	if (top->has_base && top->base->nr_events > first)
		first = top->base->nr_events;
	return first;
}

/* width 0: one line, which the screen cuts. */
static void put_event(struct lines *lines, const struct top *top, const struct count_event *event,
		      unsigned int width)
{
	const struct access *access = &event->access;
	char evidence[256], line[512], fn[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)];
	char comm[ESCAPE_TEXT_LEN(ISMT_COMM_LEN)];
	int shown = severity_tone(rules[event->rule].severity);
	int64_t ns = time_diff(access->ts, top->gather->begin_ns);

	rule_evidence(event->rule, access, evidence, sizeof(evidence));
	escape_text(comm, sizeof(comm), access->raw.comm, sizeof(access->raw.comm));
	escape_text(fn, sizeof(fn), access->fn->address, sizeof(access->fn->address));
	snprintf(line, sizeof(line), "%.6f s %s %s[%" PRIu32 "] %s: %s", (double)ns / 1e9,
		 rules[event->rule].id, comm, access->raw.pid, fn, evidence);
	if (width)
		lines_wrap(lines, shown, 2, width, line);
	else
		lines_add(lines, shown, "  %s", line);
}

static bool passes(const struct top *top, const struct access *access)
{
	const struct count_key key = {
		.fn = access->fn,
		.driver = access->driver,
		.pid = access->raw.pid,
	};

	return data_filter(&key, access->raw.comm, top->filter);
}

void page_events(struct lines *lines, const struct top *top, unsigned int max)
{
	const struct counts *counts = top->gather->counts;
	uint64_t first = first_event(top), i;

	for (i = counts->nr_events; i > first && max; i--) {
		const struct count_event *event = &counts->events[(i - 1) % COUNT_EVENTS];

		if (!passes(top, &event->access))
			continue;
		put_event(lines, top, event, 0);
		max--;
	}
}

static bool is_here(const struct top *top, const struct count_event *event, enum rule_id rule)
{
	return event->rule == rule && passes(top, &event->access) &&
	       (top->view == VIEW_FINDINGS || row_has(top->view, &top->row.key, &event->access));
}

static void put_meaning(struct lines *lines, enum rule_id id, unsigned int width)
{
	char text[512];

	snprintf(text, sizeof(text), "Means: %s", rules[id].says);
	lines_wrap(lines, TONE_PLAIN, 2, width, text);
	snprintf(text, sizeof(text), "Fix: %s", rules[id].fix);
	lines_wrap(lines, TONE_PLAIN, 2, width, text);
}

/* What is missing by which cause, and what helps. */
static void put_causes(struct lines *lines, const struct top *top, unsigned int width)
{
	const struct losses *lost = &top->gather->counts->lost;
	char text[512];
	int i;

	for (i = 0; i < LOSS_COUNT; i++) {
		if (!lost->n[i])
			continue;
		lines_add(lines, TONE_WARN, "lost %" PRIu64 " %s", lost->n[i], loss_infos[i].says);
		if (!loss_infos[i].remedy)
			continue;
		snprintf(text, sizeof(text), "Fix: %s", loss_infos[i].remedy);
		lines_wrap(lines, TONE_PLAIN, 2, width, text);
	}
	if (lost->misses_unknown)
		lines_wrap(lines, TONE_PLAIN, 0, width, losses_unknown);
}

/* The latest of a rule's findings in this row, at most max. */
static void put_latest(struct lines *lines, const struct top *top, enum rule_id id,
		       unsigned int width, unsigned int max)
{
	const struct counts *counts = top->gather->counts;
	uint64_t first = first_event(top), i;

	for (i = counts->nr_events; i > first && max; i--) {
		const struct count_event *event = &counts->events[(i - 1) % COUNT_EVENTS];

		if (!is_here(top, event, id))
			continue;
		put_event(lines, top, event, width);
		max--;
	}
}

static void put_rule(struct lines *lines, const struct top *top, enum rule_id id, uint64_t count)
{
	const char *what = count == 1 ? "finding" : "findings";

	if (id == RULE_LOST && top->data.lost_why) {
		lines_add(lines, severity_tone(rules[id].severity),
			  "%s %s (%s): it is not known what was lost: %s", rules[id].id,
			  rules[id].name, severity_name(rules[id].severity), top->data.lost_why);
		return;
	}

	lines_add(lines, severity_tone(rules[id].severity), "%s %s (%s): %" PRIu64 " %s",
		  rules[id].id, rules[id].name, severity_name(rules[id].severity), count,
		  id == RULE_LOST ? "missing" : what);
}

/* Findings are not counted by size: of a size class only those that are kept are known. */
static uint64_t count_here(const struct top *top, enum rule_id id)
{
	const struct counts *counts = top->gather->counts;
	uint64_t i, n = 0;

	if (top->view != VIEW_SIZES)
		return top->row.all.counted.findings[id];
	for (i = first_event(top); i < counts->nr_events; i++)
		n += is_here(top, &counts->events[i % COUNT_EVENTS], id);
	return n;
}

void page_findings(struct lines *lines, const struct top *top, unsigned int width)
{
	bool any = false;
	uint64_t count;
	int id;

	if (top->view == VIEW_FINDINGS) {
		id = (int)top->row.key.number;
		put_rule(lines, top, (enum rule_id)id, top->row.all.findings);
		put_meaning(lines, (enum rule_id)id, width);
		if (id == RULE_LOST)
			put_causes(lines, top, width);
		put_latest(lines, top, (enum rule_id)id, width, COUNT_EVENTS);
		return;
	}
	for (id = 0; id < RULE_COUNT; id++) {
		count = count_here(top, (enum rule_id)id);
		if (!count)
			continue;
		if (!any)
			lines_add(lines, TONE_HEAD, "%s",
				  top->view == VIEW_SIZES ? "Findings (among the latest)"
							  : "Findings");
		any = true;
		put_rule(lines, top, (enum rule_id)id, count);
		put_latest(lines, top, (enum rule_id)id, width, 1);
		put_meaning(lines, (enum rule_id)id, width);
	}
	if (!any)
		lines_add(lines, TONE_GOOD, "%s", "No findings.");
}
