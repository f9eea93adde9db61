/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scan.h - ask the kernel for its zPCI functions, maxstbl and measurement
 * blocks included.
 */
#ifndef ISMT_SCAN_H
#define ISMT_SCAN_H

#include <stdbool.h>

#include "function.h"

struct scan;

/*
 * scan_open - load the program.  Needs the same privileges as tracing; the
 * result can be used after they were dropped.  On error NULL, errno set.
 */
struct scan *scan_open(void);
void scan_close(struct scan *scan);

/* True if the machine has MIO instructions, or the kernel does not tell. */
bool scan_has_mio(const struct scan *scan);

/*
 * scan_functions - enter or refresh every function in the table.  Returns
 * how many there are, or -errno: -ENOENT if the kernel hides its list.
 */
int scan_functions(struct scan *scan, struct function_table *table);

#endif /* ISMT_SCAN_H */
