// SPDX-License-Identifier: GPL-2.0-only
/*
 * summary.c - what is said before the first access and after the last one.
 */
#include "report.h"

#include <inttypes.h>

/* Flush first: the parts of a start or a total together exceed one line. */
static int room(struct report *report)
{
	return report->len + 1024 > report->size ? report_flush(report) : 0;
}

static void start_json(struct report *report, const struct function *fn, const struct run_info *run)
{
	const char *sep = "";
	unsigned int i;
	char name[16];

	report_printf(report,
		      "{\"type\":\"start\",\"schema\":1,\"version\":\"%s\",\"pid\":%d,"
		      "\"function\":\"%s\",\"driver\":\"%s\",\"contract\":\"%s\","
		      "\"interface\":\"%s\",\"maxstbl\":%" PRIu32 ",\"seed\":%" PRIu64
		      ",\"processes\":%u,\"threads\":%u,",
		      ISMTRACE_VERSION, report->pid, fn->address, fn->driver, fn->contract->name,
		      fn->interface, fn->maxstbl, run->seed, run->processes, run->threads);
	report_printf(report,
		      "\"zpci\":{\"base_version\":%u,\"group_version\":%u,\"maxstbl\":%u,"
		      "\"imaxstbl\":%u,\"vfn\":%u,\"pft\":%u,\"pci_version\":%u},"
		      "\"num_regions\":%u,\"num_irqs\":%u,\"regions\":[",
		      fn->base_version, fn->group_version, fn->cap_maxstbl, fn->cap_imaxstbl,
		      fn->vfn, fn->pft, fn->pci_version, fn->num_regions, fn->num_irqs);
	for (i = 0; i < REGIONS_MAX; i++) {
		if (!fn->region[i].known)
			continue;
		room(report);
		report_printf(report,
			      "%s{\"region\":\"%s\",\"size\":%" PRIu64 ",\"offset\":%" PRIu64
			      ",\"flags\":%" PRIu32 "}",
			      sep, region_name(i, name, sizeof(name)), fn->region[i].size,
			      fn->region[i].offset, fn->region[i].flags);
		sep = ",";
	}
	report_printf(report, "]}\n");
}

int report_start(struct report *report, const struct function *fn, const struct run_info *run)
{
	if (report->quiet)
		return 0;
	if (report->json)
		start_json(report, fn, run);
	else if (report->ops || report->plan)
		report_printf(report,
			      "%s  %s  contract %s  interface %s  maxstbl %" PRIu32
			      "  seed %" PRIu64 "\n",
			      fn->address, fn->driver, fn->contract->name, fn->interface,
			      fn->maxstbl, run->seed);
	return report_flush(report);
}

static const char *tally_pattern(const struct report *report, const struct tally *t)
{
	if (t->role == ROLE_SETUP)
		return "setup";
	if (t->role == ROLE_VERIFY)
		return "verify";
	return report->jobs[t->pattern].pattern->name;
}

static const char *tally_result(const struct tally *t)
{
	if (!t->result)
		return "ok";
	return t->result == RESULT_SHORT ? "short" : errno_name(-t->result);
}

static void latency_json(struct report *report, const char *key, const struct latency *l)
{
	if (!l->count) {
		report_printf(report, ",\"%s\":null", key);
		return;
	}
	report_printf(report,
		      ",\"%s\":{\"count\":%" PRIu64 ",\"min\":%" PRIu64 ",\"median\":%" PRIu64
		      ",\"mean\":%" PRIu64 ",\"max\":%" PRIu64 "}",
		      key, l->count, l->min, latency_median(l), l->sum / l->count, l->max);
}

