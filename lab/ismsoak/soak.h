/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * soak.h - what the tasks of the load share.
 */
#ifndef ISMSOAK_SOAK_H
#define ISMSOAK_SOAK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "log.h"
#include "vfio/vfio.h"

/*
 * The functions and what is done with them: the first two are open all the time
 * and every task has their descriptors; the third is opened and closed; the last is
 * bound to one driver and the other.
 */
#define HELD	      2
#define FUNCTION_OPEN 2
#define FUNCTION_BIND 3
#define FUNCTIONS     4

/* Bytes of each task's buffer for what it reads and writes; the page behind it is not mapped. */
#define BUF_SIZE (128u << 10)

/* What all tasks inherit. */
struct soak {
	struct log *log;
	const char *log_path;
	struct function fn[FUNCTIONS];
	unsigned int nr_functions; /* that there are */
	unsigned int cpus;
};

/* One task, or several that do the same things one after the other. */
struct task {
	struct soak *soak;
	int fd[FUNCTIONS]; /* -1: not open */
	uint64_t random;
	uint8_t *buf;
	uint32_t job;
	bool apart; /* in a PID namespace of its own */
};

/* A kind of job: something that a process, and what it brings forth, does. */
struct job_type {
	const char *name;
	unsigned int weight; /* how often, beside the others */
	void (*run)(struct task *task);
};

/* Each file's, ended by one without a name. */
extern const struct job_type jobs_plain[], jobs_clone[], jobs_exec[], jobs_signal[], jobs_io[],
	jobs_machine[];

/* random.c: the same for the same seed. */
uint64_t task_random(struct task *task, uint64_t below);
/* True so many times in a hundred. */
bool task_chance(struct task *task, unsigned int percent);
/* Sleep up to so many microseconds. */
void task_pause(struct task *task, unsigned int us);

/* One read or write. */
struct place {
	unsigned int function;
	bool write;
	bool fault; /* of a buffer that is not there */
	uint32_t region;
	uint64_t offset;
	uint32_t len;
};

/* access.c: of the functions that the task has open. */
void place_choose(struct task *task, struct place *place);
/* A write that succeeds. */
void place_plain(struct task *task, struct place *place);
/* Make it one of configuration space, whichever direction it has. */
void place_config(struct task *task, struct place *place);
/* Carry it out and log it; what the call returned. */
int64_t place_access(struct task *task, const struct place *place);
/* The same as place_access(), with buf in place of the task's own buffer. */
int64_t place_access_at(struct task *task, const struct place *place, void *buf);
uint64_t place_file_offset(const struct task *task, const struct place *place);
/* Memory and bus mastering on, for a function that the task has just opened; 0 or -1. */
int function_enable(struct task *task, unsigned int function);
/* About n, some of which form runs of adjacent writes; ends early when all is to end. */
void access_some(struct task *task, unsigned int n);

/* jobs_io.c: a thread waits in a write, for ever; 0 when it is inside the driver. */
int access_block(struct task *task);

/* The entry of an access that begins; NULL: the log is full. */
struct entry *entry_begin(struct task *task, const struct place *place);
void entry_end(struct entry *entry, int64_t ret);

/* task.c */
/* Who it is, in the first PID namespace. */
void task_ids(const struct task *task, uint32_t *pid, uint32_t *tid);
void task_name(char name[LOG_COMM]);
/* Another name for the task itself, and for a thread of its process. */
void task_rename(struct task *task);
void task_rename_thread(struct task *task, uint32_t tid);
/* A buffer of its own, as a thread needs; returns false if there is none. */
bool task_buffer(struct task *task);
/* As fork(): the child goes on with other random numbers. */
pid_t task_fork(struct task *task);
void task_wait(pid_t pid);
/* Start a thread of run with a task of its own; joined with pthread_join(). */
int task_thread(struct task *task, pthread_t *thread, void *(*run)(void *));
/* Execute this program anew, for about n accesses; returns if that fails. */
void task_exec(struct task *task, unsigned int n);
/* The other side of it. */
int task_again(int argc, char **argv);
/* A program that has no part in the load takes part: 0, or 1 and told why not. */
int task_join(struct soak *soak, struct task *task, const char *log_path);
/* Write text to a file; 0 or -errno. */
int file_write(const char *path, const char *text);

/* job.c: the load.  So many jobs at a time at most. */
#define JOBS_MAX 12

struct load_options {
	uint64_t seed;
	unsigned int seconds;
	unsigned int jobs;    /* at most; 0: as many as come */
	unsigned int at_once; /* 1 to JOBS_MAX */
	const char *only;     /* this kind of job alone */
};

/* fd are the functions that every task has, -1 for those that it has not. */
int load_run(struct soak *soak, const struct load_options *options, const int fd[FUNCTIONS]);
void load_list(void);
/* Say once that something cannot be had here. */
void load_absent(const char *what, int err);

/* cut.c: tracers that begin and end in the middle. */
int cut_run(int argc, char **argv);
int mark_run(int argc, char **argv);

#endif /* ISMSOAK_SOAK_H */
