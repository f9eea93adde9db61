// SPDX-License-Identifier: GPL-2.0-only
#include "scan.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "scan.skel.h"

struct scan {
	struct scan_bpf *skel;
};

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);

	return err ? err : (int)opts.retval;
}

struct scan *scan_open(void)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	int err;

	if (!scan)
		return NULL;
	scan->skel = scan_bpf__open_and_load();
	if (!scan->skel)
		goto fail;
	err = run(scan->skel->progs.scan_machine);
	if (err < 0) {
		errno = -err;
		goto fail;
	}
	return scan;
fail:
	err = errno;
	scan_close(scan);
	errno = err;
	return NULL;
}

void scan_close(struct scan *scan)
{
	if (!scan)
		return;
	scan_bpf__destroy(scan->skel);
	free(scan);
}

bool scan_has_mio(const struct scan *scan)
{
	return !scan->skel->bss->have_mio_key || scan->skel->bss->machine_has_mio;
}

int scan_functions(struct scan *scan, struct function_table *table)
{
	int count = 0, more;

	if (!scan->skel->bss->have_list)
		return -ENOENT;
	scan->skel->bss->cursor = 0;
	/* The bound is against a list that changes under our feet. */
	while (count < ISMT_MAX_FUNCTIONS) {
		more = run(scan->skel->progs.scan_next);
		if (more < 0)
			return more;
		if (!more)
			break;
		if (!function_update(table, &scan->skel->bss->found))
			return -ENOMEM;
		count++;
	}
	return count;
}
