// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_fields.c - the table of fields (user/output/fields.c) against what is made of it: JSON and
 * CSV have the same fields in the same order, text has each column once, the man page names all
 * keys, and the fast ways of the sinks write all that is new in each line.  The page is
 * docs/man/ismtrace-json.5 as seen from the top of the tree, or the first argument.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>

#include "capture.h"
#include "output/fields.h"
#include "sample.h"
#include "unit.h"

static struct function ism;

/* Keys of a table with blanks between, those of groups as "insn.pcilg"; part: only those of it. */
static const char *keys_of(const struct field *fields, size_t nr, int part)
{
	static char text[2048];
	size_t i, k;

	text[0] = '\0';
	for (i = 0; i < nr; i++) {
		if (part >= 0 && fields[i].part != (enum field_part)part)
			continue;
		if (!fields[i].fields)
			sprintf(text + strlen(text), "%s ", fields[i].key);
		for (k = 0; k < fields[i].nr_fields; k++)
			sprintf(text + strlen(text), "%s.%s ", fields[i].key,
				fields[i].fields[k].key);
	}
	return text;
}

/* The same of an object of JSON, without "type". */
static const char *keys_of_object(json_t *object)
{
	static char text[2048];
	const char *key, *inner;
	json_t *value, *of_inner;

	text[0] = '\0';
	json_object_foreach(object, key, value)
	{
		if (!strcmp(key, "type"))
			continue;
		if (!json_is_object(value))
			sprintf(text + strlen(text), "%s ", key);
		json_object_foreach(value, inner, of_inner)
			sprintf(text + strlen(text), "%s.%s ", key, inner);
	}
	return text;
}

static void json(void)
{
	struct access access = sample_failed(&ism, 8, 64, EIO, 1, 8);
	struct insn insn = { .raw = { .rc = -5, .error = { .flags = ISMT_ERR_RC, .rc = -5 } },
			     .fn = &ism };
	struct capture capture;
	json_t *line;

	access.payload = (const uint8_t *)"payload";
	access.payload_len = 7;
	capture_start(&capture, sink_json_new, (struct sink_options){ .hex = true });
	capture.sink->ops->access(capture.sink, &access);
	capture.sink->ops->insn(capture.sink, &insn);
	line = json_loads(line_of(capture_text(&capture), 0), 0, NULL);
	is_str(keys_of_object(line), keys_of(access_fields, nr_access_fields, -1),
	       "JSON of an access has the table's fields");
	json_decref(line);
	line = json_loads(line_of(capture_text(&capture), 1), 0, NULL);
	is_str(keys_of_object(line), keys_of(insn_fields, nr_insn_fields, -1),
	       "JSON of an instruction, too");
	json_decref(line);
	capture_stop(&capture);
}

static void csv(void)
{
	struct capture capture;
	char head[2048], *c;

	capture_start(&capture, sink_csv_new, (struct sink_options){ .hex = true });
	capture.sink->ops->begin(capture.sink);
	snprintf(head, sizeof(head), "%s,", line_of(capture_text(&capture), 0));
	for (c = head; *c; c++)
		if (*c == ',')
			*c = ' ';
	is_str(head, keys_of(access_fields, nr_access_fields, -1), "so has the header of CSV");
	capture_stop(&capture);
}

/* Kinds that sink_text.c has a column for. */
static bool has_text(enum field_kind kind)
{
	return kind != FIELD_SIGNED && kind != FIELD_BOOL && kind != FIELD_ERROR &&
	       kind != FIELD_PAYLOAD;
}

static void text(void)
{
	const struct field *access, *insn;
	unsigned int column, i, found;

	for (column = COLUMN_NONE + 1; column < COLUMNS; column++) {
		for (i = 0, found = 0; i < nr_access_fields; i++)
			found += access_fields[i].column == column;
		is_int(found, 1, "fields of an access in a column");
		access = field_in_column(access_fields, nr_access_fields, column);
		ok(has_text(access->kind), "%s can be shown in text", access->key);
		insn = field_in_column(insn_fields, nr_insn_fields, column);
		ok(!insn || (has_text(insn->kind) && insn->width == access->width),
		   "%s: as wide for an instruction", access->key);
	}
	is_int(access->width, 0, "the last column has no blanks behind it");
}

/* Runs of fields that are kept as pieces, in an order: "where what what". */
static const char *runs(const struct field_list *list)
{
	static const char *const names[] = { [PART_WHERE] = "where ", [PART_WHAT] = "what " };
	static char text[128];
	enum field_part last = PART_NEW;
	size_t i;

	text[0] = '\0';
	for (i = 0; i < list->nr; i++) {
		if (list->field[i]->part != last && list->field[i]->part != PART_NEW)
			strncat(text, names[list->field[i]->part], 20);
		last = list->field[i]->part;
	}
	return text;
}

static void parts(void)
{
	struct field_list list;

	is_str(keys_of(access_fields, nr_access_fields, PART_NEW),
	       "ts cpu offset latency_ns payload ",
	       "what put_cached() of sink_text.c, sink_json.c and sink_csv.c writes");
	fields_all(&list, access_fields, nr_access_fields, false);
	is_str(runs(&list), "where what what ", "pieces of JSON and CSV");
	fields_text(&list, access_fields, nr_access_fields);
	is_str(runs(&list), "where what what ", "pieces of text");
}

/* A word on a page of roff, not a part of another one. */
static bool names(const char *page, const char *word)
{
	const char *at;
	size_t len = strlen(word);

	for (at = strstr(page, word); at; at = strstr(at + 1, word))
		if (!isalnum((unsigned char)at[-1]) && at[-1] != '_' && at[-1] != '.' &&
		    !isalnum((unsigned char)at[len]) && at[len] != '_')
			return true;
	return false;
}

static void documented(const char *path)
{
	static char page[65536];
	char keys[2048], *key, *end;
	FILE *file = fopen(path, "r");
	char *json, *next;

	page[file ? fread(page, 1, sizeof(page) - 1, file) : 0] = '\0';
	if (file)
		fclose(file);
	json = strstr(page, "\n.SH RECORDS");
	ok(json, "%s has a section of records", path);
	next = json ? strstr(json + 1, "\n.SH ") : NULL;
	if (next)
		*next = '\0';
	snprintf(keys, sizeof(keys), "%s", keys_of(access_fields, nr_access_fields, -1));
	for (key = strtok_r(keys, " ", &end); key && json; key = strtok_r(NULL, " ", &end))
		ok(names(json, key), "%s under RECORDS: %s", path, key);
	snprintf(keys, sizeof(keys), "%s", keys_of(insn_fields, nr_insn_fields, -1));
	for (key = strtok_r(keys, " ", &end); key && json; key = strtok_r(NULL, " ", &end))
		ok(names(json, key), "%s under RECORDS: %s of an instruction", path, key);
}

int main(int argc, char **argv)
{
	ism = sample_function();
	json();
	csv();
	text();
	parts();
	documented(argc > 1 ? argv[1] : "docs/man/ismtrace-json.5");
	return unit_end();
}
