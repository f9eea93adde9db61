// SPDX-License-Identifier: GPL-2.0-only
/*
 * libbpf_log.c - libbpf's own messages, where libbpf is.
 */
#include "util/message.h"

#include <stdio.h>

#include <bpf/libbpf.h>

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (message_verbosity() < (level == LIBBPF_DEBUG ? 3 : 2))
		return 0;
	return vfprintf(stderr, format, args);
}

void message_quiet_libbpf(void)
{
	libbpf_set_print(print_libbpf);
}
