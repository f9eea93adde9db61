// SPDX-License-Identifier: GPL-2.0-only
#include "util/end_signal.h"

#include <signal.h>

#include "util/caller_signals.h"

static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

void signals_catch(void)
{
	caller_signals_end(on_end);
}

bool signals_ended(void)
{
	return ended;
}
