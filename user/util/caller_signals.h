/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * caller_signals.h - respect what the program that started us has set for signals: what it
 * ignores (nohup, a background job of a script) stays ignored, and CMD inherits all of it.
 */
#ifndef ISMT_UTIL_CALLER_SIGNALS_H
#define ISMT_UTIL_CALLER_SIGNALS_H

/*
 * caller_signals_keep - call it at the start of a program.  Remembers what the caller had set;
 * from now on SIGPIPE and SIGXFSZ only make write(2) fail, and children can be waited for.
 */
void caller_signals_keep(void);

/* Call it in a child before execve(2): sets all signals as the caller had them. */
void caller_signals_restore(void);

/* caller_signal_set - set the handler of a signal, unless the caller ignores the signal. */
void caller_signal_set(int number, void (*handler)(int));

/* caller_signal_set() for the signals that ask a program to end: SIGINT, SIGTERM, SIGHUP. */
void caller_signals_end(void (*handler)(int));

#endif /* ISMT_UTIL_CALLER_SIGNALS_H */
