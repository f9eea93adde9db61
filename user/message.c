// SPDX-License-Identifier: GPL-2.0-only
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

static int verbosity;

void message_set_verbosity(int level)
{
	verbosity = level;
}

int message_verbosity(void)
{
	return verbosity;
}

static void say(const char *prefix, const char *format, va_list args)
{
	flockfile(stderr);
	fputs(prefix, stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	funlockfile(stderr);
}

#define SAY(prefix)				\
	do {					\
		va_list args;			\
						\
		va_start(args, format);		\
		say(prefix, format, args);	\
		va_end(args);			\
	} while (0)

void error(const char *format, ...)
{
	SAY("ismtrace: ");
}

void warning(const char *format, ...)
{
	SAY("ismtrace: warning: ");
}

void hint(const char *format, ...)
{
	SAY("  hint: ");
}

void verbose(int level, const char *format, ...)
{
	if (level <= verbosity)
		SAY("");
}
