/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - what each key changes in the state.
 */
#ifndef ISMT_TOP_KEYS_H
#define ISMT_TOP_KEYS_H

#include "top/state.h"

/* Act on a key, as curses' getch() returns it.  0 or -ENOMEM. */
int top_key(struct top *top, int key);

#endif /* ISMT_TOP_KEYS_H */
