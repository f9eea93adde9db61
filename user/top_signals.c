// SPDX-License-Identifier: GPL-2.0-only
#include "top_signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

void signals_catch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	/* No SA_RESTART: whatever waits is to look. */
	struct sigaction action = { .sa_handler = on_end };
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

bool signals_ended(void)
{
	return ended;
}
