// SPDX-License-Identifier: GPL-2.0-only
#include "live/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ismtrace.skel.h"
#include "live/binding.h"
#include "live/process.h"
#include "live/requirements.h"
#include "live/ring_record.h"
#include "live/zpci_list.h"
#include "util/clock.h"
#include "util/message.h"
#include "util/rlimits.h"

#define GENERIC_DRIVER "vfio-pci"

/* How long live_stop() waits for accesses under way. */
#define DRAIN_MS 50

int parse_mio(const char *text, enum mio_choice *choice)
{
	if (!strcmp(text, "auto"))
		*choice = MIO_AUTO;
	else if (!strcmp(text, "on"))
		*choice = MIO_ON;
	else if (!strcmp(text, "off"))
		*choice = MIO_OFF;
	else
		return -EINVAL;
	return 0;
}

const struct function *live_function(struct live *live, uint32_t fid)
{
	struct function *fn = function_by_fid(live->functions, fid);

	if (fn)
		return fn;
	scan_functions(live->skel, live->functions);
	fn = function_by_fid(live->functions, fid);
	if (fn)
		return fn;
	/* The function is gone, or the kernel's list cannot be read: use what the record says. */
	return function_update(live->functions, &(struct ismt_function){ .fid = fid });
}

/* The name for an access by the core, if no driver is known, or the variant driver is bound by now. */
static bool is_unlikely(const char *driver)
{
	return !driver[0] || binding_is_ism(driver);
}

const char *live_driver(struct live *live, const struct function *fn, uint8_t layer)
{
	if (layer == ISMT_LAYER_ISM)
		return ISM_VFIO_DRIVER;
	/* The function may have been bound to another driver since. */
	if (is_unlikely(fn->k.driver))
		scan_functions(live->skel, live->functions);
	return is_unlikely(fn->k.driver) ? GENERIC_DRIVER : fn->k.driver;
}

/* Did an access transfer bytes without an instruction?  Not if it was to the MSI-X table, which is known once the function was opened. */
static bool live_moves_without(struct live *live, const struct access *access)
{
	if (access->fn->k.msix_size)
		return false;
	scan_functions(live->skel, live->functions);
	return !access_moved_unseen(access);
}

static int on_access(struct live *live, const void *data, size_t size)
{
	struct access *access = &live->reader.access;

	if (!ring_record_access(&live->reader, data, size)) {
		access->fn = live_function(live, access->raw.fid);
		if (!access->fn) {
			access->shape = 0;
			return -ENOMEM;
		}
		access->driver = live_driver(live, access->fn, access->raw.layer);
		/* The function may become known: look again for the next access. */
		if (!access->fn->address[0])
			access->shape = 0;
	}
	if (access_moved_unseen(access) && !live_moves_without(live, access))
		live->lack_insns++;
	return live->handler.access(live->handler.arg, access);
}

static int on_insn(struct live *live, const struct ismt_insn *raw)
{
	struct insn insn = { .raw = *raw };

	insn.fn = function_by_fh(live->functions, raw->fh);
	if (!insn.fn) {
		scan_functions(live->skel, live->functions);
		insn.fn = function_by_fh(live->functions, raw->fh);
	}
	if (!insn.fn)
		insn.fn = &live->unknown;
	if (raw->flags & ISMT_INSN_FOREIGN)
		insn.raw.pid = insn.raw.tid = 0;
	insn.raw.flags &= (uint8_t)~ISMT_INSN_FOREIGN;
	insn.ts = raw->hdr.ts + live->reader.mono_offset;
	return live->handler.insn(live->handler.arg, &insn);
}

static int on_record(void *arg, void *data, size_t size)
{
	switch (ring_record_type(data, size)) {
	case ISMT_REC_ACCESS:
		return on_access(arg, data, size);
	case ISMT_REC_INSN:
		return on_insn(arg, data);
	default:
		return 0;
	}
}

/* Translate the names given with -d to fids, for the programs. */
static int resolve_functions(struct live *live, const struct filter *filter)
{
	struct ismt_scope *scope = &live->skel->bss->scope;
	size_t i;

	for (i = 0; i < filter->nr_functions; i++) {
		struct function *fn = function_by_name(live->functions, filter->functions[i]);

		if (!fn) {
			error("no such function: %s", filter->functions[i]);
			hint("ismtrace list shows the functions of this machine");
			return EXIT_ATTACH;
		}
		scope->fids[scope->nr_fids++] = fn->k.fid;
		if (!fn->is_ism)
			scope->any_device = 1;
	}
	return EXIT_DONE;
}

/*
 * Nanoseconds that our time namespace adds to the clock that the programs read; 0 in the first one.
 */
static int64_t timens_offset(void)
{
	FILE *file = fopen("/proc/self/timens_offsets", "re");
	long long seconds = 0, ns = 0;

	if (!file)
		return 0;
	if (fscanf(file, "monotonic %lld %lld", &seconds, &ns) != 2)
		seconds = ns = 0;
	fclose(file);
	return seconds * NS_PER_SEC + ns;
}

