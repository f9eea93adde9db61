/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * end_signal.h - signals that ask ismtop to end.
 */
#ifndef ISMT_UTIL_END_SIGNAL_H
#define ISMT_UTIL_END_SIGNAL_H

#include <stdbool.h>

/*
 * From now on SIGINT, SIGTERM and SIGHUP only set what signals_ended() returns; those
 * that whoever started us ignores stay ignored.
 */
void signals_catch(void);

/* True once one of them came. */
bool signals_ended(void);

#endif /* ISMT_UTIL_END_SIGNAL_H */
