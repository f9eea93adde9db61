/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt.h - Ctrl-C and its like, which end a trace in good order.
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

/* True once one of them came. */
bool interrupted(void);

/* True once one came, whatever was forgotten since: nothing is to be waited for without end. */
bool interrupt_came(void);

/* As if none had come. */
void interrupt_forget(void);

/* The default again: whoever is tired of waiting may end us. */
void interrupt_let_go(void);

#endif /* ISMT_UTIL_INTERRUPT_H */
