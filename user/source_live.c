// SPDX-License-Identifier: GPL-2.0-only
#include "source_live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "check.h"
#include "hook_target.h"
#include "hooks.h"
#include "ismtrace.skel.h"
#include "kernel_btf.h"
#include "message.h"
#include "ring_record.h"
#include "scan.h"

#define OUR_DRIVER	"ism-vfio-pci"
#define GENERIC_DRIVER	"vfio-pci"

/* How long live_stop() waits for accesses under way. */
#define DRAIN_MS	50

/* How often functions are looked at, for the measurement blocks that come and go. */
#define TICK_NS		1000000000ULL

/* A function's measurement block, when the trace began and when last seen. */
struct fmb_watch {
	uint32_t fid;
	struct ismt_function base, last;
	/*
	 * When an update was noticed, CLOCK_MONOTONIC; the block's own stamp
	 * cannot be trusted: QEMU's TOD there counts from another time.
	 */
	uint64_t noticed;
};

struct live {
	struct live_handler handler;
	struct function_table *functions;
	struct ismtrace_bpf *skel;
	struct hook_set *hooks;
	struct ring_buffer *ring;
	enum attach_mode mode;
	bool events;			/* the driver's trace events are used */
	uint64_t mono_offset;
	struct function unknown;	/* when the kernel hides its list */
	struct fmb_watch *watch;
	size_t nr_watch;
	uint64_t next_tick;		/* CLOCK_MONOTONIC, ns */
};

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

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + ts.tv_nsec;
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
	/* Gone already, or a kernel that hides its list: what the record says. */
	return function_update(live->functions, &(struct ismt_function){ .fid = fid });
}

const char *live_driver(const struct function *fn, uint8_t layer)
{
	if (layer == ISMT_LAYER_ISM)
		return OUR_DRIVER;
	/* It may have been bound to another one since. */
	if (!fn->k.driver[0] || !strcmp(fn->k.driver, OUR_DRIVER))
		function_read_driver((struct function *)fn);
	if (!fn->k.driver[0] || !strcmp(fn->k.driver, OUR_DRIVER))
		return GENERIC_DRIVER;
	return fn->k.driver;
}

