// SPDX-License-Identifier: GPL-2.0-only
#include "util/inflate_pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define THREADS_MAX 16

/*
 * Jobs are a ring: first to submitted are under way, of which first to taken
 * are or were somebody's.
 */
struct inflate_pool {
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct inflate_job *jobs;
	unsigned int nr_jobs;
	uint64_t first, taken, submitted;
	bool quit;
	pthread_t threads[THREADS_MAX];
	unsigned int nr_threads;
	z_stream stream; /* the caller's, without threads */
	bool has_stream;
};

static struct inflate_job *job_at(struct inflate_pool *pool, uint64_t number)
{
	return &pool->jobs[number % pool->nr_jobs];
}

static void job_do(struct inflate_job *job, z_stream *stream)
{
	job->result = gzmember_inflate(stream, job->packed, job->packed_len, job->out,
				       job->out_room, job->cut);
}

static void *worker(void *arg)
{
	struct inflate_pool *pool = arg;
	struct inflate_job *job;
	z_stream stream;
	bool good = !gzmember_inflate_init(&stream);

	pthread_mutex_lock(&pool->lock);
	while (!pool->quit) {
		if (pool->taken == pool->submitted) {
			pthread_cond_wait(&pool->work, &pool->lock);
			continue;
		}
		job = job_at(pool, pool->taken++);
		pthread_mutex_unlock(&pool->lock);
		if (good)
			job_do(job, &stream);
		else
			job->result = -ENOMEM;
		pthread_mutex_lock(&pool->lock);
		job->done = true;
		pthread_cond_signal(&pool->done);
	}
	pthread_mutex_unlock(&pool->lock);
	if (good)
		inflateEnd(&stream);
	return NULL;
}

/* Signals are for the program's first thread, which waits in system calls. */
static void start_threads(struct inflate_pool *pool, unsigned int threads)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (pool->nr_threads < threads && pool->nr_threads < THREADS_MAX) {
		if (pthread_create(&pool->threads[pool->nr_threads], NULL, worker, pool))
			break;
		pool->nr_threads++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int pool_new(struct inflate_pool **result, unsigned int threads)
{
	struct inflate_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return -ENOMEM;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->done, NULL);
	if (threads > 1)
		start_threads(pool, threads);
	pool->nr_jobs = pool->nr_threads ? 2 * pool->nr_threads + 2 : 1;
	pool->jobs = calloc(pool->nr_jobs, sizeof(*pool->jobs));
	if (!pool->nr_threads)
		pool->has_stream = !gzmember_inflate_init(&pool->stream);
	if (!pool->jobs || (!pool->nr_threads && !pool->has_stream)) {
		pool_free(pool);
		return -ENOMEM;
	}
	*result = pool;
	return 0;
}

void pool_free(struct inflate_pool *pool)
{
	unsigned int i;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->quit = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < pool->nr_threads; i++)
		pthread_join(pool->threads[i], NULL);
	for (i = 0; pool->jobs && i < pool->nr_jobs; i++) {
		free(pool->jobs[i].packed);
		free(pool->jobs[i].out);
	}
	free(pool->jobs);
	if (pool->has_stream)
		inflateEnd(&pool->stream);
	pthread_cond_destroy(&pool->work);
	pthread_cond_destroy(&pool->done);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

static bool have_room(uint8_t **buf, size_t *room, size_t need)
{
	uint8_t *bigger;

	if (*room >= need)
		return true;
	bigger = realloc(*buf, need);
	if (!bigger)
		return false;
	*buf = bigger;
	*room = need;
	return true;
}

bool pool_full(const struct inflate_pool *pool)
{
	/* Only the caller moves these: no lock is needed to look. */
	return pool->submitted - pool->first == pool->nr_jobs;
}

int pool_job(struct inflate_pool *pool, const struct gzmember *member, struct inflate_job **job)
{
	*job = job_at(pool, pool->submitted);
	if (!have_room(&(*job)->packed, &(*job)->packed_room, member->packed) ||
	    !have_room(&(*job)->out, &(*job)->out_room, member->unpacked + 1))
		return -ENOMEM;
	(*job)->done = false;
	(*job)->cut = false;
	return 0;
}

void pool_submit(struct inflate_pool *pool, struct inflate_job *job)
{
	pthread_mutex_lock(&pool->lock);
	pool->submitted++;
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

struct inflate_job *pool_wait(struct inflate_pool *pool)
{
	struct inflate_job *job;

	if (pool->first == pool->submitted)
		return NULL;
	job = job_at(pool, pool->first);
	if (!pool->nr_threads) {
		if (!job->done)
			job_do(job, &pool->stream);
		job->done = true;
		return job;
	}
	pthread_mutex_lock(&pool->lock);
	while (!job->done)
		pthread_cond_wait(&pool->done, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	return job;
}

void pool_release(struct inflate_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->first++;
	pthread_mutex_unlock(&pool->lock);
}