static void total_json(struct report *report, const struct function *fn, const struct run_info *run,
		       const struct stats *s)
{
	const struct tally *t;
	const char *sep = "";
	unsigned int i;
	char name[16];

	report_printf(report,
		      "{\"type\":\"total\",\"schema\":1,\"function\":\"%s\",\"driver\":\"%s\","
		      "\"contract\":\"%s\",\"interface\":\"%s\",\"seed\":%" PRIu64
		      ",\"interrupted\":%s,\"ops\":%" PRIu64 ",\"reads\":%" PRIu64
		      ",\"writes\":%" PRIu64 ",\"bytes_read\":%" PRIu64
		      ",\"bytes_written\":%" PRIu64,
		      fn->address, fn->driver, fn->contract->name, fn->interface, run->seed,
		      run->interrupted ? "true" : "false", s->ops[OP_READ] + s->ops[OP_WRITE],
		      s->ops[OP_READ], s->ops[OP_WRITE], s->bytes[OP_READ], s->bytes[OP_WRITE]);
	report_printf(report,
		      ",\"verified\":%" PRIu64 ",\"mismatched\":%" PRIu64 ",\"unexpected\":%" PRIu64
		      ",\"late\":%" PRIu64 ",\"elapsed_ns\":%" PRIu64 ",\"cpu_ns\":%" PRIu64,
		      s->verified, s->mismatched, s->unexpected, s->late, s->end_ns - s->begin_ns,
		      s->cpu_ns);
	latency_json(report, "read_ns", &s->latency[OP_READ]);
	latency_json(report, "write_ns", &s->latency[OP_WRITE]);
	report_printf(report, ",\"counts\":[");
	for (i = 0; i < s->tallies; i++) {
		t = &s->tally[i];
		room(report);
		report_printf(report,
			      "%s{\"pattern\":\"%s\",\"op\":\"%s\",\"region\":\"%s\","
			      "\"result\":\"%s\",\"count\":%" PRIu64 ",\"bytes\":%" PRIu64 "}",
			      sep, tally_pattern(report, t), t->kind == OP_READ ? "read" : "write",
			      region_name(t->region, name, sizeof(name)), tally_result(t), t->count,
			      t->bytes);
		sep = ",";
	}
	report_printf(report, "],\"uncounted\":%" PRIu64 "}\n", s->untallied);
}

static void latency_text(struct report *report, const char *what, const struct latency *l)
{
	if (!l->count)
		return;
	report_printf(report,
		      "%-6s %10" PRIu64 " accesses: min %" PRIu64 "  median %" PRIu64
		      "  mean %" PRIu64 "  max %" PRIu64 " ns\n",
		      what, l->count, l->min, latency_median(l), l->sum / l->count, l->max);
}

static void total_text(struct report *report, const struct function *fn, const struct run_info *run,
		       const struct stats *s, bool table)
{
	uint64_t ops = s->ops[OP_READ] + s->ops[OP_WRITE];
	uint64_t us = (s->end_ns - s->begin_ns) / 1000;
	const struct tally *t;
	unsigned int i;
	char name[16];

	if (table) {
		report_printf(report, "%-10s  %-5s  %-9s  %-7s  %10s  %14s\n", "PATTERN", "OP",
			      "REGION", "RESULT", "COUNT", "BYTES");
		for (i = 0; i < s->tallies; i++) {
			t = &s->tally[i];
			room(report);
			report_printf(
				report, "%-10s  %-5s  %-9s  %-7s  %10" PRIu64 "  %14" PRIu64 "\n",
				tally_pattern(report, t), t->kind == OP_READ ? "read" : "write",
				region_name(t->region, name, sizeof(name)), tally_result(t),
				t->count, t->bytes);
		}
		latency_text(report, "read", &s->latency[OP_READ]);
		latency_text(report, "write", &s->latency[OP_WRITE]);
	}
	room(report);
	report_printf(report,
		      "%s (%s): %" PRIu64 " accesses in %" PRIu64 ".%06" PRIu64 " s, %" PRIu64
		      " verified, %" PRIu64 " mismatched, %" PRIu64 " unexpected%s\n",
		      fn->address, fn->driver, ops, us / 1000000, us % 1000000, s->verified,
		      s->mismatched, s->unexpected, run->interrupted ? ", interrupted" : "");
}

int report_total(struct report *report, const struct function *fn, const struct run_info *run,
		 const struct stats *total)
{
	if (report->json)
		total_json(report, fn, run, total);
	else
		total_text(report, fn, run, total, !report->quiet);
	return report_flush(report);
}
