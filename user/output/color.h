/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * color.h - the few SGR escapes in use, for what must not be missed.
 */
#ifndef ISMT_OUTPUT_COLOR_H
#define ISMT_OUTPUT_COLOR_H

#include "model/rules.h"
#include "util/outbuf.h"

#define SGR_RED	   "\033[31m"
#define SGR_YELLOW "\033[33m"
#define SGR_BOLD   "\033[1m"
#define SGR_RESET  "\033[0m"

/* The escape for a severity: red for errors, yellow for warnings, "" for the rest. */
static inline const char *severity_color(enum severity severity)
{
	if (severity == SEV_ERROR)
		return SGR_RED;
	return severity == SEV_WARNING ? SGR_YELLOW : "";
}

/* sgr - append an escape if colours are wanted. */
static inline void sgr(struct outbuf *out, bool color, const char *escape)
{
	if (color)
		out_str(out, escape);
}

#endif /* ISMT_OUTPUT_COLOR_H */
