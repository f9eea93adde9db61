// SPDX-License-Identifier: GPL-2.0-only
#include "live/retprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GROUP "ismtrace_"
/* The most return probes at once: more than there are hooks that have one. */
#define PROBES_MAX 16
/* How often to define a probe: another ismtrace that starts may remove it before it is in use. */
#define TRIES 20

static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

struct retprobes {
	const char *root; /* of tracefs */
	int events;	  /* kprobe_events, for writing: also when nobody may open it any more */
	uint64_t id;	  /* of the group */
	size_t nr;
	const char *function[PROBES_MAX]; /* the event has its name; borrowed */
};

/* Write one line to kprobe_events; 0 or -errno. */
static int define(int events, const char *line)
{
	ssize_t len = (ssize_t)strlen(line);

	return write(events, line, (size_t)len) == len ? 0 : -errno;
}

static void undefine(int events, uint64_t id, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "-:" GROUP "%016" PRIx64 "/%s\n", id, name);
	define(events, line);
}

/* Remove the probes that killed ismtraces have left.  The kernel refuses to remove one that is in use. */
static void remove_left_over(const char *root, int events)
{
	char path[64], *line = NULL, name[64];
	size_t size = 0;
	uint64_t id;
	FILE *file;
	int digits;

	snprintf(path, sizeof(path), "%s/kprobe_events", root);
	file = fopen(path, "re");
	if (!file)
		return;
	while (getline(&line, &size, file) > 0) {
		const char *group = strstr(line, ":" GROUP);

		digits = 0;
		if (line[0] == 'r' && group &&
		    sscanf(group, ":" GROUP "%16" SCNx64 "%n/%63s", &id, &digits, name) == 2 &&
		    digits == (int)strlen(":" GROUP) + 16)
			undefine(events, id, name);
	}
	free(line);
	fclose(file);
}

/* A file descriptor of kprobe_events, and where it is; -errno. */
static int events_open(const char **root)
{
	char path[64];
	int fd = -1;
	size_t i;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]) && fd < 0; i++) {
		*root = roots[i];
		snprintf(path, sizeof(path), "%s/kprobe_events", *root);
		/* Check first: a sandbox may log each attempt to open the file. */
		if (access(path, W_OK))
			continue;
		/* Not with O_TRUNC, which would remove everybody's probes. */
		fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

bool retprobes_possible(void)
{
	const char *root;
	int fd = events_open(&root);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

struct retprobes *retprobes_open(void)
{
	struct retprobes *probes = calloc(1, sizeof(*probes));

	if (!probes)
		return NULL;
	probes->events = events_open(&probes->root);
	errno = probes->events < 0 ? -probes->events : 0;
	if (probes->events < 0 ||
	    getrandom(&probes->id, sizeof(probes->id), 0) != sizeof(probes->id)) {
		retprobes_close(probes);
		return NULL;
	}
	remove_left_over(probes->root, probes->events);
	return probes;
}

/* What perf knows the event by; -errno. */
static int event_number(const struct retprobes *probes, const char *name)
{
	char path[160];
	int number, got;
	FILE *file;

	snprintf(path, sizeof(path), "%s/events/" GROUP "%016" PRIx64 "/%s/id", probes->root,
		 probes->id, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	got = fscanf(file, "%d", &number);
	fclose(file);
	return got == 1 ? number : -ENOENT;
}

/* The CPU given here does not matter: the program runs on all CPUs. */
static int event_open(int number)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)number,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

/*
 * Open an event by its number, for perf.  If somebody removes our event meanwhile, the number may be
 * another event's.  So look the number up again afterwards: if it is the same, the event was
 * there all the time, and nobody can remove it now that it is open.  A descriptor or -errno.
 */
static int event_open_ours(const struct retprobes *probes, const char *function)
{
	int number = event_number(probes, function);
	int fd = number < 0 ? number : event_open(number);

	if (fd < 0 || event_number(probes, function) == number)
		return fd;
	close(fd);
	return -ENOENT;
}

/* A file descriptor of the event, which is defined if need be; -errno. */
static int event_get(struct retprobes *probes, const char *function)
{
	char line[192];
	int fd, i;

	snprintf(line, sizeof(line), "r%d:" GROUP "%016" PRIx64 "/%s %s\n", RETPROBE_CALLS,
		 probes->id, function, function);
	for (i = 0; i < TRIES; i++) {
		fd = define(probes->events, line);
		if (fd)
			return fd;
		fd = event_open_ours(probes, function);
		if (fd >= 0)
			return fd;
		undefine(probes->events, probes->id, function);
	}
	return fd;
}

struct bpf_link *retprobes_attach(struct retprobes *probes, const struct bpf_program *prog,
				  const char *function)
{
	struct bpf_link *link;
	int fd, err;

	if (probes->nr == PROBES_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	fd = event_get(probes, function);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	link = bpf_program__attach_perf_event(prog, fd);
	if (link) {
		probes->function[probes->nr++] = function;
		return link;
	}
	err = errno;
	close(fd);
	undefine(probes->events, probes->id, function);
	errno = err;
	return NULL;
}

void retprobes_close(struct retprobes *probes)
{
	int err = errno;
	size_t i;

	if (!probes)
		return;
	for (i = 0; i < probes->nr; i++)
		undefine(probes->events, probes->id, probes->function[i]);
	if (probes->events >= 0)
		close(probes->events);
	free(probes);
	errno = err;
}
