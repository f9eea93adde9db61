// SPDX-License-Identifier: GPL-2.0-only
/*
 * say.c - messages on stderr.
 */
#include "ismpeer/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static bool all;

static void line(const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line(format, args);
	va_end(args);
}

void say_more(const char *format, ...)
{
	va_list args;

	if (!all)
		return;
	va_start(args, format);
	line(format, args);
	va_end(args);
}

void say_all(void)
{
	all = true;
}
