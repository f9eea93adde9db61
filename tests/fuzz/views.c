// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include <jansson.h>

#include "model/report_tables.h"
#include "model/rules.h"
#include "model/sink.h"
#include "output/findings_list.h"
#include "output/report_html.h"
#include "output/summary_json.h"
#include "util/message.h"
#include "util/utf8.h"

/* A small compressed file may hold a great many records. */
#define SHOWN_MAX 1000

enum {
	AS_TEXT,
	AS_JSON,
	AS_CSV,
	SINKS,
	AS_LINES = SINKS,
	AS_FINDINGS,
	AS_PAGE,
	AS_REPORT,
	FUZZ_VIEWS
};

struct stream {
	FILE *file;
	char *text;
	size_t len;
};

struct views {
	unsigned int how;
	uint64_t records, accesses;
	struct rules_state *rules;
	struct summary *summary;
	struct tables *tables;
	struct sink *sinks[SINKS];
	struct check_output *checks[2];
	struct stream streams[FUZZ_VIEWS];
};

static const char file_name[] = "a file\033[31m<b>,=\xff\xe2\x80\xae.pcapng";

/* In place of message.c: what is said is looked at, and not shown. */
static void say(const char *format, va_list args)
{
	char text[4096];

	vsnprintf(text, sizeof(text), format, args);
	must_be_line(text);
}

#define SAY()                           \
	do {                            \
		va_list args;           \
                                        \
		va_start(args, format); \
		say(format, args);      \
		va_end(args);           \
	} while (0)

void error(const char *format, ...)
{
	SAY();
}

void warning(const char *format, ...)
{
	SAY();
}

void note(const char *format, ...)
{
	SAY();
}

void hint(const char *format, ...)
{
	SAY();
}

void verbose(int level, const char *format, ...)
{
	SAY();
}

void message_set_verbosity(int level)
{
}

int message_verbosity(void)
{
	return 0;
}

void message_set_name(const char *program)
{
}

void message_set_command(const char *typed)
{
}

const char *message_command(void)
{
	return "fuzz";
}

struct message_listener message_listen(struct message_listener listener)
{
	return listener;
}

void must_be_line(const char *text)
{
	MUST(*text);
	for (; *text; text++)
		MUST(*text >= ' ' && *text <= '~');
}

struct views *views_new(unsigned int how, uint64_t start_ns, uint64_t mono_offset)
{
	struct views *views = calloc(1, sizeof(*views));
	struct sink_options options = {
		.color = how & VIEW_COLOR,
		.hex = how & VIEW_HEX,
		.time = how & VIEW_MONO	  ? TIME_MONO
			: how & VIEW_REAL ? TIME_REAL
					  : TIME_REL,
		.start_ns = start_ns,
		.mono_offset_ns = mono_offset,
		.findings = true,
	};
	struct check_options check = { .color = how & VIEW_COLOR };
	unsigned int i;

	MUST(views);
	views->how = how;
	views->rules = rules_new();
	views->summary = summary_new();
	MUST(views->rules && views->summary);
	for (i = 0; i < FUZZ_VIEWS; i++) {
		struct stream *stream = &views->streams[i];

		stream->file = open_memstream(&stream->text, &stream->len);
		MUST(stream->file);
	}
	options.out = views->streams[AS_TEXT].file;
	views->sinks[AS_TEXT] = sink_text_new(&options);
	options.out = views->streams[AS_JSON].file;
	views->sinks[AS_JSON] = sink_json_new(&options);
	options.out = views->streams[AS_CSV].file;
	views->sinks[AS_CSV] = sink_csv_new(&options);
	for (i = 0; i < SINKS; i++)
		MUST(views->sinks[i] && !views->sinks[i]->ops->begin(views->sinks[i]));
	for (i = 0; i < 2; i++) {
		views->checks[i] = malloc(sizeof(*views->checks[i]));
		MUST(views->checks[i]);
		check.json = i;
		check_output_init(views->checks[i], &check, views->streams[AS_LINES + i].file);
	}
	if (how & VIEW_PAGE) {
		views->tables = tables_new(0);
		MUST(views->tables);
	}
	return views;
}