static int on_access(struct live *live, const void *data, size_t size)
{
	struct access access;

	ring_record_access(data, size, live->mono_offset, &access);
	access.fn = live_function(live, access.raw.fid);
	if (!access.fn)
		return -ENOMEM;
	access.driver = live_driver(access.fn, access.raw.layer);
	return live->handler.access(live->handler.arg, &access);
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
	insn.ts = raw->hdr.ts + live->mono_offset;
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

/* The names given with -d become fids; in effect once it is armed. */
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

static void fill_filter(const struct live_options *options, struct ismt_filter *out)
{
	const struct filter *filter = &options->filter;

	out->by_fid = filter->nr_functions;
	out->by_pid = options->tree || filter->nr_pids;
	out->errors = filter->errors;
	out->insns = options->insns;
	out->snaplen = options->snaplen < ISMT_PAYLOAD_MAX ? options->snaplen : ISMT_PAYLOAD_MAX;
	out->ops = filter->ops;
	out->regions = filter->regions;
	out->size_min = filter->size_min;
	out->size_max = filter->size_max;
	if (filter->comm) {
		out->comm_len = strlen(filter->comm);
		memcpy(out->comm, filter->comm, out->comm_len);
	}
}

/* Does it leave anything out, apart from by process and by result? */
static bool is_filtered(const struct ismt_filter *filter)
{
	return filter->by_fid || filter->comm_len || filter->ops != 3 ||
	       ~filter->regions || filter->size_min || ~filter->size_max;
}

static uint64_t ring_size(uint64_t wanted)
{
	uint64_t size = sysconf(_SC_PAGESIZE);

	while (size < wanted)
		size <<= 1;
	return size;
}

static void undo(struct live *live)
{
	hooks_free(live->hooks);
	ismtrace_bpf__destroy(live->skel);
	live->hooks = NULL;
	live->skel = NULL;
}

/*
 * To wake the reader takes as long as some tens of records, so once in a thousand; but
 * before a task has filled a 64th of the buffer.
 */
static uint32_t wakeup_batch(uint64_t buffer)
{
	uint32_t batch = 1;

	while (batch < 1024 && 2 * batch * sizeof(struct ismt_access) <= buffer / 64)
		batch *= 2;
	return batch;
}

/*
 * Open, select and load in one mode.  0, or -errno with everything undone:
 * -ENOENT if no driver is there.
 */
static int load_with(struct live *live, const struct live_options *options,
		     const struct ismt_filter *filter, bool error_events, struct kernel_btf *btf)
{
	struct hook_wish wish = {
		.returns = options->insns || !error_events,
		.plain = !options->insns && error_events && !filter->snaplen,
		.front = options->mio == MIO_ON ||
			 (options->mio == MIO_AUTO && scan_may_have_mio()),
		.errors = error_events,
		.events = live->events,
	};
	int err, dev = kernel_btf_member(btf, "vfio", "vfio_device", "dev");
	struct ismtrace_bpf *skel;

	if (dev < 0)
		return dev;
	skel = ismtrace_bpf__open();
	if (!skel)
		return -errno;
	live->skel = skel;
	skel->rodata->vfio_device_dev = (uint32_t)dev;
	skel->rodata->filter = *filter;
	skel->rodata->filtered = is_filtered(filter);
	skel->rodata->counting = options->counting;
	skel->rodata->error_events = error_events;
	skel->rodata->wakeup_mask = wakeup_batch(ring_size(options->buffer_size)) - 1;
	bpf_map__set_max_entries(skel->maps.records, ring_size(options->buffer_size));
	bpf_map__set_autocreate(skel->maps.payloads, filter->snaplen);
	bpf_map__set_autocreate(skel->maps.cell_index, options->counting);
	bpf_map__set_autocreate(skel->maps.cells_free, options->counting);
	if (!options->counting)
		bpf_map__set_value_size(skel->maps.bss_cells, sizeof(skel->bss_cells->cells[0]));
	bpf_program__set_autoload(skel->progs.follow_fork, options->tree);
	live->hooks = hooks_select(skel->obj, live->mode, &wish);
	err = live->hooks ? ismtrace_bpf__load(skel) : -errno;
	if (err)
		undo(live);
	return err;
}

static int load(struct live *live, const struct live_options *options,
		const struct ismt_filter *filter, bool error_events)
{
	struct kernel_btf *btf = kernel_btf_open();
	int err;

	if (!btf)
		return -errno;
	err = hook_target_begin(btf);
	if (!err)
		err = load_with(live, options, filter, error_events, btf);
	hook_target_end();
	kernel_btf_free(btf);
	return err;
}

static int add_pid(struct live *live, uint32_t pid)
{
	uint8_t yes = 1;

	return bpf_map__update_elem(live->skel->maps.pids, &pid, sizeof(pid), &yes, sizeof(yes),
				    BPF_ANY);
}

static int follow(struct live *live, const struct live_options *options)
{
	size_t i;
	int err;

	for (i = 0; i < options->filter.nr_pids; i++) {
		err = add_pid(live, options->filter.pids[i]);
		if (err)
			return err;
	}
	live->skel->links.follow_exit = bpf_program__attach(live->skel->progs.follow_exit);
	live->skel->links.follow_rename = bpf_program__attach(live->skel->progs.follow_rename);
	if (!live->skel->links.follow_exit || !live->skel->links.follow_rename)
		return -errno;
	if (!options->tree)
		return 0;
	err = add_pid(live, options->tree);
	if (err)
		return err;
	live->skel->links.follow_fork = bpf_program__attach(live->skel->progs.follow_fork);
	return live->skel->links.follow_fork ? 0 : -errno;
}

/* After load: learn what there is, then attach.  0, or -errno. */
static int attach(struct live *live, const struct live_options *options,
		  const struct hook **refused)
{
	int err = scan_machine(live->skel);

	if (!err)
		err = follow(live, options);
	if (err)
		return err;
	if (options->mio == MIO_AUTO && !scan_has_mio(live->skel))
		hooks_drop_front(live->hooks);
	return hooks_attach(live->hooks, refused);
}

/* Load and attach in one mode; 0 or -errno with everything undone. */
static int try_mode(struct live *live, const struct live_options *options,
		    const struct ismt_filter *filter, const struct hook **refused)
{
	bool error_events = true;
	int err;

	for (;;) {
		*refused = NULL;
		err = load(live, options, filter, error_events);
		if (err)
			return err;
		err = attach(live, options, refused);
		if (!err && (!error_events || hooks_has(live->hooks, "error")))
			return 0;
		undo(live);
		if (err && live->events && *refused && (*refused)->event == IS_EVENT) {
			live->events = false;
			continue;
		}
		if (err)
			return err;
		/* Errors cannot be heard of: return probes have to tell. */
		error_events = false;
	}
}

static void say_failure(int err, const struct hook *refused)
{
	if (refused) {
		error("the kernel refused a probe on %s: %s", refused->function, strerror(-err));
		hint("the function may be missing, inlined or marked notrace in this kernel; "
		     "ismtrace doctor tells, -vv shows the details");
	} else if (err == -EPERM || err == -EACCES) {
		error("the kernel refused to load the BPF programs: %s", strerror(-err));
		hint("lockdown, a security module or a missing capability; see ismtrace doctor");
	} else {
		error("cannot load the BPF programs: %s", strerror(-err));
		hint("ismtrace doctor tells what this kernel lacks, -vv shows the details");
	}
}

static int attach_any(struct live *live, const struct live_options *options,
		      const struct ismt_filter *filter)
{
	const struct hook *refused = NULL;
	int err;

	live->events = hooks_have_events();
	live->mode = ATTACH_TRAMPOLINE;
	if (hooks_no_jit()) {
		err = -EOPNOTSUPP;
		verbose(1, "fentry: this kernel has no BPF JIT; using kprobes");
	} else {
		err = try_mode(live, options, filter, &refused);
		/* With the JIT turned off this is -ENOMEM, and no lack of memory. */
		if (err)
			verbose(1, "fentry: not on this kernel (%s); using kprobes", strerror(-err));
	}
	if (err) {
		live->mode = ATTACH_KPROBE;
		err = try_mode(live, options, filter, &refused);
	}
	if (!err)
		return EXIT_DONE;
	say_failure(err, refused);
	return EXIT_ATTACH;
}

int live_open(struct live **result, const struct live_options *options,
	      const struct live_handler *handler)
{
	struct ismt_filter filter = {};
	struct live *live;
	int status, err;

	if (check_obstacle())
		return EXIT_ATTACH;
	live = calloc(1, sizeof(*live));
	if (live)
		live->functions = function_table_new();
	if (!live || !live->functions) {
		free(live);
		error("out of memory");
		return EXIT_ATTACH;
	}
	live->handler = *handler;
	live->mono_offset = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);

	fill_filter(options, &filter);
	status = attach_any(live, options, &filter);
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
		hooks_has(live->hooks, "front_load") ? "probed" : "not probed (no MIO here)");

	status = EXIT_ATTACH;
	live->ring = ring_buffer__new(bpf_map__fd(live->skel->maps.records), on_record, live, NULL);
	if (!live->ring) {
		error("cannot map the ring buffer: %s", strerror(errno));
		goto fail;
	}
	*result = live;
	return EXIT_DONE;
