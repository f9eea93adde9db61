// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs_plain.c - threads, children and names, as programs have them every day.
 */
#include "soak.h"

#include <unistd.h>

#include "raw.h"

/* More threads than this at a time tell nothing new. */
#define THREADS 8

static void run_steps(struct task *task)
{
	access_some(task, 1 + (unsigned int)task_random(task, 60));
}

static void *thread_steps(void *arg)
{
	struct task *task = arg;

	access_some(task, 1 + (unsigned int)task_random(task, 20));
	return NULL;
}

/* Start n threads of run and wait for them. */
static void threads_run(struct task *task, unsigned int n, void *(*run)(void *))
{
	pthread_t threads[THREADS];
	unsigned int i, started = 0;

	for (i = 0; i < n && i < THREADS; i++)
		started += !task_thread(task, &threads[started], run);
	access_some(task, (unsigned int)task_random(task, 10));
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

static void run_threads(struct task *task)
{
	threads_run(task, 1 + (unsigned int)task_random(task, THREADS), thread_steps);
}

/* One after the other, as short as can be. */
static void run_short_threads(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 20);
	pthread_t thread;

	while (n-- && !log_ending(task->soak->log))
		if (!task_thread(task, &thread, thread_steps))
			pthread_join(thread, NULL);
}

/* As a server has them: many children of few accesses each. */
static void run_children(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 40);
	bool at_once = task_chance(task, 30);
	pid_t pids[40];
	unsigned int i;

	access_some(task, (unsigned int)task_random(task, 3));
	for (i = 0; i < n; i++) {
		pids[i] = task_fork(task);
		if (!pids[i]) {
			access_some(task, 1 + (unsigned int)task_random(task, 3));
			_exit(0);
		}
		if (!at_once)
			task_wait(pids[i]);
	}
	for (i = 0; at_once && i < n; i++)
		task_wait(pids[i]);
}

/* Its parent has ended when it goes on. */
static void run_daemon(struct task *task)
{
	if (task_fork(task)) {
		access_some(task, (unsigned int)task_random(task, 3));
		return;
	}
	setsid();
	access_some(task, 1 + (unsigned int)task_random(task, 3));
	if (task_fork(task))
		_exit(0);
	task_pause(task, 50000);
	access_some(task, 1 + (unsigned int)task_random(task, 10));
	_exit(0);
}

static void run_renames(struct task *task)
{
	unsigned int n = 2 + (unsigned int)task_random(task, 12);

	while (n--) {
		access_some(task, (unsigned int)task_random(task, 4));
		task_rename(task);
	}
	access_some(task, 1 + (unsigned int)task_random(task, 4));
}

/* Threads that give names to themselves and to the leader, which goes on. */
static void *thread_renamer(void *arg)
{
	struct task *task = arg;
	unsigned int n = 2 + (unsigned int)task_random(task, 12);
	uint32_t pid, tid;

	task_ids(task, &pid, &tid);
	while (n--) {
		task_rename_thread(task, task_chance(task, 70) ? pid : tid);
		access_some(task, (unsigned int)task_random(task, 3));
	}
	return NULL;
}

static void run_renamed(struct task *task)
{
	unsigned int i, n = 1 + (unsigned int)task_random(task, 3);
	pthread_t threads[3];

	for (i = 0; i < n; i++)
		if (task_thread(task, &threads[i], thread_renamer))
			n = i;
	access_some(task, 10 + (unsigned int)task_random(task, 40));
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

/* The process goes on without its leader, and has children. */
static void *thread_after_leader(void *arg)
{
	struct task *task = arg;
	pid_t pid;

	if (task_chance(task, 70))
		task_pause(task, 50000);
	access_some(task, 1 + (unsigned int)task_random(task, 10));
	if (task_chance(task, 60)) {
		pid = task_fork(task);
		if (!pid) {
			access_some(task, 1 + (unsigned int)task_random(task, 5));
			_exit(0);
		}
		task_wait(pid);
		access_some(task, (unsigned int)task_random(task, 3));
	}
	if (task_chance(task, 50))
		task_rename(task);
	access_some(task, (unsigned int)task_random(task, 3));
	if (task_chance(task, 20))
		task_exec(task, 1 + (unsigned int)task_random(task, 4));
	return NULL;
}

static void run_leader_ends(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 3);
	pthread_t thread;

	access_some(task, (unsigned int)task_random(task, 3));
	while (n--)
		task_thread(task, &thread, thread_after_leader);
	RAW1(__NR_exit, 0);
}

const struct job_type jobs_plain[] = {
	{ "steps", 10, run_steps },
	{ "threads", 10, run_threads },
	{ "short", 6, run_short_threads },
	{ "children", 10, run_children },
	{ "daemon", 4, run_daemon },
	{ "renames", 6, run_renames },
	{ "renamed", 6, run_renamed },
	{ "leader", 6, run_leader_ends },
	{ 0 },
};
