// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach.c - choose the programs, load and attach them: by trampolines where the kernel has
 * them, else by kprobes.
 */
#include "live/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ismtrace.skel.h"
#include "live/drivers.h"
#include "live/hook_target.h"
#include "live/kernel_btf.h"
#include "live/zpci_list.h"
#include "util/message.h"
#include "util/rlimits.h"

/* The kernel's own number, in include/linux/errno.h, which user space should never see. */
#define ENOTSUPP 524

/* PID_MAX_LIMIT of the kernel's, include/linux/threads.h. */
#define PIDS_MOST (4UL << 20)

static void fill_filter(const struct live_options *options, struct ismt_filter *out)
{
	const struct filter *filter = &options->filter;

	*out = filter->k;
	out->by_fid = filter->nr_functions;
	out->by_pid = options->tree || filter->nr_pids;
	out->insns = options->insns;
	out->snaplen = options->snaplen < ISMT_PAYLOAD_MAX ? options->snaplen : ISMT_PAYLOAD_MAX;
}

/* Has the filter any condition besides by_pid and errors? */
static bool is_filtered(const struct ismt_filter *filter)
{
	return filter->by_fid || filter->comm_len || filter->ops != 3 || ~filter->regions ||
	       filter->size_min || ~filter->size_max;
}

static uint64_t ring_size(uint64_t wanted)
{
	uint64_t size = sysconf(_SC_PAGESIZE);

	while (size < wanted)
		size <<= 1;
	return size;
}

void live_detach(struct live *live)
{
	hooks_free(live->hooks);
	ismtrace_bpf__destroy(live->skel);
	live->hooks = NULL;
	live->skel = NULL;
}

/*
 * The number of a task's records after which the reader is woken.  To wake it takes as long as
 * tens of records, so once in a thousand; more often if these would fill more than a 64th of
 * the buffer.
 */
static uint32_t wakeup_batch(uint64_t buffer)
{
	uint32_t batch = 1;

	while (batch < 1024 && 2 * batch * sizeof(struct ismt_access) <= buffer / 64)
		batch *= 2;
	return batch;
}

/* A number from /proc/sys/kernel; fallback if it is not there. */
static unsigned long sysctl_kernel(const char *name, unsigned long fallback)
{
	char path[64];
	unsigned long n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	file = fopen(path, "re");
	if (!file)
		return fallback;
	if (fscanf(file, "%lu", &n) != 1)
		n = fallback;
	fclose(file);
	return n;
}

/* The most processes that there can be: each is a task and has a number, and the kernel limits both. */
static uint32_t most_processes(void)
{
	unsigned long numbers = sysctl_kernel("pid_max", PIDS_MOST);
	unsigned long tasks = sysctl_kernel("threads-max", PIDS_MOST);
	unsigned long most = numbers < tasks ? numbers : tasks;

	return most < PIDS_MOST ? (uint32_t)most : PIDS_MOST;
}

/* Look up where the VFIO core keeps what it knows of the MSI-X table; 0 if that is not found. */
static void set_msix(struct ismtrace_bpf *skel, struct kernel_btf *btf)
{
	static const char core[] = "vfio_pci_core_device";
	int bar = kernel_btf_member(btf, CORE_MODULE, core, "msix_bar");
	int size = kernel_btf_member(btf, CORE_MODULE, core, "msix_size");
	int offset = kernel_btf_member(btf, CORE_MODULE, core, "msix_offset");

	if (bar < 0 || size < 0 || offset < 0)
		return;
	skel->rodata->core_msix_bar = (uint32_t)bar;
	skel->rodata->core_msix_size = (uint32_t)size;
	skel->rodata->core_msix_offset = (uint32_t)offset;
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
		.mio_helpers =
			options->mio == MIO_ON || (options->mio == MIO_AUTO && scan_may_have_mio()),
		.errors = error_events,
		.events = live->events,
		.counting = options->counting,
		.measure = options->measure,
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
	set_msix(skel, btf);
	skel->rodata->filter = *filter;
	skel->rodata->filtered = is_filtered(filter);
	skel->rodata->counting = options->counting;
	skel->rodata->error_events = error_events;
	skel->rodata->measuring = options->measure;
	skel->rodata->wakeup_mask = wakeup_batch(ring_size(options->buffer_size)) - 1;
	bpf_map__set_max_entries(skel->maps.records, ring_size(options->buffer_size));
	if (filter->by_pid)
		bpf_map__set_max_entries(skel->maps.pids, most_processes());
	bpf_map__set_autocreate(skel->maps.payloads, filter->snaplen);
	scan_count_maps(skel, options->counting);
	scan_measure_maps(skel, options->measure);
	bpf_program__set_autoload(skel->progs.follow_fork, options->tree);
	live->hooks = hooks_select(skel->obj, live->mode, &wish);
	err = live->hooks ? ismtrace_bpf__load(skel) : -errno;
	if (err) {
		err = rlimits_cause(err);
		live_detach(live);
	}
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

/* Trace a process, by its number in our PID namespace, which scan_machine() has found out. */
static int add_pid(struct live *live, uint32_t pid)
{
	struct bpf_map *map =
		live->skel->bss->pid_ns ? live->skel->maps.pids_asked : live->skel->maps.pids;
	uint8_t yes = 1;

	return bpf_map__update_elem(map, &pid, sizeof(pid), &yes, sizeof(yes), BPF_ANY);
}

/* Attach to tasks that end, execute another program, or are renamed. */
static int follow_tasks(struct live *live)
{
	struct ismtrace_bpf *skel = live->skel;
	const struct {
		struct bpf_program *prog;
		struct bpf_link **link;
	} follow[] = {
		{ skel->progs.follow_free, &skel->links.follow_free },
		{ skel->progs.follow_exit, &skel->links.follow_exit },
		{ skel->progs.follow_exec, &skel->links.follow_exec },
		{ skel->progs.follow_rename, &skel->links.follow_rename },
	};
	size_t i;

	for (i = 0; i < sizeof(follow) / sizeof(follow[0]); i++) {
		*follow[i].link = bpf_program__attach(follow[i].prog);
		if (!*follow[i].link)
			return -errno;
	}
	return 0;
}

static void follow_end(struct live *live)
{
	struct ismtrace_bpf *skel = live->skel;
	struct bpf_link **const links[] = {
		&skel->links.follow_fork, &skel->links.follow_rename, &skel->links.follow_exec,
		&skel->links.follow_exit, &skel->links.follow_free,
	};
	size_t i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		bpf_link__destroy(*links[i]);
		*links[i] = NULL;
	}
}

