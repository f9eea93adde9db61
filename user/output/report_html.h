/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report_html.h - the report as one HTML page.
 */
#ifndef ISMT_OUTPUT_REPORT_HTML_H
#define ISMT_OUTPUT_REPORT_HTML_H

#include "model/report_tables.h"
#include "model/summary.h"
#include "util/outbuf.h"

struct report_page {
	const struct summary *summary; /* finished; all borrowed */
	const struct tables *tables;   /* finished */
	const char *const *files;      /* names of the captures */
	size_t nr_files;
	size_t top; /* the most rows of a table; 0: all */
};

/* Errors stay in the buffer. */
void report_html_write(const struct report_page *page, struct outbuf *out);

#endif /* ISMT_OUTPUT_REPORT_HTML_H */
