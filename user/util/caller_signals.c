// SPDX-License-Identifier: GPL-2.0-only
#include "util/caller_signals.h"

#include <signal.h>
#include <stddef.h>

/* What we want of some signals whatever the caller thinks of them. */
static struct {
	int number;
	void (*ours)(int);
	struct sigaction caller;
} changed[] = {
	/* A reader that went away, or a file that may not grow, is an errno, which is told. */
	{ .number = SIGPIPE, .ours = SIG_IGN },
	{ .number = SIGXFSZ, .ours = SIG_IGN },
	/* Ignored, it would leave nothing to wait for. */
	{ .number = SIGCHLD, .ours = SIG_DFL },
};

#define NR_CHANGED (sizeof(changed) / sizeof(changed[0]))

void caller_signals_keep(void)
{
	size_t i;

	for (i = 0; i < NR_CHANGED; i++) {
		struct sigaction ours = { .sa_handler = changed[i].ours };

		sigaction(changed[i].number, &ours, &changed[i].caller);
	}
}

void caller_signals_restore(void)
{
	size_t i;

	for (i = 0; i < NR_CHANGED; i++)
		sigaction(changed[i].number, &changed[i].caller, NULL);
}

void caller_signal_set(int number, void (*handler)(int))
{
	/* No SA_RESTART: system calls that wait return -EINTR, so that the caller looks at the flag. */
	struct sigaction action = { .sa_handler = handler }, now;

	/* We never ignore one of these ourselves, so who does is the caller. */
	if (!sigaction(number, NULL, &now) && now.sa_handler == SIG_IGN)
		return;
	sigaction(number, &action, NULL);
}

void caller_signals_end(void (*handler)(int))
{
	caller_signal_set(SIGINT, handler);
	caller_signal_set(SIGTERM, handler);
	caller_signal_set(SIGHUP, handler);
}
