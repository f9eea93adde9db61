// SPDX-License-Identifier: GPL-2.0-only
/*
 * cut.c - tracers that begin and end in the middle of the load, one after the other.
 *
 * Each leaves its output as DIR/N.json or DIR/N.pcapng.gz, and DIR/cuts.FIRST has for each
 * when it was tracing for sure, and when it may have been, by our own clock.
 */
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vfio/random.h"

/* How long one traces, at most. */
#define LONGEST_MS 1500
/* That many accesses end those that end by themselves, at most. */
#define MOST 400

enum tool { TOOL_LIVE, TOOL_RECORD, TOOL_STAT, TOOL_TOP, TOOLS };
enum way { WAY_CMD, WAY_TIME, WAY_INT, WAY_TERM, WAY_COUNT, WAYS };

/* The number of the filter "only CMD and its descendants"; two others come before it. */
#define FILTER_TREE 2

static const char *const tool_names[] = { "live", "record", "stat", "ismtop" };
static const char *const way_names[] = { "cmd", "time", "int", "term", "count" };

struct cut {
	unsigned int number;
	enum tool tool;
	enum way way;
	unsigned int ms;     /* how long */
	unsigned int count;  /* of accesses, with WAY_COUNT */
	unsigned int filter; /* which one */
	char out[128], capture[128], mark[128], seconds[16], most[16], text_ms[16], seed[32],
		job[16];
	/* ns since 1970; 0: not known. */
	uint64_t spawned, marked, asked, ended;
	int status;
};

