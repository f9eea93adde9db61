/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measured.h - what ismtop --measure says at its end, when the screen is given back.
 */
#ifndef ISMT_TOP_MEASURED_H
#define ISMT_TOP_MEASURED_H

#include <stdbool.h>

#include "top/gather.h"

/* End the counting and write it to standard output.  Returns an exit status, having told why. */
int top_measured(struct gather *gather, bool json);

#endif /* ISMT_TOP_MEASURED_H */
