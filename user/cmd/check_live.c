// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_live.c - `ismtrace check -- CMD`: a session whose sink keeps findings
 * until CMD has ended, so that they do not get between its own output.
 */
#include "cmd/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cmd/session.h"
#include "util/message.h"

struct check_session {
	struct session session; /* first: operations get this one */
	const struct check_trace *trace;
	/* Findings may be many: they wait in a file, which has no name. */
	FILE *spool;
	bool lacking; /* not enough was looked at */
};

struct sink_check {
	struct sink sink;
	uint64_t number; /* of the record in the trace, from 1 */
	struct check_output output;
};

static int sink_begin(struct sink *sink)
{
	return 0;
}

static int sink_access(struct sink *sink, const struct access *access)
{
	struct sink_check *check = (struct sink_check *)sink;

	return check_output_access(&check->output, "live", ++check->number, access);
}

static int sink_insn(struct sink *sink, const struct insn *insn)
{
	return 0;
}

static int sink_end(struct sink *sink, const struct summary *summary)
{
	struct sink_check *check = (struct sink_check *)sink;

	return check_output_end(&check->output, "live", summary);
}

static int sink_flush(struct sink *sink)
{
	/* The output is read when all is over: do not flush in between. */
	return 0;
}

static void sink_free(struct sink *sink)
{
	free(sink);
}

static const struct sink_ops check_sink_ops = {
	.begin = sink_begin,
	.access = sink_access,
	.insn = sink_insn,
	.end = sink_end,
	.flush = sink_flush,
	.free = sink_free,
};

static int prepare(struct session *session)
{
	struct check_session *check = (struct check_session *)session;

	check->spool = tmpfile();
	if (check->spool)
		return output_open(check->trace->output);
	error("cannot make a temporary file: %s", strerror(errno));
	return EXIT_OUTPUT;
}

static struct sink *make_sink(struct session *session)
{
	struct check_session *check = (struct check_session *)session;
	struct sink_check *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return NULL;
	sink->sink.ops = &check_sink_ops;
	check_output_init(&sink->output, &check->trace->check, check->spool);
	return &sink->sink;
}

static int copy_spool(FILE *spool, FILE *out)
{
	char buf[8192];
	size_t len;

	rewind(spool);
	errno = 0;
	while ((len = fread(buf, 1, sizeof(buf), spool)) > 0)
		if (fwrite(buf, 1, len, out) != len)
			return errno ? -errno : -EIO;
	return ferror(spool) ? (errno ? -errno : -EIO) : 0;
}

static int finish(struct session *session)
{
	struct check_session *check = (struct check_session *)session;
	struct sink_check *sink = (struct sink_check *)session->sink;
	int err = session->output_error;

	if (!err)
		err = copy_spool(check->spool, check->trace->output->file);
	if (!err)
		check_output_count(&sink->output, session->summary, check->trace->output->file);
	err = output_status(check->trace->output, output_close(check->trace->output, err));
	if (err)
		return err;
	/* Told here, before CMD is waited for; a CMD that fails says more than what is lacking. */
	err = check_output_verdict(&sink->output, session->summary);
	check->lacking = err == EXIT_EVIDENCE;
	return check->lacking ? EXIT_DONE : err;
}

static const struct session_ops check_ops = {
	.prepare = prepare,
	.sink = make_sink,
	.finish = finish,
	.ends = "ends it and shows the findings",
};

static int check_live(const struct check_trace *trace)
{
	struct check_session check;
	int status;

	session_init(&check.session, &check_ops);
	check.spool = NULL;
	check.lacking = false;
	check.trace = trace;
	check.session.tracing.options.filter = *trace->filter;
	check.session.tracing.options.measure = trace->measure;
	check.session.tracing.all = trace->all;
	check.session.tracing.duration_ns = trace->duration_ns;
	check.session.tracing.options.run_as = trace->run_as;
	check.session.tracing.argv = trace->argv;
	check.session.tracing.separate = output_mixes(trace->output->path);
	status = session_run(&check.session);
	session_free(&check.session);
	if (check.spool)
		fclose(check.spool);
	return !status && check.lacking ? EXIT_EVIDENCE : status;
}

int command_check(int argc, char **argv)
{
	return check_command(argc, argv, check_live);
}
