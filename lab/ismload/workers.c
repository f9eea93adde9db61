// SPDX-License-Identifier: GPL-2.0-only
/*
 * workers.c - start the workers and wait for them.
 */
#include "workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct common *common_alloc(unsigned int workers)
{
	size_t size = sizeof(struct common) + workers * sizeof(struct stats);
	void *mem;

	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return mem == MAP_FAILED ? NULL : mem;
}

static void *worker_main(void *arg)
{
	struct engine *e = arg;
	int ret;

	ret = report_init(&e->report, e->workers == 1);
	if (!ret)
		ret = engine_init(e);
	if (!ret)
		ret = engine_run(e);
	if (ret) {
		/* Those who wait for this worker must not wait for ever. */
		e->stats->error = ret;
		__atomic_store_n(&e->common->stop, 1, __ATOMIC_RELAXED);
	}
	engine_free(e);
	report_free(&e->report);
	return NULL;
}

static int threads_run(const struct engine *like, unsigned int first, unsigned int threads)
{
	struct engine *engines = calloc(threads, sizeof(*engines));
	pthread_t *ids = calloc(threads, sizeof(*ids));
	unsigned int i, started = 0;
	int ret = engines && ids ? 0 : ENOMEM;

	for (i = 0; i < threads && !ret; i++) {
		engines[i] = *like;
		engines[i].worker = first + i;
		engines[i].stats = &like->common->stats[first + i];
		/* This thread is one of them: with one, there is no other. */
		if (i + 1 == threads)
			worker_main(&engines[i]);
		else
			ret = pthread_create(&ids[i], NULL, worker_main, &engines[i]);
		if (!ret && i + 1 < threads)
			started++;
	}
	if (ret) {
		fprintf(stderr, "ismload: cannot start a worker: %s\n", strerror(ret));
		__atomic_store_n(&like->common->stop, 1, __ATOMIC_RELAXED);
	}
	for (i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
	free(engines);
	free(ids);
	return -ret;
}

static int processes_run(const struct engine *like, unsigned int processes, unsigned int threads)
{
	unsigned int i;
	int ret = 0, status;
	pid_t pid;

	for (i = 0; i < processes && !ret; i++) {
		pid = fork();
		if (!pid)
			_exit(threads_run(like, i * threads, threads) ? 1 : 0);
		if (pid < 0) {
			ret = -errno;
			fprintf(stderr, "ismload: cannot start a process: %s\n", strerror(errno));
			__atomic_store_n(&like->common->stop, 1, __ATOMIC_RELAXED);
		}
	}
	for (;;) {
		pid = wait(&status);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			continue;
		if (WIFSIGNALED(status))
			fprintf(stderr, "ismload: worker process %d: %s\n", (int)pid,
				strsignal(WTERMSIG(status)));
		__atomic_store_n(&like->common->stop, 1, __ATOMIC_RELAXED);
		if (!ret)
			ret = -ECHILD;
	}
	return ret;
}

int workers_run(const struct engine *like, unsigned int processes, unsigned int threads)
{
	unsigned int i;
	int ret;

	if (processes > 1)
		ret = processes_run(like, processes, threads);
	else
		ret = threads_run(like, 0, threads);
	/* -EINTR of a worker may only be that another one failed. */
	for (i = 0; i < processes * threads; i++) {
		int error = like->common->stats[i].error;

		if (error && (!ret || ret == -EINTR))
			ret = error;
	}
	return ret;
}
