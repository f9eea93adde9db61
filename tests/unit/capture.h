/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - a sink whose output is caught in memory.
 */
#ifndef ISMT_UNIT_CAPTURE_H
#define ISMT_UNIT_CAPTURE_H

#include <stdlib.h>
#include <string.h>

#include "model/sink.h"

struct capture {
	struct sink *sink;
	FILE *file;
	char *text; /* valid after capture_text() */
	size_t len;
};

/* options->out is set here. */
__attribute__((unused)) static void capture_start(struct capture *capture,
						  struct sink *(*new)(const struct sink_options *),
						  struct sink_options options)
{
	capture->text = NULL;
	capture->file = open_memstream(&capture->text, &capture->len);
	options.out = capture->file;
	capture->sink = new (&options);
	if (!capture->file || !capture->sink)
		abort();
}

/* What was written until now. */
__attribute__((unused)) static const char *capture_text(struct capture *capture)
{
	capture->sink->ops->flush(capture->sink);
	return capture->text;
}

__attribute__((unused)) static void capture_stop(struct capture *capture)
{
	capture->sink->ops->free(capture->sink);
	fclose(capture->file);
	free(capture->text);
}

/* Copies line number n, from 0, without its end; "" if there is none. */
__attribute__((unused)) static const char *line_of(const char *text, unsigned int n)
{
	static char line[4096];
	size_t len;

	while (n-- && text) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	len = text ? strcspn(text, "\n") : 0;
	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, text ? text : "", len);
	line[len] = '\0';
	return line;
}

#endif /* ISMT_UNIT_CAPTURE_H */
