/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * caller_signals.h - what signals do as whoever started us has it: what they ignore
 * (nohup, a background job of a script) stays ignored, and CMD gets all of it.
 */
#ifndef ISMT_UTIL_CALLER_SIGNALS_H
#define ISMT_UTIL_CALLER_SIGNALS_H

/*
 * caller_signals_keep - at the start of a program: from now on SIGPIPE and SIGXFSZ are
 * errors of the write, and a child can be waited for; what the caller had is kept.
 */
void caller_signals_keep(void);

/* In a child that is to become somebody else's program: what the caller had. */
void caller_signals_restore(void);

/* caller_signal_set - what a signal does from now on, unless the caller ignores it. */
void caller_signal_set(int number, void (*handler)(int));

/* The same for all that ask a program to end: SIGINT, SIGTERM, SIGHUP. */
void caller_signals_end(void (*handler)(int));

#endif /* ISMT_UTIL_CALLER_SIGNALS_H */
