// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs_exec.c - programs that become other programs, from any of their threads.
 */
#include "soak.h"

#include <unistd.h>

/* Threads beside the one that executes, which takes them with it. */
#define BESIDE 4

static void run_exec(struct task *task)
{
	access_some(task, (unsigned int)task_random(task, 4));
	if (task_chance(task, 30))
		task_rename(task);
	/* One that is not there changes nothing. */
	if (task_chance(task, 20))
		execl("/no/such/program", "none", NULL);
	access_some(task, (unsigned int)task_random(task, 4));
	task_exec(task, 1 + (unsigned int)task_random(task, 10));
}

static void *thread_goes_on(void *arg)
{
	struct task *task = arg;

	while (!log_ending(task->soak->log))
		access_some(task, 20);
	return NULL;
}

static void *thread_execs(void *arg)
{
	struct task *task = arg;

	if (task_chance(task, 50))
		access_some(task, 1 + (unsigned int)task_random(task, 5));
	task_pause(task, 30000);
	task_exec(task, 1 + (unsigned int)task_random(task, 10));
	return NULL;
}

/* A thread that is not the leader executes, in the middle of what the others do. */
static void run_thread_exec(struct task *task)
{
	unsigned int n = (unsigned int)task_random(task, BESIDE);
	pthread_t thread;

	while (n--)
		task_thread(task, &thread, thread_goes_on);
	task_thread(task, &thread, thread_execs);
	if (task_chance(task, 30))
		pthread_exit(NULL);
	thread_goes_on(task);
}

static void run_vfork(struct task *task)
{
	/* The child must not touch what its parent goes on with. */
	struct task its = *task;
	pid_t pid;

	access_some(task, (unsigned int)task_random(task, 3));
	its.random = task_random(task, UINT64_MAX >> 11);
	pid = vfork();
	if (!pid)
		task_exec(&its, 1 + (unsigned int)task_random(&its, 5));
	access_some(task, 1 + (unsigned int)task_random(task, 5));
	task_wait(pid);
	access_some(task, (unsigned int)task_random(task, 3));
}

const struct job_type jobs_exec[] = {
	{ "exec", 6, run_exec },
	{ "texec", 8, run_thread_exec },
	{ "vfork", 4, run_vfork },
	{ 0 },
};
