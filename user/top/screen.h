/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * screen.h - ismtop on a terminal: keys and intervals until it is quit.
 */
#ifndef ISMT_TOP_SCREEN_H
#define ISMT_TOP_SCREEN_H

#include <stdbool.h>

#include "top/state.h"

/* Show count intervals; 0: until the person quits.  mono: no colours.  Returns an exit status. */
int top_screen(struct top *top, unsigned long long count, bool mono);

#endif /* ISMT_TOP_SCREEN_H */
