// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - `ismtrace record`: the stream, into a capture file.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/sink_capture.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cmd/record_files.h"
#include "cmd/session.h"
#include "util/message.h"
#include "util/outfile.h"
#include "version.h"

#define DEFAULT_FILE "ismtrace.pcapng.gz"
/* zlib's level of compression; a low one, as the writer shares the CPUs with what is traced. */
#define DEFAULT_LEVEL 3
#define LEVEL_UNSET   (-2)

enum { OPT_QUIET = 'q', OPT_ORDER = 0x300 };

struct record_command {
	struct session session; /* first: operations get this one */
	const char *path;
	int level;
	bool little;
	bool quiet;
	uint64_t max_size, max_ns;
	unsigned long long keep;

	struct capture_files files;
	int fd; /* until the sink has it; -1 */
	char application[64];
};

static const struct argp_option record_argp_options[] = {
	{ NULL, 0, NULL, 0, "What to write:", 0 },
	{ "output", 'o', "FILE", 0,
	  "the capture; - is standard output, .gz compresses (default " DEFAULT_FILE ")", 0 },
	{ "snaplen", 's', "BYTES", 0,
	  "so much of the data of each access, where it can be read safely (default 0: none)", 0 },
	{ "compress", 'z', "LEVEL", 0,
	  "compress at this level, 0 to 9 (default 3 for .gz, else not at all)", 0 },
	{ "max-size", 'C', "BYTES", 0, "begin a new file when one is about this long", 0 },
	{ "max-time", 'G', "SECONDS", 0, "begin a new file after this time", 0 },
	{ "max-files", 'W', "COUNT", 0, "with -C or -G: keep the newest COUNT files only", 0 },
	{ "byte-order", OPT_ORDER, "big|little", 0,
	  "of the file's blocks (default big); all tools read both, but what Wireshark takes "
	  "live from a pipe (-i -) must be in its own machine's order",
	  0 },
	{ "quiet", OPT_QUIET, NULL, 0, "no line at the end", 0 },
	{ 0 },
};

static const struct argp_child record_children[] = {
	{ &session_argp, 0, NULL, 0 },
	{ 0 },
};

