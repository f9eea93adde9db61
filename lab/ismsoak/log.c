// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "vfio/function.h"

#define SECOND_NS 1000000000ULL

static const char *const count_names[LOG_COUNTS] = {
	[COUNT_JOBS] = "jobs",
	[COUNT_FORKS] = "forks",
	[COUNT_THREADS] = "threads",
	[COUNT_EXECS] = "execs",
	[COUNT_KILLS] = "kills",
	[COUNT_STOPS] = "stops",
	[COUNT_FREEZES] = "freezes",
	[COUNT_BLOCKED] = "blocked",
	[COUNT_OPENS] = "opens",
	[COUNT_BINDS] = "binds",
	[COUNT_CPUS] = "cpus",
	[COUNT_PASSED] = "passed",
	[COUNT_NAMESPACES] = "namespaces",
	[COUNT_URING] = "uring",
};

static uint64_t clock_read(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

uint64_t log_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* What CLOCK_REALTIME is ahead, as close as it can be told. */
static uint64_t real_ahead(void)
{
	uint64_t least = UINT64_MAX, ahead = 0, before, real, after;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		before = log_now();
		real = clock_read(CLOCK_REALTIME);
		after = log_now();
		if (after - before < least) {
			least = after - before;
			ahead = real - before - least / 2;
		}
	}
	return ahead;
}

static struct log *log_map(const char *path, int flags, size_t size)
{
	int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
	struct stat st;
	void *at;

	if (fd < 0 || (size && ftruncate(fd, (off_t)size)) || fstat(fd, &st)) {
		fprintf(stderr, "ismsoak: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED) {
		fprintf(stderr, "ismsoak: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	return at;
}

struct log *log_create(const char *path, uint64_t seed, uint64_t capacity)
{
	struct log *log =
		log_map(path, O_CREAT | O_TRUNC, sizeof(*log) + capacity * sizeof(struct entry));

	if (log) {
		log->seed = seed;
		log->capacity = capacity;
	}
	return log;
}

struct log *log_open(const char *path)
{
	return log_map(path, 0, 0);
}

struct entry *log_entry(struct log *log)
{
	uint64_t at = __atomic_fetch_add(&log->used, 1, __ATOMIC_RELAXED);

	if (at < log->capacity)
		return &log->entries[at];
	log->stop = 1;
	return NULL;
}

void log_forget(struct log *log)
{
	memset(log->entries, 0, log->used * sizeof(*log->entries));
	log->used = 0;
}

void log_count(struct log *log, enum log_count what)
{
	__atomic_fetch_add(&log->counts[what], 1, __ATOMIC_RELAXED);
}

bool log_ending(const struct log *log)
{
	return __atomic_load_n(&log->stop, __ATOMIC_RELAXED);
}

/* A name may hold anything but a NUL; it is not always text. */
static void print_name(const char *key, const char *name, FILE *to)
{
	size_t i;

	fprintf(to, ",\"%s\":\"", key);
	for (i = 0; i < LOG_COMM && name[i]; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < ' ' || c == '"' || c == '\\' || c == 0x7f)
			fprintf(to, "\\u%04x", c);
		else
			putc(c, to);
	}
	putc('"', to);
}

static void print_access(const struct entry *e, uint64_t index, uint64_t ahead, FILE *to)
{
	fprintf(to,
		"{\"type\":\"op\",\"seq\":%" PRIu64 ",\"job\":%u,\"state\":%u,\"how\":%u,"
		"\"begin\":%" PRIu64 ",\"end\":%" PRIu64 ",\"inside\":%" PRIu64
		",\"pid\":%u,\"tid\":%u,\"function\":%u,\"op\":\"%s\",\"region\":%u,"
		"\"offset\":%" PRIu64 ",\"len\":%u,\"ret\":%" PRId64,
		index, e->job, e->state, e->how, e->begin + ahead, e->end ? e->end + ahead : 0,
		e->inside ? e->inside + ahead : 0, e->pid, e->tid, e->function,
		e->write ? "write" : "read", e->region, e->offset, e->len, e->ret);
	print_name("comm", e->comm, to);
	print_name("after", e->after, to);
	fputs("}\n", to);
}

static void print_rename(const struct entry *e, uint64_t ahead, FILE *to)
{
	fprintf(to,
		"{\"type\":\"rename\",\"begin\":%" PRIu64 ",\"end\":%" PRIu64
		",\"pid\":%u,\"tid\":%u",
		e->begin + ahead, e->end ? e->end + ahead : 0, e->pid, e->tid);
	print_name("comm", e->comm, to);
	fputs("}\n", to);
}

int log_print(const struct log *log, FILE *to)
{
	uint64_t ahead = real_ahead(), i, n = log->used, done = 0;

	if (n > log->capacity)
		n = log->capacity;
	for (i = 0; i < n; i++) {
		const struct entry *e = &log->entries[i];

		if (e->type == ENTRY_ACCESS) {
			print_access(e, i, ahead, to);
			done += e->state != STATE_NEVER;
		} else if (e->type == ENTRY_RENAME) {
			print_rename(e, ahead, to);
		}
	}
	fprintf(to, "{\"type\":\"total\",\"seed\":%" PRIu64 ",\"ops\":%" PRIu64 ",\"full\":%s",
		log->seed, done, log->used > log->capacity ? "true" : "false");
	for (i = 0; i < LOG_COUNTS; i++)
		fprintf(to, ",\"%s\":%" PRIu64, count_names[i], log->counts[i]);
	fputs("}\n", to);
	return fflush(to) || ferror(to) ? -EIO : 0;
}
