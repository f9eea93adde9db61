/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - what keys do to the state.
 */
#ifndef ISMT_TOP_KEYS_H
#define ISMT_TOP_KEYS_H

#include "top/state.h"

/* key as curses' getch() has it.  0 or -ENOMEM. */
int top_key(struct top *top, int key);

#endif /* ISMT_TOP_KEYS_H */