void views_access(struct views *views, struct access *access)
{
	unsigned int i;

	rules_apply(views->rules, access);
	MUST(!summary_access(views->summary, access));
	views->accesses++;
	if (views->tables)
		tables_access(views->tables, access);
	if (views->records++ >= SHOWN_MAX)
		return;
	for (i = 0; i < SINKS; i++)
		MUST(!views->sinks[i]->ops->access(views->sinks[i], access));
	for (i = 0; i < 2; i++)
		MUST(!check_output_access(views->checks[i], file_name, views->records, access));
}

void views_insn(struct views *views, const struct insn *insn)
{
	unsigned int i;

	MUST(!summary_insn(views->summary, insn));
	if (views->records++ >= SHOWN_MAX)
		return;
	for (i = 0; i < SINKS; i++)
		MUST(!views->sinks[i]->ops->insn(views->sinks[i], insn));
}

struct summary *views_summary(struct views *views)
{
	return views->summary;
}

static void must_be_utf8(const char *text, size_t len)
{
	json_t *json = json_stringn(text, len);

	MUST(json);
	json_decref(json);
}

/* A character that must not be there, with what is in front of it. */
static void found_hidden(const struct stream *stream, const char *at, uint32_t point)
{
	size_t len = (size_t)(at - stream->text), shown = len > 200 ? 200 : len;

	fprintf(stderr, "U+%04x at %zu of %zu behind: %.*s\n", point, len, stream->len, (int)shown,
		at - shown);
	abort();
}

/* Nothing that utf8_hides() but what is given, and colors only where they may be. */
static void must_be_harmless(const struct stream *stream, const char *allowed, bool color)
{
	const char *at = stream->text, *end = at + stream->len;
	uint32_t point;
	size_t n;

	must_be_utf8(at, stream->len);
	for (; at < end; at += n) {
		n = utf8_decode(at, (size_t)(end - at), &point);
		MUST(n);
		if (!utf8_hides(point) || (point && point < 0x80 && strchr(allowed, (int)point)))
			continue;
		if (!color || point != '\033')
			found_hidden(stream, at, point);
		MUST(at[1] == '[');
		n = 2 + strspn(at + 2, "0123456789;");
		MUST(at[n++] == 'm');
	}
}

static void must_be_json(const struct stream *stream)
{
	const char *at = stream->text, *end = at + stream->len, *stop;
	json_error_t why;
	json_t *json;

	must_be_harmless(stream, "\n", false);
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		MUST(stop);
		/* Numbers of 64 bits without sign are JSON, but no integers of jansson's. */
		json = json_loadb(at, (size_t)(stop - at), JSON_REJECT_DUPLICATES, &why);
		if (!json)
			fprintf(stderr, "%.*s\n%s\n", (int)(stop - at), at, why.text);
		MUST(json_is_object(json));
		json_decref(json);
	}
}

/* One field; returns what ends it. */
static const char *csv_field(const char *at)
{
	if (*at == '"') {
		MUST(!strchr("=+-@", at[1]));
		for (at++; *at != '"' || at[1] == '"'; at++) {
			MUST(*at && *at != '\n');
			at += *at == '"';
		}
		at++;
		MUST(*at == ',' || *at == '\n');
		return at;
	}
	MUST(!*at || !strchr("=+@", *at));
	MUST(*at != '-' || isdigit((unsigned char)at[1]));
	return at + strcspn(at, ",\n");
}