fail:
	live_close(live);
	return status;
}

static struct fmb_watch *fmb_find(struct live *live, uint32_t fid)
{
	struct fmb_watch *watch;
	size_t i;

	for (i = 0; i < live->nr_watch; i++)
		if (live->watch[i].fid == fid)
			return &live->watch[i];
	watch = realloc(live->watch, (live->nr_watch + 1) * sizeof(*watch));
	if (!watch)
		return NULL;
	live->watch = watch;
	watch = &live->watch[live->nr_watch++];
	memset(watch, 0, sizeof(*watch));
	watch->fid = fid;
	return watch;
}

/* The block goes away when the function is closed: keep what it last said. */
static void fmb_look(struct live *live, bool begin)
{
	size_t i;

	scan_functions(live->skel, live->functions);
	for (i = 0; i < function_count(live->functions); i++) {
		const struct ismt_function *k = &function_at(live->functions, i)->k;
		struct fmb_watch *watch;

		if (!(k->flags & ISMT_FN_HAS_FMB))
			continue;
		watch = fmb_find(live, k->fid);
		if (!watch)
			continue;
		if (begin)
			watch->base = *k;
		/* Set up anew, during the trace: it counts from zero. */
		else if (k->fmb_samples < watch->last.fmb_samples)
			memset(&watch->base, 0, sizeof(watch->base));
		if (k->fmb_updated != watch->last.fmb_updated)
			watch->noticed = clock_ns(CLOCK_MONOTONIC);
		watch->last = *k;
	}
	live->next_tick = clock_ns(CLOCK_MONOTONIC) + TICK_NS;
}