static int parse_level(const char *text, struct argp_state *state)
{
	if (text[0] < '0' || text[0] > '9' || text[1])
		option_error(state, "a level is a number from 0 to 9, not '%s'", text);
	return text[0] - '0';
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static void check_options(struct record_command *cmd, struct argp_state *state)
{
	bool rotates = cmd->max_size || cmd->max_ns;

	if (rotates && !strcmp(cmd->path, "-"))
		option_error(state, "standard output cannot be several files");
	if (cmd->keep && !rotates)
		option_error(state, "-W needs -C or -G");
	if (cmd->level == LEVEL_UNSET)
		cmd->level = ends_in(cmd->path, ".gz") ? DEFAULT_LEVEL : WRITER_PLAIN;
}

static error_t parse_record(int key, char *arg, struct argp_state *state)
{
	struct record_command *cmd = state->input;
	uint64_t bytes;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->session;
		return 0;
	case 'o':
		if (!*arg)
			option_error(state, "a file has a name");
		cmd->path = arg;
		return 0;
	case 's':
		if (parse_size(arg, &bytes))
			option_error(state, "-s is a number of bytes, not '%s'", arg);
		/* More than a store block is not there to be had. */
		if (bytes > ISMT_PAYLOAD_MAX)
			option_error(state, "-s is at most %d bytes, not '%s'", ISMT_PAYLOAD_MAX,
				     arg);
		cmd->session.tracing.options.snaplen = (uint32_t)bytes;
		return 0;
	case 'z':
		cmd->level = parse_level(arg, state);
		return 0;
	case 'C':
		if (parse_size(arg, &cmd->max_size) || !cmd->max_size)
			option_error(state, "-C is a positive number of bytes, not '%s'", arg);
		return 0;
	case 'G':
		cmd->max_ns = parse_seconds(arg, state);
		return 0;
	case 'W':
		cmd->keep = parse_count(arg, "COUNT", state);
		if (cmd->keep > UINT_MAX)
			option_error(state, "COUNT is too large: '%s'", arg);
		return 0;
	case OPT_ORDER:
		if (strcmp(arg, "big") && strcmp(arg, "little"))
			option_error(state, "--byte-order is big or little, not '%s'", arg);
		cmd->little = *arg == 'l';
		return 0;
	case OPT_QUIET:
		cmd->quiet = true;
		return 0;
	case ARGP_KEY_END:
		check_options(cmd, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp record_argp = {
	.options = record_argp_options,
	.parser = parse_record,
	.args_doc = "[-- CMD [ARG...]]",
	.doc = "Record every access of VFIO users to ISM functions to a pcapng file, which ismtrace dump, "
	       "report and check read, and Wireshark as well.\v"
	       "With -- CMD, CMD is run once the probes are in place, only it and its children are "
	       "traced, and the exit status is CMD's.\n\n"
	       "With -C or -G files are numbered: x.pcapng.gz becomes x.00001.pcapng.gz and so on.\n\n"
	       "Exit status: 0 done, 2 usage, 3 cannot attach or no permission, 5 output failed.",
	.children = record_children,
};

static int say_cannot(const struct record_command *cmd, int err)
{
	error("cannot write %s: %s", cmd->path, outfile_reason(err));
	return EXIT_OUTPUT;
}

static int open_output(struct session *session)
{
	struct record_command *cmd = (struct record_command *)session;

	cmd->fd = files_open(&cmd->files);
	return cmd->fd < 0 ? say_cannot(cmd, cmd->fd) : EXIT_DONE;
}

static int account_now(void *arg, struct summary *summary)
{
	return session_account(arg, summary);
}

static struct sink *make_sink(struct session *session)
{
	struct record_command *cmd = (struct record_command *)session;
	struct sink_capture_options options = {
		.writer = {
			.fd = cmd->fd,
			.level = cmd->level,
			.little = cmd->little,
			.next_file = files_next,
			.arg = &cmd->files,
		},
		.application = cmd->application,
		.begin_ns = session->summary->begin_ns,
		.mono_offset_ns = live_mono_offset(session->live),
		.has_cc = live_has_cc(session->live),
		.at_once = !strcmp(cmd->path, "-"),
		.max_size = cmd->max_size,
		.max_ns = cmd->max_ns,
		.account = account_now,
		.arg = session,
	};
	struct sink *sink;

	snprintf(cmd->application, sizeof(cmd->application), "ismtrace %s (%s)", ISMTRACE_VERSION,
		 live_attach_mode(session->live));
	sink = sink_capture_new(&options);
	if (sink)
		cmd->fd = -1;
	return sink;
}

/* What is lost besides accesses; the report of the capture tells more. */
static void say_incomplete(const struct summary *summary)
{
	char text[256];

	if (losses_all(&summary->lost) == losses_accesses(&summary->lost))
		return;
	losses_sentence(&summary->lost, text, sizeof(text));
	warning("%s", text);
}

/* name is that of the last file that could be opened. */
static void say_failed(const struct record_command *cmd, const struct writer_stats *stats,
		       const char *name, int err)
{
	char next[PATH_MAX];

	if (stats->next_failed) {
		files_name(&cmd->files, stats->files, next, sizeof(next));
		name = next;
	}
	error("cannot write %s: %s", name, strerror(-err));
}

static int finish(struct session *session)
{
	struct record_command *cmd = (struct record_command *)session;
	struct writer_stats stats;
	uint64_t lost;
	char name[PATH_MAX], before[40];

	sink_capture_stats(session->sink, &stats);
	lost = summary_lost(session->summary) + stats.failed;
	files_name(&cmd->files, stats.files - 1, name, sizeof(name));
	if (!strcmp(name, "-"))
		snprintf(name, sizeof(name), "standard output");
	/* The reader of a pipe has gone: no failure of ours, but say what was recorded. */
	if (session->output_error == -EPIPE)
		note("the reader closed the output");
	else if (session->output_error)
		say_failed(cmd, &stats, name, session->output_error);
	if (!cmd->quiet || lost || session->output_error) {
		snprintf(before, sizeof(before), " and %u before it", stats.files - 1);
		note("%" PRIu64 " access%s, %" PRIu64 " bytes written to %s%s; %" PRIu64 " lost",
		     stats.accesses, stats.accesses == 1 ? "" : "es", stats.bytes, name,
		     stats.files > 1 ? before : "", lost);
	}
	say_incomplete(session->summary);
	return session->output_error && session->output_error != -EPIPE ? EXIT_OUTPUT : EXIT_DONE;
}

static const struct session_ops record_ops = {
	.prepare = open_output,
	.sink = make_sink,
	.finish = finish,
	.output_only = true,
	.ends = "ends it",
};

int command_record(int argc, char **argv)
{
	struct record_command cmd = { .path = DEFAULT_FILE, .level = LEVEL_UNSET, .fd = -1 };
	int status, err;

	cmd.files.socket = -1;
	session_init(&cmd.session, &record_ops);
	options_parse(&record_argp, "record", argc, argv, NULL, &cmd);
	if (!strcmp(cmd.path, "-") && isatty(STDOUT_FILENO)) {
		error("a capture is not for a terminal");
		hint("-o FILE, or pipe it: ismtrace record -o - | tshark -r -");
		return EXIT_USAGE;
	}
	err = files_look(&cmd.files, cmd.path, cmd.max_size || cmd.max_ns, (unsigned int)cmd.keep);
	if (err)
		return say_cannot(&cmd, err);
	cmd.session.tracing.separate = output_mixes(cmd.path);
	status = session_run(&cmd.session);
	session_free(&cmd.session);
	files_close(&cmd.files);
	if (cmd.fd >= 0)
		close(cmd.fd);
	return status;
}
