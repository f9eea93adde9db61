// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs_signal.c - tasks that are stopped, frozen, interrupted and ended, wherever they
 * happen to be.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"

static void *thread_for_ever(void *arg)
{
	struct task *task = arg;
	struct place place;

	while (!log_ending(task->soak->log)) {
		access_some(task, 3);
		/* Long enough to be met in the middle. */
		place_plain(task, &place);
		place.write = false;
		place.region = 0;
		place.len = 4096 + (uint32_t)task_random(task, 60000);
		place_access(task, &place);
	}
	return NULL;
}

/* A process that goes on until it is ended, with some threads. */
static pid_t victim_start(struct task *task)
{
	unsigned int n = (unsigned int)task_random(task, 4);
	pid_t pid = task_fork(task);
	pthread_t thread;

	if (pid)
		return pid;
	while (n--)
		task_thread(task, &thread, thread_for_ever);
	thread_for_ever(task);
	_exit(0);
}

static void victim_end(struct task *task, pid_t pid, int sig)
{
	kill(pid, sig);
	log_count(task->soak->log, COUNT_KILLS);
	task_wait(pid);
}

static void run_killed(struct task *task)
{
	static const int signals[] = { SIGKILL, SIGKILL, SIGTERM, SIGSEGV, SIGHUP, SIGSYS };
	unsigned int n = 1 + (unsigned int)task_random(task, 3);
	pid_t pid;

	while (n--) {
		pid = victim_start(task);
		task_pause(task, 150000);
		victim_end(task, pid, signals[task_random(task, 6)]);
	}
}

/* One of its threads ends the process; the others may be inside. */
static void run_exits(struct task *task)
{
	pid_t pid = task_fork(task);
	pthread_t thread;

	if (!pid) {
		for (unsigned int n = (unsigned int)task_random(task, 4); n--;)
			task_thread(task, &thread, thread_for_ever);
		access_some(task, (unsigned int)task_random(task, 10));
		task_pause(task, 50000);
		_exit(0);
	}
	task_wait(pid);
}

static void run_stopped(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 5);
	pid_t pid = victim_start(task);

	while (n--) {
		task_pause(task, 80000);
		kill(pid, SIGSTOP);
		log_count(task->soak->log, COUNT_STOPS);
		task_pause(task, 80000);
		if (task_chance(task, 80))
			kill(pid, SIGCONT);
	}
	victim_end(task, pid, SIGKILL);
}

static void cgroup_write(const char *group, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	file_write(path, text);
}

static void run_frozen(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 4);
	char group[64], text[16];
	pid_t pid;

	snprintf(group, sizeof(group), CGROUPS "/soak-%u", task->job);
	if (mkdir(group, 0700)) {
		load_absent("cgroups", errno);
		return;
	}
	pid = victim_start(task);
	snprintf(text, sizeof(text), "%d", (int)pid);
	cgroup_write(group, "cgroup.procs", text);
	while (n--) {
		task_pause(task, 80000);
		cgroup_write(group, "cgroup.freeze", "1");
		log_count(task->soak->log, COUNT_FREEZES);
		task_pause(task, 80000);
		/* What is frozen can be killed, too. */
		if (n || task_chance(task, 50))
			cgroup_write(group, "cgroup.freeze", "0");
	}
	victim_end(task, pid, SIGKILL);
	rmdir(group);
}

static struct task interrupting;

static void on_alarm(int sig)
{
	struct place place;

	if (!interrupting.soak)
		return;
	place_choose(&interrupting, &place);
	place_access(&interrupting, &place);
}

/* Signals with a handler, which may access the function itself. */
static void run_interrupted(struct task *task)
{
	struct itimerval every = { .it_interval.tv_usec = 3000, .it_value.tv_usec = 3000 };
	struct sigaction action = { .sa_handler = on_alarm };

	if (task_chance(task, 50)) {
		interrupting = *task;
		interrupting.random++;
		if (!task_buffer(&interrupting))
			return;
	}
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	access_some(task, 10 + (unsigned int)task_random(task, 40));
	memset(&every, 0, sizeof(every));
	setitimer(ITIMER_REAL, &every, NULL);
}

const struct job_type jobs_signal[] = {
	{ "killed", 8, run_killed },	       { "exits", 4, run_exits },
	{ "stopped", 4, run_stopped },	       { "frozen", 4, run_frozen },
	{ "interrupted", 4, run_interrupted }, { 0 },
};
