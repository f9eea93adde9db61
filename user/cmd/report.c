// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - `ismtrace report`: what captures add up to.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cmd/replay.h"
#include "model/report_tables.h"
#include "output/report_html.h"
#include "output/summary_json.h"
#include "output/summary_text.h"
#include "util/message.h"
#include "util/outfile.h"

#define TOP_DEFAULT 10

enum { OPT_JSON = 0x200, OPT_HTML, OPT_SORT, OPT_TOP };

struct report_command {
	struct capture_args options;
	struct common_options common;
	bool json;
	const char *html; /* file to write; NULL: none */
	enum table_sort sort;
	size_t top; /* 0: all */

	struct replay replay;
	struct tables *tables;
};

static const struct argp_option report_options[] = {
	{ NULL, 0, NULL, 0, "What to show:", 0 },
	{ "sort", OPT_SORT, "count|bytes|errors|findings", 0,
	  "what comes first in the tables (default: count)", 0 },
	{ "top", OPT_TOP, "N", 0, "rows of a table; the rest is one line (default 10, 0: all)", 0 },
	{ "json", OPT_JSON, NULL, 0, "live's summary object, and the tables in it", 0 },
	{ "html", OPT_HTML, "FILE", 0, "write a page that stands alone, instead", 0 },
	{ 0 },
};

static const struct argp_child report_children[] = {
	{ &filter_argp, 0, NULL, 1 },
	{ &capture_argp, 0, NULL, 2 },
	{ &common_argp, 0, NULL, -1 },
	{ 0 },
};

static size_t parse_top(const char *arg, struct argp_state *state)
{
	return strcmp(arg, "0") ? (size_t)parse_count(arg, "--top", state) : 0;
}

static error_t parse_report(int key, char *arg, struct argp_state *state)
{
	struct report_command *cmd = state->input;
	int sort;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->options.filter;
		state->child_inputs[1] = &cmd->options;
		state->child_inputs[2] = &cmd->common;
		return 0;
	case OPT_JSON:
		cmd->json = true;
		return 0;
	case OPT_HTML:
		cmd->html = arg;
		return 0;
	case OPT_TOP:
		cmd->top = parse_top(arg, state);
		return 0;
	case OPT_SORT:
		sort = sort_find(arg);
		if (sort < 0)
			option_error(state, "--sort is count, bytes, errors or findings, not '%s'",
				     arg);
		cmd->sort = (enum table_sort)sort;
		return 0;
	case ARGP_KEY_END:
		if (cmd->json && cmd->html)
			option_error(state, "--json or --html, not both");
		return ARGP_ERR_UNKNOWN;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp report_argp = {
	.options = report_options,
	.parser = parse_report,
	.args_doc = "FILE...",
	.doc = "Show what captures add up to: histograms, tables by function, process, region and "
	       "size, instructions, and the findings.\v"
	       "Exit status: 0 done, 2 usage, 4 bad capture, 5 output failed.",
	.children = report_children,
};

static int on_access(void *arg, const struct capture_record *rec)
{
	struct report_command *cmd = arg;

	tables_access(cmd->tables, &rec->access);
	return 0;
}

static int write_json(const struct report_command *cmd, struct outbuf *out)
{
	json_t *json = summary_json(cmd->replay.summary);

	if (json && json_object_set_new(json, "tables", tables_json(cmd->tables, cmd->top))) {
		json_decref(json);
		json = NULL;
	}
	return json_write(json, out);
}

static int write_stdout(const struct report_command *cmd, struct outbuf *out)
{
	bool color = color_allowed(&cmd->common, stdout);
	int err = 0;

	out_init(out, stdout);
	if (cmd->json) {
		err = write_json(cmd, out);
	} else {
		summary_write_text(cmd->replay.summary, out, color);
		tables_write_text(cmd->tables, out, cmd->top, color);
	}
	return err ? err : out_flush(out);
}

static int write_html(const struct report_command *cmd, struct outbuf *out)
{
	const struct report_page page = {
		.summary = cmd->replay.summary,
		.tables = cmd->tables,
		.files = cmd->options.files,
		.nr_files = cmd->options.nr_files,
		.top = cmd->top,
	};
	bool to_stdout = !strcmp(cmd->html, "-");
	int fd = to_stdout ? STDOUT_FILENO : outfile_open(cmd->html, 0666), err;
	FILE *file = to_stdout ? stdout : fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		return fd < 0 ? fd : -errno;
	out_init(out, file);
	report_html_write(&page, out);
	err = out_flush(out);
	if (!to_stdout && fclose(file) && !err)
		err = -errno;
	return err;
}

static int report(struct report_command *cmd)
{
	const struct replay_handler handler = { .access = on_access, .arg = cmd };
	struct outbuf *out = malloc(sizeof(*out));
	int err;

	cmd->tables = tables_new(cmd->sort);
	if (!cmd->tables || !out) {
		free(out);
		return replay_end(&cmd->replay, -ENOMEM);
	}
	err = replay_run(&cmd->replay, &handler);
	if (!err)
		err = replay_finish(&cmd->replay);
	tables_finish(cmd->tables);
	if (!err)
		err = cmd->html ? write_html(cmd, out) : write_stdout(cmd, out);
	free(out);
	if (err && err != -EPIPE && cmd->html) {
		error("cannot write %s: %s", cmd->html, outfile_reason(err));
		return EXIT_OUTPUT;
	}
	return replay_end(&cmd->replay, err);
}

int command_report(int argc, char **argv)
{
	struct report_command cmd = { .options.silent = true, .top = TOP_DEFAULT };
	int status;

	filter_init(&cmd.options.filter);
	options_parse(&report_argp, "report", argc, argv, NULL, &cmd);
	status = replay_open(&cmd.replay, &cmd.options);
	if (!status)
		status = report(&cmd);
	tables_free(cmd.tables);
	replay_close(&cmd.replay);
	return status;
}
