/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_tables.h - what a report shows beside the summary: totals by function,
 * process, region and direction, size, and who the findings are about.
 */
#ifndef ISMT_MODEL_REPORT_TABLES_H
#define ISMT_MODEL_REPORT_TABLES_H

#include "model/totals.h"
#include "model/view.h"
#include "util/json.h"
#include "util/outbuf.h"

struct tables {
	struct table table[VIEWS];
	struct totals total; /* of all accesses */
};

/* NULL: no memory.  Takes about 2 MiB, however much is added. */
struct tables *tables_new(enum table_sort sort);
void tables_free(struct tables *tables);

/* Count an access in each table.  Its function must stay as long as the tables do. */
void tables_access(struct tables *tables, const struct access *access);

/* Put the rows in order; call after the last access. */
void tables_finish(struct tables *tables);

/*
 * A table as it is shown: the first nr rows, and everything else together as others, which
 * includes the rows that were folded when the table was full.
 */
struct table_view {
	enum view kind;
	const struct table_row *rows;
	size_t nr;
	struct totals others; /* accesses 0: there are none */
	uint64_t more;	      /* rows of the table that are not shown, and in others */
	uint64_t folded;      /* rows that were folded, and are in others */
	struct totals total;
	bool missing; /* a row that is shown may have accesses in others, too */
};

/* tables_view - the table of a view; top: the most rows to show, 0: all. */
void tables_view(const struct tables *tables, enum view kind, size_t top, struct table_view *view);

/* A row's name for people; printable ASCII, cut to len, always NUL-terminated. */
void table_label(enum view kind, const struct table_key *key, char *buf, size_t len);

/* Long enough for any label. */
#define TABLE_LABEL_LEN 256

/* Names of the sort orders, "count", ...; sort_find() is -1 for any other. */
const char *sort_name(enum table_sort sort);
int sort_find(const char *name);

/* For people; top as above.  Errors stay in the buffer. */
void tables_write_text(const struct tables *tables, struct outbuf *out, size_t top, bool color);

/* The value of "tables"; NULL: no memory. */
json_t *tables_json(const struct tables *tables, size_t top);

#endif /* ISMT_MODEL_REPORT_TABLES_H */