/* The kernel waits for running programs before it returns from updating a map of maps. */
int live_quiet(struct live *live)
{
	int inner = bpf_map__fd(live->skel->maps.quiet_inner);
	uint32_t key = 0;

	return bpf_map__update_elem(live->skel->maps.quiet, &key, sizeof(key), &inner,
				    sizeof(inner), BPF_ANY);
}

int live_freeze(struct live *live)
{
	int err;

	hooks_detach(live->hooks);
	follow_end(live);
	err = live_quiet(live);
	if (!err)
		scan_end_open(live->skel);
	return err;
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
	err = follow_tasks(live);
	if (err)
		return err;
	if (!options->tree)
		return 0;
	err = add_pid(live, options->tree);
	if (err)
		return err;
	live->skel->links.follow_fork = bpf_program__attach(live->skel->progs.follow_fork);
	return live->skel->links.follow_fork ? 0 : -errno;
}

/*
 * After load: find out what the machine has, then attach.  0, or -errno: -ENOTCONN if kprobes are
 * turned off, -ENODATA if the error log is, and was to be used.
 */
static int attach(struct live *live, const struct live_options *options, bool error_events,
		  const struct hook **refused)
{
	struct ismt_switches switches;
	int err = scan_machine(live->skel);

	if (err)
		return err;
	scan_switches(live->skel, &switches);
	if (live->mode == ATTACH_KPROBE && !switches.kprobes)
		return -ENOTCONN;
	live->no_error_log = !switches.errors;
	if (error_events && live->no_error_log)
		return -ENODATA;
	err = follow(live, options);
	if (err)
		return err;
	if (options->mio == MIO_AUTO && !scan_has_mio(live->skel))
		hooks_drop_mio(live->hooks);
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
		err = attach(live, options, error_events, refused);
		if (!err && (!error_events || hooks_has(live->hooks, "error")))
			return 0;
		live_detach(live);
		if (err && live->events && *refused && (*refused)->event == IS_EVENT) {
			live->events = false;
			continue;
		}
		if (err && err != -ENODATA)
			return err;
		/* The error log is off: use return probes instead. */
		error_events = false;
	}
}

static void say_failure(int err, const struct hook *refused)
{
	char text[RLIMITS_TEXT];

	if (err == -ENOTCONN) {
		error("kprobes are turned off in this kernel: no probe would run");
		hint("echo 1 >/sys/kernel/debug/kprobes/enabled turns them on");
	} else if (err == -EMFILE || err == -ENFILE) {
		error("cannot load the BPF programs: %s",
		      rlimits_strerror(-err, text, sizeof(text)));
		rlimits_hint(-err);
	} else if (refused) {
		error("the kernel refused a probe on %s: %s", refused->function, strerror(-err));
		hint("the function may be missing, inlined or marked notrace in this kernel; "
		     "ismtrace doctor tells, -vv shows the details");
	} else if (err == -EPERM || err == -EACCES) {
		error("the kernel refused to load the BPF programs: %s", strerror(-err));
		hint("lockdown, a security module or a missing capability; see ismtrace doctor");
	} else if (err == -ENOMEM) {
		error("cannot load the BPF programs: %s",
		      rlimits_strerror(-err, text, sizeof(text)));
		if (rlimits_hint(-err))
			return;
		hint("most of it is the ring buffer, for which --buffer-size asks; memory.max of the cgroup counts, too");
	} else {
		error("cannot load the BPF programs: %s", strerror(-err));
		hint("ismtrace doctor tells what this kernel lacks, -vv shows the details");
	}
}

int live_attach(struct live *live, const struct live_options *options)
{
	const struct hook *refused = NULL;
	struct ismt_filter filter = {};
	int err;

	rlimits_raise();
	fill_filter(options, &filter);
	live->events = hooks_have_events();
	live->mode = ATTACH_TRAMPOLINE;
	if (hooks_no_jit()) {
		err = -EOPNOTSUPP;
		verbose(1, "fentry: this kernel has no BPF JIT; using kprobes");
	} else {
		err = try_mode(live, options, &filter, &refused);
		/* -ENOMEM can also mean that the JIT is turned off. */
		if (err)
			verbose(1, "fentry: not on this kernel (%s); using kprobes",
				err == -ENOTSUPP ? "no trampolines" : strerror(-err));
	}
	/* Kprobes need as many open files: they would fail, too. */
	if (err && err != -EMFILE && err != -ENFILE) {
		live->mode = ATTACH_KPROBE;
		err = try_mode(live, options, &filter, &refused);
	}
	if (!err)
		return EXIT_DONE;
	say_failure(err, refused);
	return EXIT_ATTACH;
}
