// SPDX-License-Identifier: GPL-2.0-only
#include "live/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "util/message.h"

/* The process that a thread belongs to; 0 if that is not known. */
static int process_of(int tid)
{
	char path[32], line[128];
	int pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	file = fopen(path, "re");
	while (file && !pid && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &pid) != 1)
			pid = 0;
	if (file)
		fclose(file);
	return pid;
}

bool process_missing(const struct filter *filter)
{
	size_t i;

	for (i = 0; i < filter->nr_pids; i++) {
		int pid = filter->pids[i], owner;

		/* EPERM: the process is there, although we may not signal it. */
		if (kill(pid, 0) && errno == ESRCH) {
			error("no such process: %d", pid);
			hint("ps or pgrep NAME tells which there are; one that is yet to be goes behind --");
			return true;
		}
		/* kill(2) succeeds for a thread id, too. */
		owner = process_of(pid);
		if (owner && owner != pid) {
			error("%d is no process, but a thread of %d", pid, owner);
			hint("-p %d traces all threads of that process", owner);
			return true;
		}
	}
	return false;
}
