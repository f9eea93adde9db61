/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal.h - take the terminal, and give it back as it was on every way out: the end, an error,
 * a signal, a crash.
 */
#ifndef ISMT_TOP_TERMINAL_H
#define ISMT_TOP_TERMINAL_H

#include <stdbool.h>

/* What the terminal can show. */
struct terminal {
	bool color;
	bool utf8;
	int input; /* descriptor that keys come from */
};

/* What a text is like; numbers of curses' colour pairs. */
enum { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_HEAD };

/*
 * terminal_unfit - true, having printed why, if standard output is a terminal on which no screen can
 * be shown.  Changes nothing.
 */
bool terminal_unfit(void);

/*
 * terminal_open - take the terminal; mono: no colours, as with NO_COLOR.  From then on messages do
 * not go to standard error: see message_listen().  Returns EXIT_DONE, or another exit status,
 * having printed why.
 */
int terminal_open(struct terminal *terminal, bool mono);

/* Give the terminal back as it was.  May be called at any time, and more than once. */
void terminal_close(void);

/* Stop the process if the person has pressed Ctrl-Z: a signal handler must not do that. */
void terminal_job_control(void);

/* curses' attributes of a tone: a colour, or without colours bold and the like. */
unsigned long terminal_tone(int which);

#endif /* ISMT_TOP_TERMINAL_H */
