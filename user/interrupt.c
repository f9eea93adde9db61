// SPDX-License-Identifier: GPL-2.0-only
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t came;

static void on_signal(int number)
{
	came = number;
	/* Once more, and it is over at once. */
	signal(number, SIG_DFL);
}

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

bool interrupted(void)
{
	return came;
}

void interrupt_forget(void)
{
	came = 0;
}

void interrupt_let_go(void)
{
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		signal(numbers[i], SIG_DFL);
}
