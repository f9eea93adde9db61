// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal.c - the caller's terminal, while a shell in the machine has it.
 */
#include "attach.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static bool raw;

/* Every key goes to the machine; its own terminal makes signals of them. */
void terminal_raw(void)
{
	struct termios now;

	if (tcgetattr(STDIN_FILENO, &before))
		return;
	now = before;
	cfmakeraw(&now);
	raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

void terminal_restore(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	raw = false;
}

bool terminal_size(int *rows, int *cols)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return false;
	*rows = size.ws_row;
	*cols = size.ws_col;
	return true;
}