void live_arm(struct live *live)
{
	fmb_look(live, true);
	__atomic_store_n(&live->skel->bss->armed, 1, __ATOMIC_SEQ_CST);
}

int live_poll(struct live *live, int timeout_ms)
{
	int count = ring_buffer__consume(live->ring);

	if (clock_ns(CLOCK_MONOTONIC) >= live->next_tick)
		fmb_look(live, false);
	if (count || !timeout_ms)
		return count;
	return ring_buffer__poll(live->ring, timeout_ms);
}

static uint64_t counter(const struct live *live, enum ismt_counter which)
{
	uint64_t sum = 0;
	int cpu;

	for (cpu = 0; cpu < ISMT_MAX_CPUS; cpu++)
		sum += __atomic_load_n(&live->skel->bss->counters[cpu][which], __ATOMIC_RELAXED);
	return sum;
}

/* Accesses that were begun, and have not ended yet. */
static uint64_t still_open(const struct live *live)
{
	scan_open(live->skel);
	return live->skel->bss->open_accesses + counter(live, ISMT_CNT_SPILLED_OPEN) -
	       counter(live, ISMT_CNT_SPILLED_DONE);
}

void live_stop(struct live *live)
{
	int ms;

	__atomic_store_n(&live->skel->bss->armed, 0, __ATOMIC_SEQ_CST);
	for (ms = 0; ms < DRAIN_MS && still_open(live); ms++)
		usleep(1000);
}

static void apart_add(struct ismt_apart *sum, const struct ismt_apart *add)
{
	int kind;

	sum->accesses += add->accesses;
	for (kind = 0; kind < ISMT_KINDS; kind++)
		sum->n[kind] += add->n[kind];
	sum->failed += add->failed;
	sum->bytes += add->bytes;
}

/* The per-CPU values of one key, added up for its function. */
static int apart_collect(struct live *live, struct summary *summary,
			 const struct ismt_apart_key *key, struct ismt_apart *values, int cpus)
{
	int map = bpf_map__fd(live->skel->maps.apart), cpu;
	struct summary_function *total;
	const struct function *fn;
	struct ismt_apart *sum;
	uint64_t fid = 0;

	if (bpf_map_lookup_elem(map, key, values))
		return -errno;
	for (cpu = 0; cpu < cpus && !fid; cpu++)
		fid = values[cpu].fid;
	fn = fid ? function_by_fid(live->functions, (uint32_t)(fid - 1)) :
		   function_by_fh(live->functions, key->fh);
	/* The kernel's drivers of other devices are none of our business. */
	if (!fn || (!fn->is_ism && key->class == ISMT_APART_OUTSIDE))
		return 0;
	total = summary_function(summary, fn);
	if (!total)
		return -ENOMEM;
	sum = key->class == ISMT_APART_OUTSIDE ? &total->outside :
	      key->class == ISMT_APART_FILTERED ? &total->filtered : &total->lost;
	for (cpu = 0; cpu < cpus; cpu++)
		apart_add(sum, &values[cpu]);
	return 0;
}

