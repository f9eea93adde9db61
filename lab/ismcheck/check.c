// SPDX-License-Identifier: GPL-2.0-only
/*
 * check.c - how a check says that it failed, or that there is nothing to check.
 */
#include <stdarg.h>
#include <stdio.h>

#include "ismcheck.h"

void check_fail(struct check *c, const char *format, ...)
{
	va_list ap;

	if (c->result == RESULT_FAILED)
		return;
	c->result = RESULT_FAILED;
	va_start(ap, format);
	vsnprintf(c->detail, sizeof(c->detail), format, ap);
	va_end(ap);
}

void check_absent(struct check *c, const char *what)
{
	if (c->result == RESULT_OK) {
		c->result = RESULT_ABSENT;
		snprintf(c->detail, sizeof(c->detail), "%s", what);
	}
}
