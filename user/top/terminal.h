/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal.h - taking the terminal, and giving it back as it was on every way
 * out: the end, an error, a signal, a crash.
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

/* Colour pairs. */
enum { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_HEAD };

/*
 * terminal_unfit - true, having told why, if standard output is a terminal on which
 * no screen can be shown.  Changes nothing.
 */
bool terminal_unfit(void);

/*
 * terminal_open - take it; mono: no colours, as with NO_COLOR.  Returns an exit
 * status, having told why, or EXIT_DONE.  From then on messages do not go to
 * standard error, see message_listen().
 */
int terminal_open(struct terminal *terminal, bool mono);

/* As it was before.  May be called at any time, more than once. */
void terminal_close(void);

/* What has to be done outside of signal handlers: stop, if somebody pressed Ctrl-Z. */
void terminal_job_control(void);

/* SGR attributes of a tone: a colour, or what stands for it without colours. */
unsigned long terminal_tone(int which);

#endif /* ISMT_TOP_TERMINAL_H */
