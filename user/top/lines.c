// SPDX-License-Identifier: GPL-2.0-only
#include "top/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct line_text *next_line(struct lines *lines)
{
	struct line_text *line;
	size_t room = lines->room ? 2 * lines->room : 64;

	if (lines->nr == lines->room) {
		line = reallocarray(lines->line, room, sizeof(*line));
		if (!line) {
			lines->failed = true;
			return NULL;
		}
		lines->line = line;
		lines->room = room;
	}
	return &lines->line[lines->nr++];
}

void lines_add(struct lines *lines, int tone, const char *format, ...)
{
	struct line_text *line = next_line(lines);
	va_list args;

	if (!line)
		return;
	line->tone = tone;
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
}

void lines_wrap(struct lines *lines, int tone, unsigned int indent, unsigned int width,
		const char *text)
{
	size_t room = width > indent + 8 ? width - indent : 8, len, cut;

	while (*text) {
		len = strlen(text);
		cut = len;
		if (len > room) {
			for (cut = room; cut && text[cut] != ' '; cut--)
				;
			if (!cut)
				cut = room;
		}
		lines_add(lines, tone, "%*s%.*s", (int)indent, "", (int)cut, text);
		text += cut;
		while (*text == ' ')
			text++;
	}
}

void lines_free(struct lines *lines)
{
	free(lines->line);
	memset(lines, 0, sizeof(*lines));
}
