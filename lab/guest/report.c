// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - how the run ended: a message where it did not end well, the exit
 * status, and nothing left behind but a console log that somebody may want.
 */
#define _GNU_SOURCE
#include "attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAIL_LINES 25

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &room, 0, f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

static void print_tail(const char *text)
{
	const char *from = text + strlen(text);
	int lines = 0;

	while (from > text && lines <= TAIL_LINES)
		if (*--from == '\n')
			lines++;
	if (*from == '\n')
		from++;
	for (; *from; from++)
		if (*from != '\r')
			fputc(*from, stderr);
}

/* What a kernel says when it has caught itself in a fault it survived. */
static bool kernel_complained(const char *log)
{
	static const char *const marks[] = { "WARNING: ", "BUG: ", "Oops",
					     "UBSAN: ", "------------[ cut here ]" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(log, marks[i]))
			return true;
	return false;
}

static int end_status(struct machine *m, const char *console, const char *qemu)
{
	if (m->killed_by) {
		return 128 + m->killed_by;
	} else if (m->timed_out) {
		fprintf(stderr, "%s: not done after %d s, machine switched off\n", m->name,
			m->timeout);
		return EXIT_TIMEOUT;
	} else if (*m->failure) {
		fprintf(stderr, "%s: %s\n", m->name, m->failure);
		return EXIT_LAB;
	} else if (m->status >= 0) {
		return m->status;
	}
	fprintf(stderr, "%s: the machine stopped before the command %s\n", m->name,
		m->started ? "had ended" : "was started");
	if (qemu)
		print_tail(qemu);
	if (console)
		print_tail(console);
	return EXIT_LAB;
}

int report_end(struct machine *m)
{
	char *console = slurp("console.log"), *qemu = slurp("qemu.log");
	int status = end_status(m, console, qemu);
	bool keep = false;

	if (console && *console) {
		if (!m->killed_by && m->status < 0)
			keep = true;
		if (kernel_complained(console)) {
			fprintf(stderr, "%s: the kernel complained\n", m->name);
			keep = true;
		}
	}
	if (keep)
		fprintf(stderr, "%s: console log: %s/console.log\n", m->name, m->dir);
	else
		unlink("console.log");
	unlink("qemu.log");
	unlink("initramfs");
	if (!keep)
		rmdir(m->dir);
	free(console);
	free(qemu);
	return status;
}
