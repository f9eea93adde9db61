// SPDX-License-Identifier: GPL-2.0-only
/*
 * task.c - what a task is, and how it becomes another one.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw.h"
#include "vfio/contract.h"
#include "vfio/random.h"

uint64_t task_random(struct task *task, uint64_t below)
{
	return (random_next(&task->random) >> 11) % below;
}

bool task_chance(struct task *task, unsigned int percent)
{
	return task_random(task, 100) < percent;
}

void task_pause(struct task *task, unsigned int us)
{
	struct timespec ts = { .tv_nsec = (long)task_random(task, us) * 1000 };

	RAW2(__NR_nanosleep, &ts, NULL);
}

/* The digits at *at, which moves behind them. */
static uint32_t number_at(const char **at)
{
	uint32_t n = 0;

	while (**at >= '0' && **at <= '9')
		n = 10 * n + (uint32_t)(*(*at)++ - '0');
	return n;
}

void task_ids(const struct task *task, uint32_t *pid, uint32_t *tid)
{
	char text[64];
	const char *at = text;
	long len;

	if (!task->apart) {
		*pid = (uint32_t)RAW0(__NR_getpid);
		*tid = (uint32_t)RAW0(__NR_gettid);
		return;
	}
	/* procfs was mounted in the first namespace, and tells what it knows: N/task/N. */
	len = RAW3(__NR_readlink, "/proc/thread-self", text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	*pid = number_at(&at);
	while (*at && (*at < '0' || *at > '9'))
		at++;
	*tid = number_at(&at);
}

void task_name(char name[LOG_COMM])
{
	RAW2(__NR_prctl, PR_GET_NAME, name);
}

/* Names that are like others, or hard to write down. */
static void name_choose(struct task *task, char name[LOG_COMM])
{
	static const char *const names[] = {
		"soak", "worker",   "q\"uo'te\\",      "{}[]:,",	   "a\tb", " lead", "",
		"%s%n", "<b>&amp;", "fifteen-bytes-x", "\xc3\xa4\xc3\xb6", "=1+1",
	};

	memset(name, 0, LOG_COMM);
	if (task_chance(task, 50))
		snprintf(name, LOG_COMM, "n%x", (unsigned int)task_random(task, 1 << 24));
	else
		strcpy(name, names[task_random(task, sizeof(names) / sizeof(names[0]))]);
}

static struct entry *rename_begin(struct task *task, uint32_t tid, const char *name)
{
	struct entry *e = log_entry(task->soak->log);

	if (!e)
		return NULL;
	e->job = task->job;
	task_ids(task, &e->pid, &e->tid);
	e->tid = tid;
	memcpy(e->comm, name, LOG_COMM);
	e->begin = log_now();
	__atomic_store_n(&e->type, ENTRY_RENAME, __ATOMIC_RELEASE);
	return e;
}

void task_rename(struct task *task)
{
	char name[LOG_COMM];
	struct entry *e;
	uint32_t pid, tid;

	name_choose(task, name);
	task_ids(task, &pid, &tid);
	e = rename_begin(task, tid, name);
	if (!e)
		return;
	RAW2(__NR_prctl, PR_SET_NAME, name);
	e->end = log_now();
}

void task_rename_thread(struct task *task, uint32_t tid)
{
	char path[64], name[LOG_COMM];
	struct entry *e;

	name_choose(task, name);
	/* An empty write is no write. */
	if (!name[0])
		strcpy(name, "none");
	e = rename_begin(task, tid, name);
	if (!e)
		return;
	snprintf(path, sizeof(path), "/proc/self/task/%u/comm", tid);
	file_write(path, name);
	e->end = log_now();
}

bool task_buffer(struct task *task)
{
	uint8_t *at = mmap(NULL, BUF_SIZE + 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return false;
	munmap(at + BUF_SIZE, 4096);
	/* In its place nothing must come to lie. */
	mmap(at + BUF_SIZE, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	task->buf = at;
	return true;
}

pid_t task_fork(struct task *task)
{
	uint64_t seed = random_next(&task->random);
	pid_t pid = fork();

	if (!pid) {
		task->random = seed;
		log_count(task->soak->log, COUNT_FORKS);
	}
	return pid;
}

void task_wait(pid_t pid)
{
	int status;

	while (pid > 0 && waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
}

int task_thread(struct task *task, pthread_t *thread, void *(*run)(void *))
{
	struct task *its = malloc(sizeof(*its));
	int err;

	if (!its)
		return ENOMEM;
	*its = *task;
	its->random = random_next(&task->random);
	if (!task_buffer(its)) {
		free(its);
		return ENOMEM;
	}
	err = pthread_create(thread, NULL, run, its);
	if (err) {
		munmap(its->buf, BUF_SIZE + 4096);
		free(its);
		return err;
	}
	log_count(task->soak->log, COUNT_THREADS);
	return 0;
}

/*
 * The name that a program has of itself is one as well.  It is noted before, by the
 * number that the task will have, as the new program may not get to do it.
 */
static uint64_t exec_begin(struct task *task, const char *path)
{
	char name[LOG_COMM] = { 0 };
	struct entry *e;
	uint32_t pid, tid;

	task_ids(task, &pid, &tid);
	strncpy(name, strrchr(path, '/') + 1, LOG_COMM - 1);
	e = rename_begin(task, pid, name);
	return e ? (uint64_t)(e - task->soak->log->entries) : UINT64_MAX;
}

static void rename_ended(struct log *log, uint64_t index)
{
	if (index < log->capacity)
		log->entries[index].end = log_now();
}

void task_exec(struct task *task, unsigned int n)
{
	/* Several names of this file, so that the new one shows. */
	const char *path = task_chance(task, 50) ? "/tmp/ismsoak-other" : "/proc/self/exe";
	char seed[32], job[16], count[16], fds[FUNCTIONS][16], entry[32];
	char apart[2] = { "01"[task->apart] };
	char *argv[] = { "ismsoak", "again", (char *)task->soak->log_path,
			 seed,	    job,     count,
			 apart,	    fds[0],  fds[1],
			 fds[2],    fds[3],  entry,
			 NULL };
	unsigned int i;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)random_next(&task->random));
	snprintf(job, sizeof(job), "%u", task->job);
	snprintf(count, sizeof(count), "%u", n);
	for (i = 0; i < FUNCTIONS; i++)
		snprintf(fds[i], sizeof(fds[i]), "%d", task->fd[i]);
	snprintf(entry, sizeof(entry), "%llu", (unsigned long long)exec_begin(task, path));
	execv(path, argv);
	_exit(1);
}

int task_again(int argc, char **argv)
{
	static struct soak soak;
	static struct task task;
	unsigned int i;

	if (argc != 11)
		return 2;
	soak.log_path = argv[1];
	soak.log = log_open(argv[1]);
	if (!soak.log)
		return 1;
	task.soak = &soak;
	task.random = strtoull(argv[2], NULL, 10);
	task.job = (uint32_t)atoi(argv[3]);
	task.apart = argv[5][0] == '1';
	for (i = 0; i < FUNCTIONS; i++) {
		struct vfio vfio = { -1, -1, -1, atoi(argv[6 + i]), 0 };

		task.fd[i] = vfio.device;
		soak.fn[i].contract = contract_find("any");
		if (vfio.device >= 0 && vfio_query(&vfio, &soak.fn[i]))
			return 1;
	}
	log_count(soak.log, COUNT_EXECS);
	rename_ended(soak.log, strtoull(argv[10], NULL, 10));
	if (!task_buffer(&task))
		return 1;
	access_some(&task, (unsigned int)atoi(argv[4]));
	return 0;
}

int task_join(struct soak *soak, struct task *task, const char *log_path)
{
	struct vfio vfio = { -1, -1, -1, -1, 0 };
	unsigned int i;
	int pidfd;

	soak->log_path = log_path;
	soak->log = log_open(log_path);
	if (!soak->log)
		return 1;
	task->soak = soak;
	for (i = 0; i < FUNCTIONS; i++)
		task->fd[i] = -1;
	pidfd = (int)syscall(__NR_pidfd_open, (int)soak->log->owner, 0);
	if (pidfd >= 0)
		vfio.device = (int)syscall(__NR_pidfd_getfd, pidfd, (int)soak->log->owner_fd, 0);
	if (vfio.device < 0) {
		fprintf(stderr, "ismsoak: cannot join the load: %s\n", strerror(errno));
		return 1;
	}
	soak->fn[0].contract = contract_find("any");
	task->fd[0] = vfio.device;
	return vfio_query(&vfio, &soak->fn[0]) || !task_buffer(task);
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}
