// SPDX-License-Identifier: GPL-2.0-only
/*
 * ismload - drive an ISM function through VFIO as a user-space driver does, and
 * say exactly what was done and what came of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "vfio/contract.h"
#include "vfio/stdout.h"
#include "workers.h"

#define POLL_MS 5

/* The one global: signal handlers get no argument. */
static struct common *shared_common;
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
	__atomic_store_n(&shared_common->stop, 1, __ATOMIC_RELAXED);
}

/* Unless whoever started us ignores it: a background job of a script does. */
static void signal_catch(int number)
{
	/* No SA_RESTART: a sleep has to end. */
	struct sigaction action = { .sa_handler = on_signal }, now;

	if (!sigaction(number, NULL, &now) && now.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

static void patterns_list(void)
{
	const struct pattern *p;

	for (p = patterns; p->name; p++)
		printf("%-11s %s\n            %s\n", p->name, p->help, p->defaults);
}

/* A function like the lab's, so that a plan can be made without one. */
static void function_pretend(struct function *fn, const struct options *o)
{
	static const struct {
		unsigned int index;
		uint64_t size;
	} regions[] = {
		{ REGION_BAR0, (uint64_t)1 << 48 },
		{ REGION_BAR2, 4096 },
		{ 4, 4096 },
		{ REGION_CONFIG, 256 },
	};
	size_t i;

	fn->contract = o->contract ? o->contract : contract_find("ism-vfio-pci");
	snprintf(fn->address, ADDRESS_LEN, "0000:00:00.0");
	snprintf(fn->driver, NAME_LEN, "%s", fn->contract->name);
	fn->interface = "none";
	fn->shift = fn->contract->shift;
	fn->maxstbl = o->maxstbl ? (uint32_t)o->maxstbl : BLOCK_BOUNDARY;
	for (i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		struct region *r = &fn->region[regions[i].index];

		r->known = true;
		r->size = regions[i].size;
		r->offset = (uint64_t)regions[i].index << fn->shift;
	}
}

/* Why there is less to see of it than of the lab's memory. */
static void function_explain(const struct function *fn)
{
	if (fn->works)
		vfio_complain(
			fn,
			"it executes commands and moves data to peers, so nothing is read back to verify it; lab/run --memory has memory instead");
}

static int function_open(struct vfio *vfio, struct function *fn, const struct options *o)
{
	int ret = vfio_find(o->device, fn);

	if (ret)
		return ret;
	if (o->expect_driver && strcmp(o->expect_driver, fn->driver)) {
		vfio_complain(fn, "bound to the driver %s, not to %s as --expect-driver says",
			      fn->driver, o->expect_driver);
		return -ENODEV;
	}
	fn->contract = o->contract ? o->contract : contract_of_driver(fn->driver);
	ret = vfio_open(vfio, fn, o->interface);
	if (!ret)
		ret = vfio_query(vfio, fn);
	if (o->maxstbl)
		fn->maxstbl = (uint32_t)o->maxstbl;
	if (!ret && !o->quiet)
		function_explain(fn);
	return ret;
}

static void sleep_ms(uint64_t ms)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (!interrupted && nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Let a tracer attach: what comes before the first access. */
static int wait_for_start(const struct options *o)
{
	int fd;

	if (o->ready_file) {
		fd = open(o->ready_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0) {
			fprintf(stderr, "ismload: cannot make %s: %s\n", o->ready_file,
				strerror(errno));
			return -errno;
		}
		close(fd);
	}
	while (o->wait_file && access(o->wait_file, F_OK) && !interrupted)
		sleep_ms(POLL_MS);
	sleep_ms(o->delay_ms);
	return 0;
}

static int run(const struct options *o, struct engine *engine, struct function *fn)
{
	struct run_info info = {
		.seed = o->seed,
		.processes = (unsigned int)o->processes,
		.threads = (unsigned int)o->threads,
		.num_jobs = o->num_jobs,
	};
	unsigned int workers = engine->workers, i;
	struct stats *total;
	int ret;

	/* Slot `workers` is for the set-up, which no worker does. */
	total = &shared_common->stats[workers];
	engine->stats = total;
	ret = report_start(&engine->report, fn, &info);
	if (!ret)
		ret = wait_for_start(o);
	if (!ret)
		ret = engine_init(engine);
	if (!ret)
		ret = engine_setup(engine, &fn->command);
	if (report_flush(&engine->report) && !ret)
		ret = -EIO;
	if (!ret)
		ret = workers_run(engine, info.processes, info.threads);
	for (i = 0; i < workers; i++)
		stats_merge(total, &shared_common->stats[i]);
	info.interrupted = interrupted;
	if (ret && !interrupted && !engine->report.failed && ret != -EINTR)
		fprintf(stderr, "ismload: ended early: %s\n", strerror(-ret));
	if (!o->dry_run && report_total(&engine->report, fn, &info, total) && !ret)
		ret = -EIO;
	if (!o->dry_run)
		sleep_ms(o->hold_ms);
	return ret || interrupted || total->unexpected ? EXIT_UNEXPECTED : EXIT_SUCCESS;
}

static int engine_prepare(struct engine *engine, const struct options *o, const struct function *fn,
			  const struct vfio *vfio)
{
	memset(engine, 0, sizeof(*engine));
	engine->fn = fn;
	engine->fd = vfio->device;
	engine->timing = !o->no_timing;
	engine->dry_run = o->dry_run;
	engine->jobs = o->jobs;
	engine->num_jobs = o->num_jobs;
	engine->seed = o->seed;
	engine->workers = (unsigned int)(o->processes * o->threads);
	engine->common = shared_common;
	engine->report.json = o->json;
	engine->report.quiet = o->quiet;
	engine->report.plan = o->dry_run;
	engine->report.ops = !o->quiet && (o->json || o->verbose || o->dry_run);
	engine->report.jobs = o->jobs;
	return report_init(&engine->report, true);
}

int main(int argc, char **argv)
{
	struct vfio vfio = { .container = -1, .group = -1, .iommufd = -1, .device = -1 };
	static struct options options;
	static struct function fn;
	struct engine engine;
	int ret;

	stdout_check("ismload", EXIT_UNEXPECTED);
	options_parse(&options, argc, argv);
	if (options.list) {
		patterns_list();
		return EXIT_SUCCESS;
	}
	shared_common = common_alloc((unsigned int)(options.processes * options.threads) + 1);
	if (!shared_common) {
		fprintf(stderr, "ismload: no memory for the workers' statistics\n");
		return EXIT_OPEN;
	}
	if (options.dry_run)
		function_pretend(&fn, &options);
	else if (function_open(&vfio, &fn, &options))
		return EXIT_OPEN;
	fn.strict = options.strict;
	signal_catch(SIGINT);
	signal_catch(SIGTERM);
	ret = engine_prepare(&engine, &options, &fn, &vfio) ? EXIT_OPEN
							    : run(&options, &engine, &fn);
	engine_free(&engine);
	report_free(&engine.report);
	vfio_close(&vfio);
	return ret;
}
