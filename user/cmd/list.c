// SPDX-License-Identifier: GPL-2.0-only
/*
 * list.c - `ismtrace list`: the functions of this machine.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "live/privilege.h"
#include "live/requirements.h"
#include "live/zpci_list.h"
#include "model/function.h"
#include "util/escape.h"
#include "util/json.h"
#include "util/message.h"

enum { OPT_JSON = 0x200 };

struct list_command {
	struct common_options common;
	struct output output;
	bool json;
};

static const struct argp_option list_options[] = {
	{ "json", OPT_JSON, NULL, 0, "one JSON object a line", 0 },
	{ 0 },
};

static const struct argp_child list_children[] = {
	{ &common_argp, 0, NULL, -1 },
	{ &output_argp, 0, "Where to write:", 3 },
	{ 0 },
};

static error_t parse_list(int key, char *arg, struct argp_state *state)
{
	struct list_command *cmd = state->input;

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

const struct argp list_argp = {
	.options = list_options,
	.parser = parse_list,
	.doc = "Show the zPCI functions: address, fid, uid, pchid, driver, BARs, the largest store block "
	       "of the function group, and the measurement block: loads, stores, store blocks and "
	       "RPCIT that the machine carried out (- where it keeps none).",
	.children = list_children,
};

/* A BAR's size as people say it: "256T", "4K". */
static void format_bar(unsigned int log2, char *buf, size_t len)
{
	static const char units[] = "BKMGTPE";

	snprintf(buf, len, "%u%c", 1u << log2 % 10, units[log2 / 10 % 7]);
}

static void format_bars(const struct ismt_function *k, char *buf, size_t len)
{
	size_t used = 0;
	int bar;

	snprintf(buf, len, "-");
	for (bar = 0; bar < ISMT_BARS && used < len; bar++) {
		char size[16];

		if (!k->bar_size[bar])
			continue;
		format_bar(k->bar_size[bar], size, sizeof(size));
		used += snprintf(buf + used, len - used, "%s%d:%s", used ? "," : "", bar, size);
	}
}

static void print_text(struct function_table *table, FILE *out)
{
	size_t i;

	fprintf(out, "%-12s %10s %6s %6s %-3s %-16s %7s %-24s %12s %12s %12s %12s\n", "FUNCTION",
		"FID", "UID", "PCHID", "ISM", "DRIVER", "MAXSTBL", "BARS", "PCILG", "PCISTG",
		"PCISTB", "RPCIT");
	for (i = 0; i < function_count(table); i++) {
		const struct function *fn = function_at(table, i);
		const struct ismt_function *k = &fn->k;
		char address[ESCAPE_TEXT_LEN(FUNCTION_ADDRESS_LEN)],
			driver[ESCAPE_TEXT_LEN(ISMT_NAME_LEN)];
		char bars[128];

		escape_text(address, sizeof(address), fn->address, sizeof(fn->address));
		escape_text(driver, sizeof(driver), k->driver, sizeof(k->driver));
		format_bars(k, bars, sizeof(bars));
		fprintf(out, "%-12s 0x%08" PRIx32 " %#6" PRIx32 " %#6x %-3s %-16s %7u %-24s",
			address, k->fid, k->uid, k->pchid, fn->is_ism ? "yes" : "no", driver,
			k->maxstbl, bars);
		if (k->flags & ISMT_FN_HAS_FMB)
			fprintf(out, " %12llu %12llu %12llu %12llu\n",
				(unsigned long long)k->fmb_loads, (unsigned long long)k->fmb_stores,
				(unsigned long long)k->fmb_blocks,
				(unsigned long long)k->fmb_rpcit);
		else
			fprintf(out, " %12s %12s %12s %12s\n", "-", "-", "-", "-");
	}
}

static json_t *bars_json(const struct ismt_function *k)
{
	json_t *bars = json_object();
	int bar;

	for (bar = 0; bar < ISMT_BARS; bar++) {
		char name[8];

		if (!k->bar_size[bar] || k->bar_size[bar] > 62)
			continue;
		snprintf(name, sizeof(name), "bar%d", bar);
		json_object_set_new(bars, name, json_integer(1LL << k->bar_size[bar]));
	}
	return bars;
}

static json_t *fmb_json(const struct ismt_function *k)
{
	if (!(k->flags & ISMT_FN_HAS_FMB))
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:i}", "loads", (json_int_t)k->fmb_loads, "stores",
			 (json_int_t)k->fmb_stores, "blocks", (json_int_t)k->fmb_blocks, "rpcit",
			 (json_int_t)k->fmb_rpcit, "samples", (int)k->fmb_samples);
}

static void print_json(struct function_table *table, FILE *out)
{
	size_t i;

	for (i = 0; i < function_count(table); i++) {
		const struct function *fn = function_at(table, i);
		const struct ismt_function *k = &fn->k;
		json_t *line = json_pack(
			"{s:s, s:o, s:I, s:I, s:I, s:i, s:i, s:i, s:b, s:o, s:i, s:b, s:o, s:o}",
			"type", "function", "function", json_text(fn->address), "fid",
			(json_int_t)k->fid, "uid", (json_int_t)k->uid, "fh", (json_int_t)k->fh,
			"pchid", (int)k->pchid, "pft", (int)k->pft, "pfgid", (int)k->pfgid, "ism",
			(int)fn->is_ism, "driver",
			k->driver[0] ? json_text(k->driver) : json_null(), "maxstbl",
			(int)k->maxstbl, "mio", !!(k->flags & ISMT_FN_MIO_CAPABLE), "bars",
			bars_json(k), "fmb", fmb_json(k));

		json_print(line, out);
	}
}

/* count: of functions, or -errno of asking for them.  Returns the exit status. */
static int show(struct list_command *cmd, struct function_table *table, int count)
{
	int status;

	if (count < 0) {
		error("cannot read the list of PCI functions: %s", strerror(-count));
		return EXIT_ATTACH;
	}
	status = output_open(&cmd->output);
	if (status)
		return status;
	if (!count)
		warning("this machine has no zPCI functions");
	else if (cmd->json)
		print_json(table, cmd->output.file);
	else
		print_text(table, cmd->output.file);
	return output_finish(&cmd->output);
}

int command_list(int argc, char **argv)
{
	struct list_command cmd = {};
	struct function_table *table;
	struct ismtrace_bpf *skel;
	int status;

	options_parse(&list_argp, "list", argc, argv, NULL, &cmd);
	if (requirements_cannot_load())
		return EXIT_ATTACH;
	table = function_table_new();
	skel = table ? scan_load() : NULL;
	if (!skel) {
		error("cannot ask the kernel for its PCI functions: %s", strerror(errno));
		hint("ismtrace doctor tells what this kernel lacks");
		function_table_free(table);
		return EXIT_ATTACH;
	}
	status = show(&cmd, table, scan_functions(skel, table));
	scan_unload(skel);
	function_table_free(table);
	return status;
}
