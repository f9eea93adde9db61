/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trampolines.h - can programs be attached by fentry here?
 */
#ifndef ISMT_LIVE_TRAMPOLINES_H
#define ISMT_LIVE_TRAMPOLINES_H

#include <stdbool.h>

/*
 * trampolines_work - try it, with a program that does nothing.  s390x has trampolines since Linux
 * 6.3, for kernels with a BPF JIT; nothing but an attempt tells.  Takes some milliseconds, and the privileges
 * that tracing takes; tries only once.
 */
bool trampolines_work(void);

#endif /* ISMT_LIVE_TRAMPOLINES_H */