static void must_be_csv(const struct stream *stream, uint64_t lines)
{
	const char *at = stream->text;
	unsigned int fields = 0, columns = 0;
	uint64_t found = 0;

	must_be_harmless(stream, "\n", false);
	while (*at) {
		MUST((unsigned char)*at < 0x7f);
		at = csv_field(at);
		fields++;
		MUST(*at);
		if (*at++ == '\n') {
			/* As many as the header has. */
			columns = columns ? columns : fields;
			MUST(fields == columns);
			fields = 0;
			found++;
		}
	}
	MUST(!fields && found == lines);
}

/* Elements of the page, in which nobody else's must be found. */
static void must_be_page(const struct stream *stream)
{
	static const char tags[] =
		" b body br caption code desc div figcaption figure footer h1 h2 h3 head html "
		"line main meta p rect style svg table tbody td text tfoot th thead time title tr ";
	const char *at = stream->text;
	char name[16];
	size_t len;

	must_be_harmless(stream, "\n\t", false);
	while ((at = strchr(at, '<'))) {
		at++;
		if (*at == '!')
			continue;
		at += *at == '/';
		len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
		MUST(len && len < sizeof(name) - 2);
		snprintf(name, sizeof(name), " %.*s ", (int)len, at);
		MUST(strstr(tags, name));
	}
}

static void show_report(struct views *views)
{
	const char *files[] = { file_name };
	struct report_page page = {
		.summary = views->summary,
		.tables = views->tables,
		.files = files,
		.nr_files = 1,
		.top = 3,
	};
	struct outbuf *out = malloc(sizeof(*out));
	json_t *json;

	MUST(out);
	tables_finish(views->tables);
	MUST(views->tables->total.accesses == views->accesses);
	out_init(out, views->streams[AS_PAGE].file);
	report_html_write(&page, out);
	MUST(!out_flush(out));
	out_init(out, views->streams[AS_TEXT].file);
	tables_write_text(views->tables, out, 3, views->how & VIEW_COLOR);
	MUST(!out_flush(out));
	out_init(out, views->streams[AS_REPORT].file);
	json = summary_json(views->summary);
	MUST(!json_object_set_new(json, "tables", tables_json(views->tables, 3)));
	MUST(!json_write(json, out));
	MUST(!out_flush(out));
	free(out);
}

static void must_be_good(struct views *views, uint64_t lines)
{
	struct stream *streams = views->streams;
	bool color = views->how & VIEW_COLOR;
	unsigned int i;

	for (i = 0; i < FUZZ_VIEWS; i++)
		fclose(streams[i].file);
	must_be_harmless(&streams[AS_TEXT], "\n", color);
	must_be_harmless(&streams[AS_LINES], "\n", color);
	must_be_json(&streams[AS_JSON]);
	must_be_json(&streams[AS_FINDINGS]);
	must_be_json(&streams[AS_REPORT]);
	must_be_csv(&streams[AS_CSV], lines);
	must_be_page(&streams[AS_PAGE]);
	for (i = 0; i < FUZZ_VIEWS; i++)
		free(streams[i].text);
}

void views_end(struct views *views)
{
	uint64_t lines = 0;
	unsigned int i;

	summary_finish(views->summary);
	MUST(views->summary->recorded == views->accesses);
	for (i = 0; i < SINKS; i++) {
		MUST(!views->sinks[i]->ops->end(views->sinks[i], views->summary));
		MUST(!views->sinks[i]->ops->flush(views->sinks[i]));
		views->sinks[i]->ops->free(views->sinks[i]);
	}
	for (i = 0; i < 2; i++) {
		MUST(!check_output_end(views->checks[i], file_name, views->summary));
		free(views->checks[i]);
	}
	if (views->tables)
		show_report(views);
	fflush(views->streams[AS_CSV].file);
	/* The header, and as many as there are where all were shown. */
	for (i = 0; i < views->streams[AS_CSV].len; i++)
		lines += views->streams[AS_CSV].text[i] == '\n';
	MUST(views->records > SHOWN_MAX || lines == views->accesses + 1);
	must_be_good(views, lines);
	tables_free(views->tables);
	summary_free(views->summary);
	rules_free(views->rules);
	free(views);
}