static int account_apart(struct live *live, struct summary *summary)
{
	int map = bpf_map__fd(live->skel->maps.apart), cpus = libbpf_num_possible_cpus();
	struct ismt_apart_key key, next, *prev = NULL;
	struct ismt_apart *values;
	int err = 0;

	if (cpus < 0)
		return cpus;
	values = calloc(cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	while (!err && !bpf_map_get_next_key(map, prev, &next)) {
		key = next;
		prev = &key;
		err = apart_collect(live, summary, &key, values, cpus);
	}
	free(values);
	return err;
}

/* What the measurement block counted since the trace began. */
static void account_fmb(struct live *live, struct summary_function *total)
{
	const struct ismt_function *now, *base;
	struct fmb_watch *watch = NULL;
	size_t i;

	for (i = 0; i < live->nr_watch; i++)
		if (live->watch[i].fid == total->fn->k.fid)
			watch = &live->watch[i];
	if (!watch) {
		total->fmb_note = "the kernel keeps none for it";
		return;
	}
	now = &watch->last;
	base = &watch->base;
	if (now->fmb_updated == base->fmb_updated) {
		total->fmb_note = "the machine did not update it during the trace";
		return;
	}
	total->has_fmb = true;
	total->fmb_loads = now->fmb_loads - base->fmb_loads;
	total->fmb_stores = now->fmb_stores - base->fmb_stores;
	total->fmb_blocks = now->fmb_blocks - base->fmb_blocks;
	total->fmb_age_ns = clock_ns(CLOCK_MONOTONIC) - watch->noticed;
}

void live_losses(const struct live *live, struct losses *lost, uint64_t *filtered)
{
	struct hook_misses misses;

	hooks_misses(live->hooks, &misses);
	memset(lost, 0, sizeof(*lost));
	lost->ring = counter(live, ISMT_CNT_LOST_RING);
	lost->slot = counter(live, ISMT_CNT_LOST_SLOT);
	lost->ret = counter(live, ISMT_CNT_LOST_RETURN);
	lost->probe = misses.access_entry;
	lost->insn_probe = misses.insn_entry;
	lost->insn_ring = counter(live, ISMT_CNT_INSN_LOST);
	lost->apart_full = counter(live, ISMT_CNT_APART_FULL);
	lost->unexamined = counter(live, ISMT_CNT_UNEXAMINED);
	*filtered = counter(live, ISMT_CNT_FILTERED);
}

struct ismtrace_bpf *live_skeleton(const struct live *live)
{
	return live->skel;
}

int live_account(struct live *live, struct summary *summary)
{
	uint64_t writer = summary->lost.writer, insn_writer = summary->lost.insn_writer;
	uint64_t filtered;
	size_t i;
	int err;

	fmb_look(live, false);
	live_losses(live, &summary->lost, &filtered);
	summary->lost.ret += still_open(live);
	summary->lost.writer = writer;
	summary->lost.insn_writer = insn_writer;
	summary->filtered += filtered;
	summary->unopened = counter(live, ISMT_CNT_UNOPENED);
	err = account_apart(live, summary);
	for (i = 0; i < summary->nr_functions; i++)
		account_fmb(live, &summary->functions[i]);
	return err;
}

const char *live_attach_mode(const struct live *live)
{
	return live->mode == ATTACH_TRAMPOLINE ? "fentry" : "kprobe";
}

bool live_has_cc(const struct live *live)
{
	return hooks_has(live->hooks, "error");
}

uint64_t live_mono_offset(const struct live *live)
{
	return live->mono_offset;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	ring_buffer__free(live->ring);
	hooks_free(live->hooks);
	ismtrace_bpf__destroy(live->skel);
	function_table_free(live->functions);
	free(live->watch);
	free(live);
}
