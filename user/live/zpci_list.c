// SPDX-License-Identifier: GPL-2.0-only
#include "live/zpci_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ismtrace.skel.h"

#define FACILITY_MIO "153"

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	return err ? err : (int)opts.retval;
}

void scan_count_maps(struct ismtrace_bpf *skel, bool counting)
{
	bpf_map__set_autocreate(skel->maps.cell_index, counting);
	bpf_map__set_autocreate(skel->maps.cells_free, counting);
	bpf_map__set_autocreate(skel->maps.shared_free, counting);
	bpf_map__set_autocreate(skel->maps.processes, counting);
	bpf_map__set_autocreate(skel->maps.runs_aside, counting);
	if (!counting)
		bpf_map__set_value_size(skel->maps.bss_cells, sizeof(skel->bss_cells->cells[0]));
}

void scan_measure_maps(struct ismtrace_bpf *skel, bool measure)
{
	bpf_map__set_autocreate(skel->maps.measure_index, measure);
	bpf_map__set_autocreate(skel->maps.measure_calls, measure);
	bpf_map__set_autocreate(skel->maps.rearm, measure);
	bpf_program__set_autoload(skel->progs.measure_wait, measure);
}

struct ismtrace_bpf *scan_load(void)
{
	struct ismtrace_bpf *skel = ismtrace_bpf__open();
	struct bpf_program *prog;
	int err;

	if (!skel)
		return NULL;
	bpf_object__for_each_program(prog, skel->obj) bpf_program__set_autoload(
		prog, prog == skel->progs.scan_machine || prog == skel->progs.scan_next ||
			      prog == skel->progs.scan_switches);
	bpf_map__set_autocreate(skel->maps.records, false);
	bpf_map__set_autocreate(skel->maps.states, false);
	bpf_map__set_autocreate(skel->maps.payloads, false);
	bpf_map__set_autocreate(skel->maps.unattributed, false);
	bpf_map__set_autocreate(skel->maps.pids, false);
	bpf_map__set_autocreate(skel->maps.pids_asked, false);
	bpf_map__set_autocreate(skel->maps.quiet, false);
	bpf_map__set_autocreate(skel->maps.quiet_inner, false);
	scan_count_maps(skel, false);
	scan_measure_maps(skel, false);
	err = ismtrace_bpf__load(skel);
	if (!err)
		err = scan_machine(skel);
	if (err) {
		ismtrace_bpf__destroy(skel);
		errno = -err;
		return NULL;
	}
	return skel;
}

void scan_unload(struct ismtrace_bpf *skel)
{
	ismtrace_bpf__destroy(skel);
}

int scan_machine(struct ismtrace_bpf *skel)
{
	int err = run(skel->progs.scan_machine);

	return err < 0 ? err : 0;
}

void scan_end_open(struct ismtrace_bpf *skel)
{
	skel->bss->slot_cursor = 0;
	while (run(skel->progs.end_open) > 0)
		;
}

void scan_switches(struct ismtrace_bpf *skel, struct ismt_switches *switches)
{
	if (run(skel->progs.scan_switches) < 0)
		*switches = (struct ismt_switches){ -1, -1, -1, 0 };
	else
		*switches = skel->bss->switches;
}

void scan_open(struct ismtrace_bpf *skel)
{
	skel->bss->open_accesses = 0;
	skel->bss->slot_cursor = 0;
	while (run(skel->progs.scan_open) > 0)
		;
}

bool scan_may_have_mio(void)
{
	bool listed = false, found = false;
	char *line = NULL, *word, *rest;
	size_t size = 0;
	FILE *file = fopen("/proc/cpuinfo", "r");

	if (!file)
		return true;
	while (!listed && getline(&line, &size, file) > 0) {
		listed = !strncmp(line, "facilities", strlen("facilities"));
		if (!listed)
			continue;
		for (word = strtok_r(line, " \n", &rest); word && !found;
		     word = strtok_r(NULL, " \n", &rest))
			found = !strcmp(word, FACILITY_MIO);
	}
	free(line);
	fclose(file);
	return found || !listed;
}

bool scan_has_mio(const struct ismtrace_bpf *skel)
{
	return !skel->bss->mio_known || skel->bss->machine_has_mio;
}

int scan_each(struct ismtrace_bpf *skel, scan_found *fn, void *arg)
{
	int count = 0, more;

	if (!skel->bss->list_head)
		return -ENOENT;
	skel->bss->cursor = 0;
	/* The bound is against a list that changes under our feet. */
	while (count < ISMT_MAX_FUNCTIONS) {
		more = run(skel->progs.scan_next);
		if (more < 0)
			return more;
		if (!more)
			break;
		if (fn(arg, &skel->bss->found, skel->bss->found_zdev))
			return -ENOMEM;
		count++;
	}
	return count;
}

static int enter_function(void *table, const struct ismt_function *k, uint64_t zdev)
{
	return function_update(table, k) ? 0 : -ENOMEM;
}

int scan_functions(struct ismtrace_bpf *skel, struct function_table *table)
{
	return scan_each(skel, enter_function, table);
}
