/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt.h - Ctrl-C and the other signals that end a trace in good order.
 */
#ifndef ISMT_UTIL_INTERRUPT_H
#define ISMT_UTIL_INTERRUPT_H

#include <stdbool.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP only set what interrupted() returns; one
 * that comes a second time ends the process at once.  Those that whoever started us
 * ignores (nohup, a background job of a script) stay ignored.
 */
void interrupt_catch(void);

/* True once one of these signals came, until interrupt_forget(). */
bool interrupted(void);

/* True once one of them came, also after interrupt_forget(): do not wait for anything without end. */
bool interrupt_came(void);

/* interrupted() is false again, until the next signal. */
void interrupt_forget(void);

/* Restore the default: who does not want to wait may end us by a signal. */
void interrupt_let_go(void);

#endif /* ISMT_UTIL_INTERRUPT_H */
