/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - what all tasks of the load did, in a file that all of them have mapped.
 *
 * An access has its entry before it begins, and its result in the same entry when
 * it has ended.  So a task that is killed in between leaves one that has begun and
 * has no result, which is all that can be known of it.
 */
#ifndef ISMSOAK_LOG_H
#define ISMSOAK_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LOG_COMM 16 /* TASK_COMM_LEN of the kernel */

enum entry_type {
	ENTRY_NONE = 0,
	ENTRY_ACCESS,
	ENTRY_RENAME, /* of tid, to comm */
};

enum entry_state {
	STATE_BEGUN = 1, /* no result: the task was ended, before or in it or after it */
	STATE_DONE,	 /* ret is the result */
	STATE_UNKNOWN,	 /* it took place, but its own result is not told */
	STATE_NEVER,	 /* a part of a vector that was not got to */
};

/* Who carries it out. */
enum entry_how {
	HOW_CALL,   /* the task itself */
	HOW_WORKER, /* a thread that the kernel made for the process: io_uring */
};

struct entry {
	uint64_t begin;	 /* CLOCK_MONOTONIC, ns: before the call */
	uint64_t end;	 /* after it; 0: never */
	uint64_t inside; /* when it was seen to be inside the driver; 0: not seen */
	int64_t ret;
	uint64_t offset; /* in the region, bytes */
	uint32_t len;
	uint32_t region;
	uint32_t pid; /* of the first PID namespace, as tid */
	uint32_t tid;
	uint32_t job;
	uint8_t type;  /* enum entry_type */
	uint8_t state; /* enum entry_state */
	uint8_t how;   /* enum entry_how */
	uint8_t write;
	uint8_t function; /* index in $ISM_FUNCTIONS */
	uint8_t pad[3];
	char comm[LOG_COMM];  /* of the task before; a rename: the new name */
	char after[LOG_COMM]; /* of the task after; "" where that is not known */
};

/* What is counted beside the accesses. */
enum log_count {
	COUNT_JOBS,
	COUNT_FORKS,
	COUNT_THREADS,
	COUNT_EXECS,
	COUNT_KILLS,
	COUNT_STOPS,
	COUNT_FREEZES,
	COUNT_BLOCKED, /* accesses that a page had to be waited for */
	COUNT_OPENS,
	COUNT_BINDS,
	COUNT_CPUS,
	COUNT_PASSED, /* descriptors */
	COUNT_NAMESPACES,
	COUNT_URING,
	LOG_COUNTS,
};

struct log {
	uint64_t seed;
	uint64_t capacity; /* entries */
	uint64_t used;	   /* likewise; above the capacity when it is full */
	uint64_t owner;	   /* the process that has the first function open ... */
	uint64_t owner_fd; /* ... as this descriptor */
	uint64_t stop;	   /* tasks are to come to an end */
	uint64_t counts[LOG_COUNTS];
	struct entry entries[];
};

/* Make the file; NULL, and told, if that fails. */
struct log *log_create(const char *path, uint64_t seed, uint64_t capacity);
/* Map one that is there. */
struct log *log_open(const char *path);

/* A new entry; NULL when there is no more room, which ends the load. */
struct entry *log_entry(struct log *log);
/* Forget all that is in it; nobody else has it by now. */
void log_forget(struct log *log);
void log_count(struct log *log, enum log_count what);
bool log_ending(const struct log *log);

uint64_t log_now(void);

/* As JSON, one entry a line and then the counts; returns 0 or -errno. */
int log_print(const struct log *log, FILE *to);

#endif /* ISMSOAK_LOG_H */
