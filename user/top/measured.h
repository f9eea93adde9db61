/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measured.h - what ismtop --measure prints at its end, after the screen was given back.
 */
#ifndef ISMT_TOP_MEASURED_H
#define ISMT_TOP_MEASURED_H

#include <stdbool.h>

#include "top/gather.h"

/* End counting, and print what was measured.  Returns an exit status; unless EXIT_DONE, the reason was printed. */
int top_measured(struct gather *gather, bool json);

#endif /* ISMT_TOP_MEASURED_H */