/* CLOCK_MONOTONIC as the programs have it. */
static uint64_t host_mono_ns(const struct live *live)
{
	return mono_ns() - (uint64_t)live->timens;
}

static void say_unmapped(int err)
{
	char text[RLIMITS_TEXT];

	error("cannot map the ring buffer: %s", rlimits_strerror(err, text, sizeof(text)));
	rlimits_hint(err);
}

int live_open(struct live **result, const struct live_options *options,
	      const struct live_handler *handler)
{
	struct live *live;
	int status, err;

	if (requirement_missing())
		return EXIT_ATTACH;
	/* A caller that reattaches has checked this at its beginning, and a process may have ended since. */
	if (!options->reattaches && process_missing(&options->filter))
		return EXIT_ATTACH;
	live = calloc(1, sizeof(*live));
	if (live)
		live->functions = function_table_new();
	if (!live || !live->functions) {
		free(live);
		rlimits_no_memory();
		return EXIT_ATTACH;
	}
	live->handler = *handler;
	live->tree = options->tree;
	live->warned_driver = options->reattaches;
	live->watch_switches.quiet = options->reattaches;
	live->timens = timens_offset();
	live->reader.mono_offset = real_ns() - host_mono_ns(live);

	status = options->measure ? live_measure_start(live, options) : EXIT_DONE;
	if (!status)
		status = live_attach(live, options);
	if (status)
		goto fail;
	status = EXIT_ATTACH;
	err = scan_functions(live->skel, live->functions);
	if (err < 0 && err != -ENOENT) {
		error("cannot list the PCI functions: %s", strerror(-err));
		goto fail;
	}
	status = resolve_functions(live, &options->filter);
	if (status)
		goto fail;
	verbose(1, "attached by %s%s; errors %s; MIO helpers %s", live_attach_mode(live),
		live->events ? " and the driver's trace events" : "",
		live_has_cc(live) ? "with cc and status" : "by return value only",
		hooks_has(live->hooks, "mio_load") ? "probed" : "not probed (no MIO here)");

	status = EXIT_ATTACH;
	live->ring = ring_buffer__new(bpf_map__fd(live->skel->maps.records), on_record, live, NULL);
	if (!live->ring) {
		say_unmapped(errno);
		goto fail;
	}
	status = live_measure_open(live);
	if (status)
		goto fail;
	/* Have libbpf read it now: it reads a file, which will be out of reach later. */
	libbpf_num_possible_cpus();
	*result = live;
	return EXIT_DONE;
fail:
	live_close(live);
	return status;
}

void live_arm(struct live *live)
{
	live_measure_begin(live);
	live_look_at_blocks(live, true);
	live_switches_begin(live);
	__atomic_store_n(&live->skel->bss->armed, 1, __ATOMIC_SEQ_CST);
	live_measure_begun(live);
}

int live_poll(struct live *live, int timeout_ms)
{
	int count = ring_buffer__consume(live->ring);
	uint64_t now = mono_ns();

	if (now >= live->watch_switches.next)
		live_switches_look(live);
	if (now >= live->next_tick) {
		live_look_at_blocks(live, false);
		live_measure_look(live);
	}
	if (count || !timeout_ms)
		return count;
	return ring_buffer__poll(live->ring, timeout_ms);
}

void live_stop(struct live *live)
{
	int ms, err;

	live_measure_end(live);
	__atomic_store_n(&live->skel->bss->armed, 0, __ATOMIC_SEQ_CST);
	for (ms = 0; ms < DRAIN_MS && live_still_open(live); ms++)
		usleep(1000);
	live_measure_stop(live);
	err = live_freeze(live);
	live->frozen = true;
	if (err)
		warning("what was under way at the end may be missing: %s", strerror(-err));
}

bool live_tree_goes_on(const struct live *live)
{
	uint32_t pid;

	return live->tree && !bpf_map_get_next_key(bpf_map__fd(live->skel->maps.pids), NULL, &pid);
}

struct ismtrace_bpf *live_skeleton(const struct live *live)
{
	return live->skel;
}

const char *live_attach_mode(const struct live *live)
{
	return live->mode == ATTACH_TRAMPOLINE ? "fentry" : "kprobe";
}

bool live_has_cc(const struct live *live)
{
	return hooks_has(live->hooks, "error");
}

bool live_tells_misses(const struct live *live)
{
	struct hook_misses misses;

	hooks_misses(live->hooks, &misses);
	return !misses.unknown;
}

uint64_t live_mono_offset(const struct live *live)
{
	return live->reader.mono_offset;
}

uint64_t live_now(const struct live *live)
{
	return host_mono_ns(live) + live->reader.mono_offset;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	live_measure_close(live);
	ring_buffer__free(live->ring);
	hooks_free(live->hooks);
	ismtrace_bpf__destroy(live->skel);
	function_table_free(live->functions);
	free(live->watch);
	free(live);
}
