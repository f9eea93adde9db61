/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * process.h - the processes of this machine that a filter names.
 */
#ifndef ISMT_LIVE_PROCESS_H
#define ISMT_LIVE_PROCESS_H

#include <stdbool.h>

#include "model/filter.h"

/*
 * process_missing - true, having said so, if one of the filter's processes does not exist: a trace
 * of it would stay empty for ever.
 */
bool process_missing(const struct filter *filter);

#endif /* ISMT_LIVE_PROCESS_H */
