// SPDX-License-Identifier: GPL-2.0-only
#include "util/message.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

static int verbosity;
static const char *name = "ismtrace";
static const char *command;
static struct message_listener listener;

void message_set_name(const char *program)
{
	name = program;
}

void message_set_command(const char *typed)
{
	command = typed;
}

const char *message_command(void)
{
	return command ? command : name;
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
#define LINE_LEN 512

/*
 * Words of the command line, names of files, what the kernel says: none of it
 * is trusted to be a line.  To be freed; NULL without memory.
 */
static char *make_line(const char *format, va_list args)
{
	char *text, *line;
	size_t size;

	if (vasprintf(&text, format, args) < 0)
		return NULL;
	size = ESCAPE_TEXT_LEN(strlen(text));
	line = malloc(size);
	if (line)
		escape_line(line, size, text, strlen(text));
	free(text);
	return line;
}

static void say(const char *prefix, bool named, const char *format, va_list args)
{
	char *line = make_line(format, args), cut[LINE_LEN];

	if (!line)
		return;
	if (listener.fn) {
		snprintf(cut, sizeof(cut), "%s", line);
		listener.fn(listener.arg, cut);
	} else {
		/* One write for a line: CMD may write to the same terminal at the same time. */
		fprintf(stderr, "%s%s%s%s\n", named ? name : "", named ? ": " : "", prefix, line);
	}
	free(line);
}

#define SAY(prefix, named)                        \
	do {                                      \
		va_list args;                     \
                                                  \
		va_start(args, format);           \
		say(prefix, named, format, args); \
		va_end(args);                     \
	} while (0)

void error(const char *format, ...)
{
	SAY("", true);
}

void note(const char *format, ...)
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
