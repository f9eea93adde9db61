// SPDX-License-Identifier: GPL-2.0-only
/*
 * job.c - the load: jobs that are chosen by the seed, several at a time.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfio/contract.h"
#include "vfio/random.h"

/* What has not come to its end by itself so long after the last job began is killed. */
#define PATIENCE_MS 20000

static const struct job_type *const files[] = {
	jobs_plain, jobs_clone, jobs_exec, jobs_signal, jobs_io, jobs_machine,
};

#define FILES (sizeof(files) / sizeof(files[0]))

static volatile sig_atomic_t told_to_end;

void load_list(void)
{
	const struct job_type *type;
	size_t f;

	for (f = 0; f < FILES; f++)
		for (type = files[f]; type->name; type++)
			printf("%-12s %u\n", type->name, type->weight);
}

void load_absent(const char *what, int err)
{
	fprintf(stderr, "ismsoak: not here: %s: %s\n", what, strerror(err));
}

static const struct job_type *job_choose(uint64_t *random, const char *only)
{
	const struct job_type *type;
	unsigned int sum = 0;
	uint64_t lot;
	size_t f;

	for (f = 0; f < FILES; f++)
		for (type = files[f]; type->name; type++)
			sum += type->weight;
	lot = (random_next(random) >> 11) % sum;
	for (f = 0; f < FILES; f++) {
		for (type = files[f]; type->name; type++) {
			if (only && !strcmp(only, type->name))
				return type;
			if (!only && lot < type->weight)
				return type;
			lot -= type->weight;
		}
	}
	return &jobs_plain[0];
}

/* A process for the job, in a group of its own. */
static pid_t job_start(struct task *task, const struct job_type *type)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	if (!task_buffer(task))
		_exit(1);
	type->run(task);
	_exit(0);
}

/* Wait for whatever has ended; returns how many of the jobs have. */
static unsigned int reap(pid_t jobs[JOBS_MAX])
{
	unsigned int ended = 0, i;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0) {
		for (i = 0; i < JOBS_MAX; i++) {
			if (jobs[i] == pid) {
				jobs[i] = 0;
				ended++;
			}
		}
	}
	return ended;
}

static void kill_rest(void)
{
	/* All that is left are our children, as orphans come to us. */
	char path[64];
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	file = fopen(path, "re");
	if (!file)
		return;
	while (fscanf(file, "%d", &pid) == 1) {
		fprintf(stderr, "ismsoak: process %d did not end; killed\n", pid);
		kill(pid, SIGKILL);
	}
	fclose(file);
}

static void wait_rest(pid_t jobs[JOBS_MAX])
{
	unsigned int ms;

	for (ms = 0; ms < 2 * PATIENCE_MS; ms += 10) {
		reap(jobs);
		if (waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD)
			return;
		if (ms == PATIENCE_MS)
			kill_rest();
		usleep(10000);
	}
}

static void on_signal(int sig)
{
	told_to_end = 1;
}

int load_run(struct soak *soak, const struct load_options *options, const int fd[FUNCTIONS])
{
	uint64_t random = options->seed, end = log_now() + options->seconds * 1000000000ULL;
	unsigned int running = 0, i, n;
	pid_t jobs[JOBS_MAX] = { 0 };
	struct task task;

	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (n = 0; (!options->jobs || n < options->jobs) && log_now() < end && !told_to_end &&
		    !log_ending(soak->log);) {
		running -= reap(jobs);
		if (running >= options->at_once) {
			usleep(5000);
			continue;
		}
		memset(&task, 0, sizeof(task));
		task.soak = soak;
		task.job = n++;
		task.random = random_next(&random);
		memcpy(task.fd, fd, sizeof(task.fd));
		for (i = 0; jobs[i]; i++)
			;
		jobs[i] = job_start(&task, job_choose(&random, options->only));
		running += jobs[i] > 0;
		log_count(soak->log, COUNT_JOBS);
	}
	soak->log->stop = 1;
	wait_rest(jobs);
	return 0;
}
