// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor.c - `ismtrace doctor`: every check, and a trial of attaching.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "live/requirements.h"
#include "live/requirements_seal.h"
#include "live/source.h"
#include "live/trampolines.h"
#include "live/zpci_list.h"
#include "model/access.h"
#include "model/losses.h"
#include "util/escape.h"
#include "util/json.h"
#include "util/message.h"

enum { OPT_JSON = 0x200 };

struct doctor_command {
	struct common_options common;
	struct output output;
	bool json;
};

static const struct argp_option doctor_options[] = {
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ 0 },
};

static const struct argp_child doctor_children[] = {
	{ &common_argp, 0, NULL, -1 },
	{ &output_argp, 0, "Where to write:", 3 },
	{ 0 },
};

static error_t parse_doctor(int key, char *arg, struct argp_state *state)
{
	struct doctor_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->common;
		state->child_inputs[1] = &cmd->output;
		return 0;
	case OPT_JSON:
		cmd->json = true;
		return 0;
	case ARGP_KEY_ARG:
		option_error(state, "unexpected '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp doctor_argp = {
	.options = doctor_options,
	.parser = parse_doctor,
	.doc = "Show what this kernel offers to tracing and what it lacks, and how to get it; then try "
	       "to attach.\vExit status: 0 tracing works, 3 it does not.",
	.children = doctor_children,
};

static const char *result_word(enum requirement_state result)
{
	switch (result) {
	case REQ_OK:
		return "ok";
	case REQ_LACKS:
		return "lacks";
	case REQ_FAILS:
		return "fails";
	default:
		return "unknown";
	}
}

static void show(const struct doctor_command *cmd, const char *name,
		 const struct requirement_result *finding)
{
	const char *word = result_word(finding->result);
	char found[ESCAPE_TEXT_LEN(sizeof(finding->found))];
	FILE *out = cmd->output.file;

	if (!cmd->json) {
		escape_line(found, sizeof(found), finding->found, sizeof(finding->found));
		fprintf(out, "%-8s %-11s %s\n", word, name, found);
		if (finding->hint && finding->result != REQ_OK)
			fprintf(out, "%-8s %-11s -> %s\n", "", "", finding->hint);
		return;
	}
	json_print(json_pack("{s:s, s:s, s:s, s:o, s:s?}", "type", "check", "name", name, "result",
			     word, "found", json_text(finding->found), "hint", finding->hint),
		   out);
}

static int no_access(void *arg, struct access *access)
{
	(void)arg;
	(void)access;
	return 0;
}

static int no_insn(void *arg, const struct insn *insn)
{
	(void)arg;
	(void)insn;
	return 0;
}

static void look_kprobes(const struct ismt_switches *switches, struct requirement_result *finding)
{
	if (switches->kprobes < 0) {
		snprintf(finding->found, sizeof(finding->found),
			 "the kernel does not tell whether kprobes are on");
		finding->result = REQ_UNKNOWN;
	} else if (switches->kprobes) {
		snprintf(finding->found, sizeof(finding->found), "kprobes are on");
	} else if (trampolines_work()) {
		snprintf(finding->found, sizeof(finding->found),
			 "kprobes are turned off; fentry does not need them");
	} else {
		snprintf(finding->found, sizeof(finding->found),
			 "kprobes are turned off: no probe would run");
		finding->result = REQ_FAILS;
		finding->hint = "echo 1 >/sys/kernel/debug/kprobes/enabled turns them on";
	}
}

static void look_errors(const struct ismt_switches *switches, struct requirement_result *finding)
{
	if (switches->errors < 0) {
		snprintf(finding->found, sizeof(finding->found),
			 "the kernel does not tell the level of its debug area pci_error");
		finding->result = REQ_UNKNOWN;
	} else if (switches->errors) {
		snprintf(finding->found, sizeof(finding->found),
			 "the debug area pci_error has the errors of instructions");
	} else {
		snprintf(
			finding->found, sizeof(finding->found),
			"the debug area pci_error is turned off: errors show without cc and status");
		finding->result = REQ_LACKS;
		finding->hint = "echo 3 >/sys/kernel/debug/s390dbf/pci_error/level turns it on";
	}
}

/* What only programs can see.  Returns false if tracing cannot work. */
static bool show_switches(const struct doctor_command *cmd)
{
	struct requirement_result kprobes = { .result = REQ_OK }, errors = kprobes;
	struct ismt_switches switches = { -1, -1, -1, 0 };
	struct ismtrace_bpf *skel = scan_load();

	if (skel)
		scan_switches(skel, &switches);
	scan_unload(skel);
	look_kprobes(&switches, &kprobes);
	look_errors(&switches, &errors);
	show(cmd, "kprobes", &kprobes);
	show(cmd, "errors", &errors);
	return kprobes.result != REQ_FAILS;
}

/* None of it keeps anybody from tracing. */
static void show_seal(const struct doctor_command *cmd)
{
	struct seal seal;
	size_t i;
	int err;

	/* What is not written yet would be written twice. */
	fflush(cmd->output.file);
	err = seal_try(&seal);
	for (i = 0; i < nr_seal_checks; i++) {
		struct requirement_result finding = { .result = REQ_OK };

		if (!err) {
			seal_checks[i].look(&seal, &finding);
		} else {
			finding.result = REQ_UNKNOWN;
			snprintf(finding.found, sizeof(finding.found),
				 "a tracer cannot give up its privileges: %s", strerror(-err));
		}
		show(cmd, seal_checks[i].name, &finding);
	}
}

static void look_missed(const struct live *live, struct requirement_result *finding)
{
	if (live_tells_misses(live)) {
		snprintf(finding->found, sizeof(finding->found),
			 "the kernel tells how often it missed a probe");
		return;
	}
	snprintf(finding->found, sizeof(finding->found), "%s", losses_unknown);
	finding->result = REQ_UNKNOWN;
}

static void try_attach(struct requirement_result *finding, struct requirement_result *missed)
{
	struct live_options options = { .buffer_size = 1 << 16 };
	struct live_handler handler = { no_access, no_insn, NULL };
	struct live *live;

	filter_init(&options.filter);
	if (live_open(&live, &options, &handler)) {
		finding->result = REQ_FAILS;
		snprintf(finding->found, sizeof(finding->found), "attaching the probes failed");
		return;
	}
	snprintf(finding->found, sizeof(finding->found),
		 "probes attach by %s, instruction errors %s", live_attach_mode(live),
		 live_has_cc(live) ? "with cc and status" : "without cc and status");
	look_missed(live, missed);
	live_close(live);
}

int command_doctor(int argc, char **argv)
{
	struct doctor_command cmd = {};
	bool fails = false;
	int status;
	size_t i;

	options_parse(&doctor_argp, "doctor", argc, argv, NULL, &cmd);
	status = output_open(&cmd.output);
	if (status)
		return status;
	for (i = 0; i < nr_requirements; i++) {
		struct requirement_result finding = { .result = REQ_OK };

		checks[i].look(&finding);
		fails |= finding.result == REQ_FAILS;
		show(&cmd, checks[i].name, &finding);
	}
	show_seal(&cmd);
	if (!fails)
		fails = !show_switches(&cmd);
	if (!fails) {
		struct requirement_result finding = { .result = REQ_OK }, missed = finding;

		/* Trying to attach takes a while, and prints messages: show the lines before it first. */
		fflush(cmd.output.file);
		try_attach(&finding, &missed);
		fails = finding.result == REQ_FAILS;
		show(&cmd, "attach", &finding);
		if (!fails)
			show(&cmd, "missed", &missed);
	}
	status = output_finish(&cmd.output);
	if (status)
		return status;
	return fails ? EXIT_ATTACH : EXIT_DONE;
}
