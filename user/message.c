// SPDX-License-Identifier: GPL-2.0-only
#include "message.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int verbosity;
static const char *name = "ismtrace";
static struct message_listener listener;

void message_set_name(const char *program)
{
	name = program;
}

struct message_listener message_listen(struct message_listener next)
{
	struct message_listener before = listener;

	listener = next;
	return before;
}

void message_set_verbosity(int level)
{
	verbosity = level;
}

int message_verbosity(void)
{
	return verbosity;
}

/* What a listener is given: longer ones are cut. */
#define LINE_LEN	512

static void say(const char *prefix, bool named, const char *format, va_list args)
{
	char line[LINE_LEN], *text;

	if (listener.fn) {
		vsnprintf(line, sizeof(line), format, args);
		listener.fn(listener.arg, line);
		return;
	}
	/* One write, so that what CMD says at the same time does not come in between. */
	if (vasprintf(&text, format, args) < 0)
		return;
	fprintf(stderr, "%s%s%s%s\n", named ? name : "", named ? ": " : "", prefix, text);
	free(text);
}

#define SAY(prefix, named)				\
	do {						\
		va_list args;				\
							\
		va_start(args, format);			\
		say(prefix, named, format, args);	\
		va_end(args);				\
	} while (0)

void error(const char *format, ...)
{
	SAY("", true);
}

void warning(const char *format, ...)
{
	SAY("warning: ", true);
}

void hint(const char *format, ...)
{
	SAY("  hint: ", false);
}

void verbose(int level, const char *format, ...)
{
	if (level <= verbosity)
		SAY("", false);
}
