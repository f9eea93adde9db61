// SPDX-License-Identifier: GPL-2.0-only
/*
 * ismsoak - a load of tasks that do all that tasks can do while they access ISM
 * functions, and a log of what each of them did.  scripts/soak runs it beside
 * tracers, and tests/soak/ holds these against the log.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio/contract.h"

/* How many entries the log has room for by default, enough for some minutes. */
#define CAPACITY 400000

struct options {
	struct load_options load;
	const char *log;
	const char *ready; /* made when the functions are open */
	const char *wait;  /* begin when it is there */
	const char *done;  /* made when the load has ended */
	const char *hold;  /* keep the functions open until it is there */
};

static int touch(const char *path)
{
	int fd = path ? open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : 0;

	if (fd < 0)
		fprintf(stderr, "ismsoak: %s: %s\n", path, strerror(errno));
	else if (path)
		close(fd);
	return fd < 0;
}

static void appears(const char *path)
{
	while (path && access(path, F_OK))
		usleep(10000);
}

/* Make the function's measurement block count from now on; it is stopped by a reset. */
static void block_restart(const struct function *fn)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "/sys/kernel/debug/pci/%s/statistics", fn->address);
	err = file_write(path, "0");
	if (!err)
		err = file_write(path, "1");
	if (err)
		load_absent("the measurement block", -err);
}

static int function_find(struct soak *soak, unsigned int i, const char *address)
{
	struct function *fn = &soak->fn[i];
	int err = vfio_find(address, fn);

	fn->contract = err ? NULL : contract_of_driver(fn->driver);
	fn->shift = err ? 0 : fn->contract->shift;
	return err;
}

/* Those of $ISM_FUNCTIONS; the first two are opened. */
static int functions_prepare(struct soak *soak, struct vfio held[HELD], int fd[FUNCTIONS])
{
	char *words = strdup(getenv("ISM_FUNCTIONS") ?: ""), *word;
	struct task task = { .soak = soak };
	unsigned int i = 0;

	for (word = strtok(words, " "); word && i < FUNCTIONS; word = strtok(NULL, " "), i++) {
		fd[i] = -1;
		if (function_find(soak, i, word))
			return 3;
		if (i >= HELD)
			continue;
		held[i] = (struct vfio){ -1, -1, -1, -1, 0 };
		if (vfio_open(&held[i], &soak->fn[i], INTERFACE_AUTO) ||
		    vfio_query(&held[i], &soak->fn[i]))
			return 3;
		fcntl(held[i].device, F_SETFD, 0);
		task.fd[i] = fd[i] = held[i].device;
		if (function_enable(&task, i))
			return 3;
		block_restart(&soak->fn[i]);
	}
	soak->nr_functions = i;
	for (; i < FUNCTIONS; i++)
		fd[i] = -1;
	free(words);
	return soak->nr_functions ? 0 : 3;
}

static int run(struct options *o)
{
	static struct soak soak;
	struct vfio held[HELD];
	int fd[FUNCTIONS], status;

	soak.cpus = (unsigned int)sysconf(_SC_NPROCESSORS_CONF);
	soak.log_path = o->log;
	soak.log = log_create(o->log, o->load.seed, CAPACITY);
	if (!soak.log)
		return 1;
	status = functions_prepare(&soak, held, fd);
	if (status)
		return status;
	unlink("/tmp/ismsoak-other");
	if (symlink("/proc/self/exe", "/tmp/ismsoak-other"))
		return 1;
	soak.log->owner = (uint64_t)getpid();
	soak.log->owner_fd = (uint64_t)fd[0];
	/* What was done to open them was before the trace. */
	log_forget(soak.log);
	if (touch(o->ready))
		return 1;
	appears(o->wait);
	status = load_run(&soak, &o->load, fd);
	if (touch(o->done))
		return 1;
	appears(o->hold);
	return log_print(soak.log, stdout) ? 1 : status;
}

static void usage(FILE *to)
{
	fputs("usage: ismsoak [option...]\n"
	      "  --seed N       the same jobs for the same seed (1)\n"
	      "  --seconds S    begin new ones for so long (10)\n"
	      "  --jobs N       but so many at most\n"
	      "  --at-once N    so many at a time (4)\n"
	      "  --only KIND    jobs of this kind alone\n"
	      "  --log FILE     where the tasks note what they do (/tmp/ismsoak.log)\n"
	      "  --ready FILE   made when the functions are open\n"
	      "  --wait FILE    the load begins when it is there\n"
	      "  --done FILE    made when the load has ended\n"
	      "  --hold FILE    keep the functions open until it is there\n"
	      "  --list         the kinds of jobs, and how often each is chosen\n"
	      "The log is printed on stdout at the end, an access a line.\n",
	      to);
}

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "at-once", required_argument, NULL, 'a' },
		{ "only", required_argument, NULL, 'o' },
		{ "log", required_argument, NULL, 'l' },
		{ "ready", required_argument, NULL, 'r' },
		{ "wait", required_argument, NULL, 'w' },
		{ "done", required_argument, NULL, 'd' },
		{ "hold", required_argument, NULL, 'h' },
		{ "list", no_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 'H' },
		{ NULL, 0, NULL, 0 },
	};
	const char **const texts[] = { ['o'] = &o->load.only, ['l'] = &o->log,	['r'] = &o->ready,
				       ['w'] = &o->wait,      ['d'] = &o->done, ['h'] = &o->hold };
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (opt == 's')
			o->load.seed = strtoull(optarg, NULL, 10);
		else if (opt == 't')
			o->load.seconds = (unsigned int)atoi(optarg);
		else if (opt == 'j')
			o->load.jobs = (unsigned int)atoi(optarg);
		else if (opt == 'a')
			o->load.at_once = (unsigned int)atoi(optarg);
		else if (opt == '?' || opt == 'L' || opt == 'H')
			return opt;
		else
			*texts[opt] = optarg;
	}
	if (optind < argc || !o->load.at_once || o->load.at_once > JOBS_MAX)
		return '?';
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {
		.load = { .seed = 1, .seconds = 10, .at_once = 4 },
		.log = "/tmp/ismsoak.log",
	};

	/* What this program starts of itself. */
	if (argc > 1 && !strcmp(argv[1], "again"))
		return task_again(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "mark"))
		return mark_run(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "cut"))
		return cut_run(argc - 1, argv + 1);
	switch (parse(argc, argv, &options)) {
	case 0:
		return run(&options);
	case 'L':
		load_list();
		return 0;
	case 'H':
		usage(stdout);
		return 0;
	default:
		usage(stderr);
		return 2;
	}
}
