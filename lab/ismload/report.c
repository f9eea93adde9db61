// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - each access as a line.
 *
 * JSON is printed, not built with a library: a line is made of integers and of
 * names from this program's own tables (and a PCI address and driver name that
 * were checked when they were read), so there is nothing to escape; building
 * the object with jansson was measured to take 7 to 11 times as long; and the
 * client needs nothing but the C library on a machine under test.
 *
 * Lines are gathered in memory and written between accesses.
 */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define BUF_ALONE      65536
#define LINE_MAX_LEN   512
#define COMPLAINTS_MAX 10

const char *errno_name(int err)
{
	const char *name = strerrorname_np(err);

	return name ? name : "UNKNOWN";
}

int report_init(struct report *report, bool alone)
{
	/*
	 * Several workers share stdout.  A pipe takes up to PIPE_BUF bytes as
	 * a whole, so whole lines of that much never mix and need no lock.
	 */
	report->size = alone ? BUF_ALONE : PIPE_BUF;
	report->buf = malloc(report->size);
	report->len = 0;
	report->tty = isatty(STDOUT_FILENO);
	report->pid = getpid();
	report->tid = gettid();
	/* So that an access can be found in a trace, which has the time of day. */
	report->realtime = realtime_ns() - clock_ns();
	return report->buf ? 0 : -ENOMEM;
}

int report_flush(struct report *report)
{
	size_t at = 0;
	ssize_t ret;

	while (at < report->len && !report->failed) {
		ret = write(STDOUT_FILENO, report->buf + at, report->len - at);
		if (ret < 0 && errno != EINTR) {
			fprintf(stderr, "ismload: cannot write the report: %s\n", strerror(errno));
			report->failed = true;
		}
		if (ret > 0)
			at += (size_t)ret;
	}
	report->len = 0;
	return report->failed ? -EIO : 0;
}

void report_free(struct report *report)
{
	free(report->buf);
	report->buf = NULL;
}

void report_printf(struct report *report, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = vsnprintf(report->buf + report->len, report->size - report->len, format, args);
	va_end(args);
	if (ret > 0)
		report->len += (size_t)ret;
	if (report->len >= report->size)
		report->len = report->size - 1;
}

static const char *outcome_pattern(const struct report *report, const struct outcome *o)
{
	if (o->op.role == ROLE_SETUP)
		return "setup";
	if (o->op.role == ROLE_VERIFY)
		return "verify";
	return report->jobs[o->job].pattern->name;
}

static const char *expect_text(const struct expect *expect, char *buf, size_t size)
{
	if (expect->kind == EXPECT_ANY)
		return "anything";
	if (expect->kind == EXPECT_REFUSED)
		return "EIO or ENXIO";
	if (expect->ret < 0)
		return errno_name((int)-expect->ret);
	snprintf(buf, size, "%" PRId64, expect->ret);
	return buf;
}

static const char *ret_text(int64_t ret, char *buf, size_t size)
{
	if (ret < 0)
		return errno_name((int)-ret);
	snprintf(buf, size, "%" PRId64, ret);
	return buf;
}

static void outcome_json(struct report *report, const struct outcome *o)
{
	static const char *const verified[] = { "null", "true", "false" };
	char name[16];

	report_printf(report,
		      "{\"type\":\"%s\",\"seq\":%" PRIu64 ",\"pid\":%d,\"tid\":%d,\"worker\":%u,"
		      "\"pattern\":\"%s\",\"op\":\"%s\",\"region\":\"%s\",\"offset\":%" PRIu64
		      ",\"len\":%" PRIu32,
		      report->plan ? "plan" : "op", o->seq, report->pid, report->tid, o->worker,
		      outcome_pattern(report, o), o->op.kind == OP_READ ? "read" : "write",
		      region_name(o->region, name, sizeof(name)), o->offset, o->op.len);
	if (o->expect.kind == EXPECT_RET)
		report_printf(report, ",\"expect\":%" PRId64, o->expect.ret);
	else
		report_printf(report, ",\"expect\":null");
	if (!report->plan) {
		report_printf(report, ",\"ret\":%" PRId64, o->ret);
		if (o->ret < 0)
			report_printf(report, ",\"errno\":\"%s\"", errno_name((int)-o->ret));
		else
			report_printf(report, ",\"errno\":null");
		report_printf(report, ",\"verified\":%s,\"expected\":%s", verified[o->verified],
			      o->expected ? "true" : "false");
		if (o->timed)
			report_printf(report, ",\"ts\":%" PRIu64 ",\"latency_ns\":%" PRIu64,
				      o->begin_ns + report->realtime, o->latency_ns);
		else
			report_printf(report, ",\"ts\":null,\"latency_ns\":null");
	}
	report_printf(report, "}\n");
}

static void outcome_text(struct report *report, const struct outcome *o)
{
	static const char *const verified[] = { "", "  verified", "  MISMATCH" };
	char name[16], ret[24], expect[24];

	report_printf(report, "%6" PRIu64 "  %-10s  %-5s  %-8s  0x%012" PRIx64 "  %6" PRIu32,
		      o->seq, outcome_pattern(report, o), o->op.kind == OP_READ ? "read" : "write",
		      region_name(o->region, name, sizeof(name)), o->offset, o->op.len);
	if (report->plan) {
		report_printf(report, "  expect %s\n",
			      expect_text(&o->expect, expect, sizeof(expect)));
		return;
	}
	report_printf(report, "  %6s%s", ret_text(o->ret, ret, sizeof(ret)), verified[o->verified]);
	if (o->timed)
		report_printf(report, "  %" PRIu64 " ns", o->latency_ns);
	report_printf(report, "%s\n", o->expected ? "" : "  UNEXPECTED");
}

int report_outcome(struct report *report, const struct outcome *outcome)
{
	if (!report->ops)
		return 0;
	if (report->len + LINE_MAX_LEN > report->size && report_flush(report))
		return -EIO;
	if (report->json)
		outcome_json(report, outcome);
	else
		outcome_text(report, outcome);
	return report->tty ? report_flush(report) : 0;
}

void report_complain(const struct report *report, const struct outcome *o, uint32_t *reported)
{
	uint32_t n = __atomic_fetch_add(reported, 1, __ATOMIC_RELAXED);
	const char *data = "";
	char name[16], ret[24], expect[24];

	if (o->verified == VERIFIED_FALSE)
		data = o->ret < 0 ? " and yet changed the data" : " and other data";
	if (n == COMPLAINTS_MAX)
		fprintf(stderr, "ismload: more unexpected outcomes are in the total only\n");
	if (n >= COMPLAINTS_MAX)
		return;
	fprintf(stderr,
		"ismload: access %" PRIu64 " (%s): %s of %" PRIu32 " bytes at %s offset 0x%" PRIx64
		" gave %s%s, expected %s\n",
		o->seq, outcome_pattern(report, o), o->op.kind == OP_READ ? "read" : "write",
		o->op.len, region_name(o->region, name, sizeof(name)), o->offset,
		ret_text(o->ret, ret, sizeof(ret)), data,
		expect_text(&o->expect, expect, sizeof(expect)));
}

void report_shared(const struct report *report, unsigned int job)
{
	fprintf(stderr,
		"ismload: %s: there is no room for each worker to have a place of its own; "
		"nothing is verified\n",
		report->jobs[job].pattern->name);
}