struct cutter {
	uint64_t random;
	const char *dir;
	const char *until;
	const char *load; /* its log */
	FILE *log;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

static uint64_t any(struct cutter *c, uint64_t below)
{
	return (random_next(&c->random) >> 11) % below;
}

static void *busy(void *arg)
{
	struct task *task = arg;

	while (!log_ending(task->soak->log))
		access_some(task, 100);
	return NULL;
}

/* A child, and a leader that may end before its threads: the process is still CMD's. */
static void *with_child(void *arg)
{
	struct task *task = arg;
	pid_t pid = task_fork(task);

	if (!pid) {
		access_some(task, 20);
		if (task_chance(task, 50))
			task_exec(task, 10);
		_exit(0);
	}
	access_some(task, 5);
	task_wait(pid);
	access_some(task, 5);
	return NULL;
}

/* What the tracer's own CMD does while it is traced, and is ended in. */
static void take_part(const char *log_path, uint64_t seed, uint32_t job)
{
	static struct soak soak;
	static struct task task;
	pthread_t thread;

	if (task_join(&soak, &task, log_path))
		return;
	task.random = seed;
	task.job = job;
	if (seed % 2)
		access_block(&task);
	if (seed % 3)
		task_thread(&task, &thread, busy);
	if (seed % 5 < 2)
		task_thread(&task, &thread, with_child);
}

/*
 * mark FILE MS LOG SEED JOB - what tracers run: it notes when it began, at which the tracer
 * traces for sure, and when it ended, at which it still does if nobody ended it.
 */
int mark_run(int argc, char **argv)
{
	uint64_t begin = now(), seed = argc == 6 ? strtoull(argv[4], NULL, 10) : 0;
	FILE *file;

	if (argc != 6)
		return 2;
	file = fopen(argv[1], "we");
	if (!file)
		return 1;
	fprintf(file, "%llu\n", (unsigned long long)begin);
	fflush(file);
	/* As often it does nothing, and ends as soon as it is told to. */
	if (seed % 4)
		take_part(argv[3], seed, (uint32_t)strtoul(argv[5], NULL, 10));
	usleep((unsigned int)atoi(argv[2]) * 1000);
	fprintf(file, "%llu\n", (unsigned long long)now());
	fflush(file);
	_exit(0);
}

static void choose(struct cutter *c, struct cut *cut)
{
	cut->tool = (enum tool)any(c, TOOLS);
	do {
		cut->way = (enum way)any(c, WAYS);
	} while ((cut->way == WAY_COUNT && cut->tool == TOOL_STAT) ||
		 (cut->tool == TOOL_TOP && cut->way < WAY_INT));
	/* As often a moment as a while. */
	cut->ms = 1 + (unsigned int)any(c, any(c, 2) ? 100 : LONGEST_MS);
	cut->count = 1 + (unsigned int)any(c, MOST);
	cut->filter = (unsigned int)any(c, 5);
	snprintf(cut->out, sizeof(cut->out), "%s/%u.json", c->dir, cut->number);
	snprintf(cut->capture, sizeof(cut->capture), "%s/%u.pcapng.gz", c->dir, cut->number);
	snprintf(cut->mark, sizeof(cut->mark), "%s/%u.mark", c->dir, cut->number);
	snprintf(cut->seconds, sizeof(cut->seconds), "%u.%03u", cut->ms / 1000, cut->ms % 1000);
	snprintf(cut->most, sizeof(cut->most), "%u", cut->count);
	snprintf(cut->seed, sizeof(cut->seed), "%llu", (unsigned long long)any(c, 1 << 30));
	/* As no job of the load is called. */
	snprintf(cut->job, sizeof(cut->job), "%u", 1u << 31 | cut->number);
	/* It outlives a trace that is to end otherwise. */
	snprintf(cut->text_ms, sizeof(cut->text_ms), "%u", cut->way == WAY_CMD ? cut->ms : 10000);
}

static void arguments(struct cut *cut, const char *log_path, char *argv[24])
{
	static char *const filters[5][2] = { { "-d", "0011:00:00.0" }, { "-w", "write" } };
	unsigned int n = 0;

#define ADD(word) (argv[n++] = (char *)(word))
	if (cut->tool == TOOL_TOP) {
		ADD("ismtop"), ADD("--json"), ADD("-d"), ADD("0.2");
		if (cut->way == WAY_COUNT)
			ADD("-n"), ADD("3");
	} else {
		ADD("ismtrace"), ADD(tool_names[cut->tool]);
		if (cut->tool == TOOL_RECORD)
			ADD("-o"), ADD(cut->capture);
		else
			ADD("--json");
		/* Else all but CMD's own are filtered. */
		if (cut->filter != FILTER_TREE)
			ADD("-a");
		if (cut->way == WAY_TIME)
			ADD("-t"), ADD(cut->seconds);
		if (cut->way == WAY_COUNT)
			ADD("-n"), ADD(cut->most);
		if (filters[cut->filter][0])
			ADD(filters[cut->filter][0]), ADD(filters[cut->filter][1]);
		ADD("--"), ADD("ismsoak"), ADD("mark"), ADD(cut->mark), ADD(cut->text_ms),
			ADD(log_path), ADD(cut->seed), ADD(cut->job);
	}
	argv[n] = NULL;
#undef ADD
}

static pid_t spawn(struct cut *cut, const char *log_path)
{
	char *argv[24];
	pid_t pid;
	int fd;

	arguments(cut, log_path, argv);
	cut->spawned = now();
	pid = fork();
	if (pid)
		return pid;
	fd = open(cut->out, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(120);
	/* What it says on the way is of interest only when it fails. */
	fd = open("/dev/null", O_WRONLY);
	dup2(fd, STDERR_FILENO);
	/* As a shell's background job we have it ignored, and so would they. */
	signal(SIGINT, SIG_DFL);
	execvp(argv[0], argv);
	_exit(121);
}

/* A number of the mark's file: the first or the second line. */
static uint64_t mark_read(const struct cut *cut, unsigned int line)
{
	unsigned long long value = 0;
	FILE *file = fopen(cut->mark, "re");

	if (!file)
		return 0;
	do {
		if (fscanf(file, "%llu", &value) != 1)
			value = 0;
	} while (line--);
	fclose(file);
	return value;
}

/* An interval of ismtop is there: it has been counting. */
static uint64_t top_seen(const struct cut *cut)
{
	static char text[4096];
	int fd = open(cut->out, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	return strstr(text, "\"state\":\"running\"") ? now() : 0;
}

/* Wait until it traces; false if it has ended before. */
static bool wait_marked(struct cut *cut, pid_t pid)
{
	while (!cut->marked) {
		if (waitpid(pid, &cut->status, WNOHANG) == pid) {
			cut->ended = now();
			return false;
		}
		usleep(2000);
		cut->marked = cut->tool == TOOL_TOP ? top_seen(cut) : mark_read(cut, 0);
	}
	return true;
}

static void finish(struct cutter *c, struct cut *cut, pid_t pid)
{
	if (wait_marked(cut, pid)) {
		if (cut->way == WAY_INT || cut->way == WAY_TERM) {
			usleep(cut->ms * 1000);
			cut->asked = now();
			kill(pid, cut->way == WAY_INT ? SIGINT : SIGTERM);
		}
		while (waitpid(pid, &cut->status, 0) < 0 && errno == EINTR)
			;
		cut->ended = now();
	} else {
		cut->marked = cut->tool == TOOL_TOP ? 0 : mark_read(cut, 0);
	}
	if (cut->way == WAY_CMD)
		cut->asked = mark_read(cut, 1);
	fprintf(c->log,
		"{\"type\":\"cut\",\"number\":%u,\"tool\":\"%s\",\"way\":\"%s\",\"ms\":%u,"
		"\"filter\":%u,\"spawned\":%llu,\"marked\":%llu,\"asked\":%llu,\"ended\":%llu,"
		"\"status\":%d}\n",
		cut->number, tool_names[cut->tool], way_names[cut->way], cut->ms, cut->filter,
		(unsigned long long)cut->spawned, (unsigned long long)cut->marked,
		(unsigned long long)cut->asked, (unsigned long long)cut->ended,
		WIFEXITED(cut->status) ? WEXITSTATUS(cut->status) : 128 + WTERMSIG(cut->status));
	fflush(c->log);
}

int cut_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },  { "dir", required_argument, NULL, 'd' },
		{ "until", required_argument, NULL, 'u' }, { "log", required_argument, NULL, 'l' },
		{ "first", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	struct cutter c = { 0 };
	unsigned int number, first = 0;
	char path[256];
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (opt == 's')
			c.random = ~strtoull(optarg, NULL, 10);
		else if (opt == 'd')
			c.dir = optarg;
		else if (opt == 'u')
			c.until = optarg;
		else if (opt == 'l')
			c.load = optarg;
		else if (opt == 'f')
			first = (unsigned int)atoi(optarg);
		else
			return 2;
	}
	if (!c.dir || !c.until || !c.load)
		return 2;
	snprintf(path, sizeof(path), "%s/cuts.%u", c.dir, first);
	c.log = fopen(path, "we");
	if (!c.log)
		return 1;
	for (number = first; access(c.until, F_OK); number++) {
		struct cut cut = { .number = number };
		pid_t pid;

		choose(&c, &cut);
		pid = spawn(&cut, c.load);
		if (pid < 0)
			return 1;
		finish(&c, &cut, pid);
		usleep((unsigned int)any(&c, 100000));
	}
	return fclose(c.log) ? 1 : 0;
}
