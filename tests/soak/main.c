// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak-check DIR - hold what the tracers of a soak run said against the load's own
 * log, access by access, and against one another.  The last line of stdout sums up,
 * the first differences of each kind are above it; exit status 1 if there are any,
 * 2 if something is not there to be looked at.
 */
#include "check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many of each tracer and kind are shown. */
#define SHOWN 4
#define KINDS 64

static struct {
	char name[48];
	unsigned long count;
} kinds[KINDS];

static unsigned long differences;

void differ(const char *tracer, const char *kind, const char *format, ...)
{
	char name[48];
	unsigned int i;
	va_list ap;

	differences++;
	snprintf(name, sizeof(name), "%s: %s", tracer, kind);
	for (i = 0; i < KINDS - 1 && kinds[i].name[0] && strcmp(kinds[i].name, name); i++)
		;
	if (!kinds[i].name[0])
		strcpy(kinds[i].name, name);
	if (kinds[i].count++ >= SHOWN)
		return;
	printf("%s: ", name);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

json_int_t lost_of(const struct trace *trace)
{
	return number_of(json_object_get(trace->summary, "lost"), "total");
}

static size_t tasks_of(const struct load *load)
{
	uint8_t *seen = calloc(1, 1 << 22);
	size_t i, n = 0;

	for (i = 0; seen && i < load->nr_ops; i++) {
		uint32_t tid = load->ops[i].tid & ((1 << 22) - 1);

		n += !seen[tid];
		seen[tid] = 1;
	}
	free(seen);
	return n;
}

static const char *in(const char *dir, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* The last line, and how many there are of which only the first are shown. */
static void say_all(const struct load *load, json_int_t lost, unsigned int cuts)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].count > SHOWN)
			printf("%s: %lu in all\n", kinds[i].name, kinds[i].count);
	printf("seed %" JSON_INTEGER_FORMAT ": %" JSON_INTEGER_FORMAT " accesses of %zu tasks",
	       number_of(load->total, "seed"), number_of(load->total, "ops"), tasks_of(load));
	printf(", %" JSON_INTEGER_FORMAT " execs, %" JSON_INTEGER_FORMAT " kills",
	       number_of(load->total, "execs"), number_of(load->total, "kills"));
	if (lost)
		printf(", %" JSON_INTEGER_FORMAT " said to be lost", lost);
	printf(", %u cut-offs: %lu differences\n", cuts, differences);
}

/* Tracers that were there all the time; returns what they say that they lost. */
static json_int_t whole_check(struct load *load, const char *dir)
{
	struct trace *live = trace_read(in(dir, "live.json"), "live");
	struct trace *record = trace_read(in(dir, "record.json"), "record");
	struct trace *stat = trace_read(in(dir, "stat.json"), "stat");
	json_t *top = object_read(in(dir, "top.json"), "interval");
	struct sums runs;

	match(load, live, NULL);
	runs = runs_expect(live);
	match(load, record, NULL);
	match(load, stat, NULL);
	sums_of_records(live);
	sums_of_records(record);
	sums_compare(live, record);
	sums_compare(live, stat);
	sums_of_runs(live, &runs);
	sums_of_runs(record, &runs);
	sums_of_runs(stat, &runs);
	top_compare(load, live, top, &runs);
	block_compare(live, dir);
	block_compare(stat, dir);
	return lost_of(live) + lost_of(record) + lost_of(stat) +
	       number_of(json_object_get(top, "totals"), "lost");
}

int main(int argc, char **argv)
{
	const char *dir = argv[1];
	json_int_t lost = 0;
	unsigned int cuts;
	struct load *load;

	if (argc != 2) {
		fprintf(stderr, "usage: soak-check DIR\n");
		return 2;
	}
	load = load_read(in(dir, "ops"));
	/* A round has either these, or none but what begins and ends meanwhile. */
	if (!access(in(dir, "live.json"), F_OK))
		lost = whole_check(load, dir);
	cuts = cuts_check(load, dir);
	say_all(load, lost, cuts);
	return differences > 0;
}
