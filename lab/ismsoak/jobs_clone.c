// SPDX-License-Identifier: GPL-2.0-only
/*
 * jobs_clone.c - tasks that share with one another what threads and processes do not.
 */
#include "soak.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "raw.h"

#define STACK (256u << 10)

/* Those whose child can be waited for. */
static const int processes[] = {
	SIGCHLD,
	CLONE_FILES | SIGCHLD,
	CLONE_VM | SIGCHLD,
	CLONE_VM | CLONE_FILES | SIGCHLD,
	CLONE_VM | CLONE_FS | CLONE_SIGHAND | SIGCHLD,
	CLONE_VM | CLONE_VFORK | SIGCHLD,
	CLONE_VFORK | SIGCHLD,
	CLONE_IO | CLONE_SYSVSEM,
	CLONE_VM,
};

struct cloned {
	struct task task;
	int done;
};

static int cloned_run(void *arg)
{
	struct cloned *cloned = arg;

	access_some(&cloned->task, 1 + (unsigned int)task_random(&cloned->task, 8));
	if (task_chance(&cloned->task, 30))
		task_rename(&cloned->task);
	access_some(&cloned->task, (unsigned int)task_random(&cloned->task, 3));
	__atomic_store_n(&cloned->done, 1, __ATOMIC_RELEASE);
	return 0;
}

/* A task of its own, with its stack; NULL if there is no memory. */
static struct cloned *cloned_make(struct task *task, void **top)
{
	struct cloned *cloned;
	uint8_t *at = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	cloned = (struct cloned *)at;
	cloned->task = *task;
	cloned->task.random = task_random(task, UINT64_MAX >> 11);
	if (!task_buffer(&cloned->task))
		return NULL;
	*top = at + STACK - 4096;
	return cloned;
}

static void run_clones(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 4);
	pid_t pids[4];
	void *top;

	for (unsigned int i = 0; i < n; i++) {
		struct cloned *cloned = cloned_make(task, &top);
		int flags = processes[task_random(task, sizeof(processes) / sizeof(processes[0]))];

		pids[i] = cloned ? clone(cloned_run, top, flags, cloned) : -1;
		log_count(task->soak->log, COUNT_FORKS);
		access_some(task, (unsigned int)task_random(task, 4));
	}
	for (unsigned int i = 0; i < n; i++)
		task_wait(pids[i]);
}

/* A thread that no library knows of. */
static void run_raw_threads(struct task *task)
{
	unsigned int n = 1 + (unsigned int)task_random(task, 4);
	struct cloned *cloned[4];
	void *top;

	for (unsigned int i = 0; i < n; i++) {
		cloned[i] = cloned_make(task, &top);
		if (cloned[i] && clone(cloned_run, top,
				       CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
					       CLONE_THREAD | CLONE_SYSVSEM,
				       cloned[i]) < 0)
			cloned[i] = NULL;
		log_count(task->soak->log, COUNT_THREADS);
	}
	access_some(task, 1 + (unsigned int)task_random(task, 8));
	for (unsigned int i = 0; i < n; i++)
		while (cloned[i] && !__atomic_load_n(&cloned[i]->done, __ATOMIC_ACQUIRE))
			task_pause(task, 2000);
	/* The process ends with them or before them. */
	if (task_chance(task, 50))
		RAW1(__NR_exit_group, 0);
}

const struct job_type jobs_clone[] = {
	{ "clones", 8, run_clones },
	{ "rawthreads", 4, run_raw_threads },
	{ 0 },
};
