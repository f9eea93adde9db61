// SPDX-License-Identifier: GPL-2.0-only
#include "util/interrupt.h"

#include <signal.h>

#include "util/caller_signals.h"

static volatile sig_atomic_t came, ever;

static void on_signal(int number)
{
	came = number;
	ever = number;
	/* Once more, and it is over at once. */
	signal(number, SIG_DFL);
}

void interrupt_catch(void)
{
	caller_signals_end(on_signal);
}

bool interrupted(void)
{
	return came;
}

bool interrupt_came(void)
{
	return ever;
}

void interrupt_forget(void)
{
	came = 0;
}

void interrupt_let_go(void)
{
	caller_signals_end(SIG_DFL);
}
