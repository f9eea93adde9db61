// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_output.c - the file of -o, what mixes with what CMD prints, processes that are
 * named, and signals that whoever started us ignores.
 */
#include "cli/output.h"
#include "util/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/process.h"
#include "unit.h"
#include "util/caller_signals.h"
#include "util/message.h"

static char told[2][512];
static unsigned int nr_told;

static void on_message(void *arg, const char *line)
{
	(void)arg;
	snprintf(told[nr_told++ % 2], sizeof(told[0]), "%s", line);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file && fputs(text, file) >= 0)
		fclose(file);
	chmod(path, 0644);
}

static void files(void)
{
	struct output out = { .path = "out" }, link = { .path = "link" };
	struct stat st;
	int fd;

	write_file("out", "what was there");
	ok(!symlink("out", "link"), "a link");
	is_int(output_open(&link), EXIT_OUTPUT, "is not followed");
	has_str(told[0], "cannot write link: ", "which is told");
	is_int(output_open(&out), EXIT_DONE, "a file that was there");
	ok(!stat("out", &st) && !st.st_size && (st.st_mode & 07777) == 0600,
	   "is emptied, and the owner's alone");
	fputs("new", out.file);
	is_int(output_finish(&out), EXIT_DONE, "is written");
	ok(!stat("out", &st) && st.st_size == 3 && !out.file, "whole, and closed");
	fd = outfile_open("/dev/null", 0600);
	ok(fd >= 0, "what is no file is as it is");
	close(fd);
	is_int(outfile_open("no/such/place", 0600), -ENOENT, "no such place");
}

static void failures(void)
{
	struct output full = { .path = "/dev/full" };

	is_int(output_open(&full), EXIT_DONE, "a full disk");
	fputs("text", full.file);
	is_int(output_close(&full, 0), -ENOSPC, "says so when all is written");
	is_int(output_open(&full), EXIT_DONE, "once more");
	is_int(output_close(&full, -EIO), -EIO, "what came first is what is told");
	nr_told = 0;
	is_int(output_status(&full, -ENOSPC), EXIT_OUTPUT, "its status");
	is_str(told[0], "cannot write /dev/full: No space left on device", "by its name");
	is_int(output_status(&full, -EPIPE), EXIT_DONE, "a reader that has gone is no failure");
	is_int(output_status(&full, 0), EXIT_DONE, "nor is success");
}

/* Standard output is made a file for this. */
static void mixing(void)
{
	int before = dup(STDOUT_FILENO), fd = outfile_open("out", 0600);

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	fd = output_mixes(NULL) | output_mixes("-") << 1 | output_mixes("out") << 2 |
	     output_mixes("/dev/stdout") << 3 | output_mixes("other") << 4 |
	     output_mixes("/dev/null") << 5;
	dup2(before, STDOUT_FILENO);
	close(before);
	is_int(fd, 0xf, "standard output by all its names, and nothing else");
	write_file("other", "");
	ok(output_is("out", "./out") && output_is("link", "out"), "names of one file");
	ok(!output_is("out", "other") && !output_is("out", "none"), "of two, or of none");
}

static void *thread_main(void *arg)
{
	*(int *)arg = gettid();
	pause();
	return NULL;
}

static void processes(void)
{
	struct filter filter;
	pthread_t thread;
	char text[32];
	int tid = 0, i;

	filter_init(&filter);
	ok(!process_missing(&filter), "none is named");
	snprintf(text, sizeof(text), "%d", getpid());
	filter_add_pid(&filter, text);
	ok(!process_missing(&filter), "this one is there");
	filter_add_pid(&filter, "4194304");
	nr_told = 0;
	ok(process_missing(&filter), "no process has that number");
	is_str(told[0], "no such process: 4194304", "which is told");

	pthread_create(&thread, NULL, thread_main, &tid);
	for (i = 0; i < 10000 && !__atomic_load_n(&tid, __ATOMIC_SEQ_CST); i++)
		usleep(1000);
	filter_init(&filter);
	snprintf(text, sizeof(text), "%d", tid);
	filter_add_pid(&filter, text);
	nr_told = 0;
	ok(process_missing(&filter), "a thread is no process");
	has_str(told[0], "but a thread of ", "which is told");
	has_str(told[1], "-p ", "with what to say instead");
}

static void on_signal(int number)
{
	(void)number;
}

static void signals(void)
{
	struct sigaction now;

	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_IGN);
	caller_signals_keep();
	caller_signals_end(on_signal);
	ok(!sigaction(SIGHUP, NULL, &now) && now.sa_handler == SIG_IGN, "ignored, it stays so");
	ok(!sigaction(SIGTERM, NULL, &now) && now.sa_handler == on_signal, "else it is caught");
	caller_signals_end(SIG_DFL);
	ok(!sigaction(SIGHUP, NULL, &now) && now.sa_handler == SIG_IGN, "ignored to the end");
	ok(!sigaction(SIGTERM, NULL, &now) && now.sa_handler == SIG_DFL, "let go");
	ok(!sigaction(SIGPIPE, NULL, &now) && now.sa_handler == SIG_IGN, "writes tell of pipes");
	ok(!sigaction(SIGCHLD, NULL, &now) && now.sa_handler == SIG_DFL, "children are waited for");
	caller_signals_restore();
	ok(!sigaction(SIGPIPE, NULL, &now) && now.sa_handler == SIG_DFL, "for CMD, as it was");
	ok(!sigaction(SIGCHLD, NULL, &now) && now.sa_handler == SIG_IGN, "and ignored, as it was");
}

int main(void)
{
	char dir[] = "/tmp/test_output.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	message_listen((struct message_listener){ on_message, NULL });
	files();
	failures();
	mixing();
	processes();
	signals();
	unlink("out");
	unlink("link");
	unlink("other");
	rmdir(dir);
	return unit_end();
}
