/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fields.h - the fields of a record, once for all formats: what they are called, in which order
 * they stand, how to get their values, and what kind of value that is.  A format is a way to spell
 * each kind (sink_text.c, sink_json.c, sink_csv.c); it does not know single fields, except for
 * those that are new in each line (PART_NEW).
 */
#ifndef ISMT_OUTPUT_FIELDS_H
#define ISMT_OUTPUT_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/access.h"
#include "model/region.h"

/* What a value is, and so how a format spells it; the member of struct value that has it. */
enum field_kind {
	FIELD_TIME,    /* sign: ns since 1970 */
	FIELD_NUMBER,  /* number */
	FIELD_OFFSET,  /* number: bytes; hexadecimal in text */
	FIELD_NS,      /* number: a duration in ns; microseconds in text */
	FIELD_SIGNED,  /* sign */
	FIELD_RESULT,  /* sign: bytes, or -errno; an error's name in text */
	FIELD_STRING,  /* bytes, len: from the traced machine, to be escaped; ends at a NUL */
	FIELD_WORD,    /* word: one of our own, printable ASCII without blanks */
	FIELD_OP,      /* word: the direction; a letter in text */
	FIELD_BOOL,    /* number: 0 or 1 */
	FIELD_INSN,    /* word: the kind of the instruction that the record is of */
	FIELD_INSNS,   /* group: struct ismt_insns */
	FIELD_ERROR,   /* group: struct ismt_error */
	FIELD_RULES,   /* number: a bit per enum rule_id */
	FIELD_PAYLOAD, /* bytes, len: to be shown in hexadecimal; only with --hex */
};

struct value {
	bool none; /* there is no value: JSON's null, an empty field of CSV, "-" in text */
	union {
		uint64_t number;
		int64_t sign;
		const char *word;
		const void *group; /* the record of the group's own fields */
		struct {
			const void *bytes;
			size_t len;
		};
	};
	char buf[REGION_NAME_LEN]; /* for words that have to be made */
};

/*
 * What a field's value depends on, which decides whether a piece of an earlier line may be used
 * again for it (line_cache.h).  A value of PART_WHERE or PART_WHAT must not depend on anything
 * that line_find() does not compare.
 */
enum field_part {
	PART_NEW,   /* formatted for each line; put_cached() of each sink writes these, too */
	PART_WHERE, /* who accesses what: task, function, driver, direction, region */
	PART_WHAT,  /* what came of it: length, result, instructions, rules */
};

/* Columns of text, in their order. */
enum text_column {
	COLUMN_NONE,
	COLUMN_TIME,
	COLUMN_COMM,
	COLUMN_PID,
	COLUMN_FUNCTION,
	COLUMN_DRIVER,
	COLUMN_OP,
	COLUMN_REGION,
	COLUMN_OFFSET,
	COLUMN_LEN,
	COLUMN_RET,
	COLUMN_LATENCY,
	COLUMN_INSN,
	COLUMN_RULES,
	COLUMNS,
};

/* Widths of the columns that put_cached() writes, too; characters. */
#define WIDTH_TIME    12
#define WIDTH_OFFSET  10
#define WIDTH_LATENCY 10

struct field {
	const char *key;  /* in JSON, and the heading in CSV, there "group.key" in a group */
	const char *json; /* ',"key":', of json_len bytes */
	size_t json_len;
	enum field_kind kind;
	enum field_part part;
	/* Sets *value; record is what the table is of. */
	void (*get)(const void *record, struct value *value);
	const struct field *fields; /* of a group; NULL: no group */
	size_t nr_fields;
	/* Text has this field in a column; what is wider than `width` shifts the rest of the line. */
	enum text_column column;
	const char *heading;
	unsigned int width;
};

/* The fields of a struct access and of a struct insn, in the order of JSON and CSV. */
#define FIELDS_MAX 24
extern const struct field access_fields[];
extern const size_t nr_access_fields;
extern const struct field insn_fields[];
extern const size_t nr_insn_fields;

/* Fields in the order of a format. */
struct field_list {
	const struct field *field[FIELDS_MAX];
	uint8_t end[FIELDS_MAX]; /* the number of the next field of PART_NEW, or nr */
	size_t nr;
};

/* All fields of a table, in its order; payload: FIELD_PAYLOAD, too. */
void fields_all(struct field_list *list, const struct field *fields, size_t nr, bool payload);

/* The fields of a table that text has, in the order of columns. */
void fields_text(struct field_list *list, const struct field *fields, size_t nr);

/* The field of a table with a key, or in a column; NULL: none. */
const struct field *field_by_key(const struct field *fields, size_t nr, const char *key);
const struct field *field_in_column(const struct field *fields, size_t nr, enum text_column column);

#endif /* ISMT_OUTPUT_FIELDS_H */
